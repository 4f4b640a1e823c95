"""What a run has found, on a terminal."""

import io

import pytest
from rich.console import Console

from benchmarks.results import RunResult
from benchmarks.table import table_of
from tests.benchmarks.made_up import failed, figure, made_run, measured, rate, ratio


def printed(run: RunResult, width: int = 100) -> str:
    window = io.StringIO()
    Console(file=window, width=width, emoji=False, highlight=False).print(table_of(run))
    return window.getvalue()


def row(said: str, name: str) -> list[str]:
    (line,) = [line for line in said.splitlines() if line.strip().startswith(name)]
    return line.strip().removeprefix(name).split()


def test_ratios_come_with_spread_target_and_verdict_and_figures_with_their_unit() -> None:
    said = printed(made_run(measured(ratio(1.3, 1.31, 1.32), rate(1.7, 1.6, 1.8))))
    assert row(said, "bus, p50 / nats-py, p50") == ["1.31", "1.30–1.32", "≤", "1.25", "missed"]
    assert row(said, "bus, 100 in flight / nats-py, 100 in flight") == ["1.70", "1.60–1.80", "≥", "1.5", "reached"]
    assert row(said, "bus, p50  ") == ["0.270", "ms", "0.260–0.280"]
    assert "request-reply  3 repeats, 12 s" in said
    assert "1 of 2 targets reached\nmissed: request-reply, bus, p50 / nats-py, p50: 1.31, not ≤ 1.25" in said


def test_failures_and_absent_peers_come_with_their_reasons() -> None:
    lonely = measured().model_copy(update={"absent": {"FastStream": "it is not installed"}})
    said = printed(made_run(lonely, failed()))
    assert "FastStream: absent, it is not installed" in said
    assert "failed: WorkMissing: 9 of 130" in said
    assert "1 scenario failed" in said


@pytest.mark.parametrize("width", [100, 60, 30])
def test_it_fits_the_window(width: int) -> None:
    long = figure("a figure with a name that is longer than most windows are wide " * 2, 1e9, 2e9, unit="documents/s")
    said = printed(made_run(measured().model_copy(update={"figures": (long,)}), failed()), width)
    assert max(map(len, said.splitlines())) <= width


def test_what_strangers_have_named_does_nothing() -> None:
    said = printed(made_run(measured(name="[red]\x1b[31m")))
    assert "[red]␛[31m" in said


def test_the_smoke_sizes_are_not_to_be_believed() -> None:
    assert "too little work" in printed(made_run().model_copy(update={"extent": "smoke"}))
