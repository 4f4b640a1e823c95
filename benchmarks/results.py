"""What a run has found, as it is written to a file and read back: by the report, the history, and `compare`."""

from collections.abc import Sequence
from datetime import datetime
from statistics import median

from pydantic import Field, JsonValue

from benchmarks.scenario import Better
from shared.contracts.message import Contract


class RatioResult(Contract):
    of: str
    to: str
    better: Better
    target: float | None = None
    # Repeat by repeat, because a machine's speed drifts between them.
    values: tuple[float, ...]

    @property
    def median(self) -> float:
        return float(median(self.values))

    @property
    def reached(self) -> bool | None:
        """Whether the target is; None if there is none."""
        if self.target is None:
            return None
        return self.median <= self.target if self.better == "lower" else self.median >= self.target


class FigureResult(Contract):
    name: str
    unit: str
    better: Better
    values: tuple[float, ...]

    @property
    def median(self) -> float:
        return float(median(self.values))


class LatencyResult(Contract):
    name: str
    # Of all repeats together, in HdrHistogram's own format.
    histogram: str


class ScenarioResult(Contract):
    name: str
    about: str
    figures: tuple[FigureResult, ...] = ()
    ratios: tuple[RatioResult, ...] = ()
    latencies: tuple[LatencyResult, ...] = ()
    # Figures that could not be measured here, and why.
    absent: dict[str, str] = Field(default_factory=dict)
    # Why there are no figures, if there are none.
    failure: str | None = None
    seconds: float = 0.0


class RunResult(Contract):
    started_at: datetime
    command: tuple[str, ...]
    extent: str
    repeats: int
    seed: int
    machine: dict[str, JsonValue]
    versions: dict[str, str]
    settings: dict[str, JsonValue]
    scenarios: tuple[ScenarioResult, ...] = ()

    @property
    def failed(self) -> Sequence[ScenarioResult]:
        return [scenario for scenario in self.scenarios if scenario.failure is not None]
