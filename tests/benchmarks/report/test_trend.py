"""Ratios over the runs of the history."""

from datetime import timedelta

from benchmarks.history import Point
from benchmarks.report.markup import document, node
from benchmarks.report.trend import RUNS_MAX, trend_charts
from tests.benchmarks.made_up import OURS, PEER, STARTED_AT, measured, ratio
from tests.benchmarks.report.html import Element, read

KEY = ("request-reply", OURS, PEER)


def points(count: int) -> list[Point]:
    return [Point(number, STARTED_AT + timedelta(days=number), 1.2, 1.1, 1.4) for number in range(1, count + 1)]


def charts(*targets: float | None, count: int = 3) -> list[Element]:
    scenario = measured(*(ratio(1.0, target=target) for target in targets))
    return read(document(node("main", *trend_charts(scenario, {KEY: points(count)})))).every("figure")


def test_every_run_is_a_point_with_its_spread_and_the_target_is_a_line() -> None:
    (chart,) = charts(1.25)
    assert chart.every("circle")[0].all_text == "run 1, 2026-11-21 10:40 UTC: 1.20 (1.10–1.40)"
    assert (len(chart.every("circle")), len(chart.every("line", "whisker"))) == (3, 3)
    assert len(chart.every("line", "level")) == 1
    assert "dashed: target ≤ 1.25" in chart.all_text
    assert chart.every("figcaption")[0].all_text == f"Runs: {OURS} / {PEER}"


def test_without_a_target_there_is_no_line_for_it() -> None:
    (chart,) = charts(None)
    assert chart.every("line", "level") == []


def test_one_run_is_no_trend() -> None:
    assert charts(1.25, count=1) == []
    assert trend_charts(measured(), {}) == []


def test_a_long_history_shows_its_end() -> None:
    (chart,) = charts(1.25, count=RUNS_MAX + 5)
    dots = chart.every("circle")
    assert len(dots) == RUNS_MAX
    assert dots[-1].all_text.startswith(f"run {RUNS_MAX + 5},")
