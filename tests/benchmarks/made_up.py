"""Runs that never took place, for what reads them."""

from collections.abc import Sequence
from datetime import UTC, datetime

from benchmarks.latencies import Latencies
from benchmarks.results import FigureResult, LatencyResult, RatioResult, RunResult, ScenarioResult

STARTED_AT = datetime(2026, 11, 20, 10, 40, 6, tzinfo=UTC)
OURS, PEER = "bus, p50", "nats-py, p50"


def ratio(*values: float, target: float | None = 1.25) -> RatioResult:
    """Less is better."""
    return RatioResult(of=OURS, to=PEER, better="lower", target=target, values=values)


def rate(*values: float, target: float | None = 1.5) -> RatioResult:
    """More is better."""
    of, to = "bus, 100 in flight", "nats-py, 100 in flight"
    return RatioResult(of=of, to=to, better="higher", target=target, values=values)


def figure(name: str, *values: float, unit: str = "ms") -> FigureResult:
    return FigureResult(name=name, unit=unit, better="lower", values=values)


def latency(name: str, ms: Sequence[float]) -> LatencyResult:
    return LatencyResult(name=name, histogram=Latencies(each / 1_000 for each in ms).encode())


def measured(*ratios: RatioResult, name: str = "request-reply") -> ScenarioResult:
    return ScenarioResult(
        name=name,
        about="An echo through our bus, beside one by `nats-py`.",
        figures=(figure(OURS, 0.26, 0.27, 0.28), figure(PEER, 0.2, 0.21, 0.22)),
        ratios=ratios or (ratio(1.3, 1.31, 1.32),),
        latencies=(latency("bus, one after the other", range(1, 2_000)),),
        seconds=12.5,
    )


def failed(name: str = "restart") -> ScenarioResult:
    return ScenarioResult(name=name, about="Whether all are there.", failure="WorkMissing: 9 of 130", seconds=3.0)


def made_run(*scenarios: ScenarioResult, started_at: datetime = STARTED_AT) -> RunResult:
    return RunResult(
        started_at=started_at,
        command=("postil", "bench", "--repeats", "3", "--seed", "1"),
        extent="full",
        repeats=3,
        seed=1,
        machine={"cpu": "Abacus", "cores": 2, "load_before": 0.1},
        versions={"python": "CPython 3.11.7", "postil": "0.1.0"},
        settings={},
        scenarios=scenarios or (measured(), failed()),
    )
