"""How the ratios of a scenario went over the runs of the history, each with its spread and its target."""

from collections.abc import Sequence
from xml.etree.ElementTree import Element

from benchmarks.history import Point, Trends
from benchmarks.report.chart import Chart, framed
from benchmarks.report.scales import Linear, Steps
from benchmarks.results import RatioResult, ScenarioResult, moment
from benchmarks.words import between, number, target, what

RUNS_MAX = 40
# One run has no history.
RUNS_MIN = 2
SIZE = (330.0, 170.0)


def trend_charts(scenario: ScenarioResult, trends: Trends) -> list[Element]:
    found = [(ratio, trends.get((scenario.name, ratio.of, ratio.to), [])) for ratio in scenario.ratios]
    return [_chart(ratio, points[-RUNS_MAX:]) for ratio, points in found if len(points) >= RUNS_MIN]


def _chart(ratio: RatioResult, points: Sequence[Point]) -> Element:
    ends = [end for point in points for end in (point.lowest, point.highest)]
    levels = [] if ratio.target is None else [ratio.target]
    numbers = tuple(float(point.number) for point in points)
    title = f"Runs: {what(ratio)}"
    chart = Chart(
        title,
        Steps(numbers, tuple(f"{number:g}" for number in numbers)),
        Linear.around(*ends, *levels),
        x_label="run",
        y_label="ratio",
        size=SIZE,
    )
    chart.line([(float(point.number), point.median) for point in points], "s0")
    for point in points:
        chart.whisker(point.number, point.lowest, point.highest, "s0")
        said = f"run {point.number}, {moment(point.started_at)}: {number(point.median)}"
        chart.dot((point.number, point.median), "s0", f"{said} ({between(point.lowest, point.highest)})")
    if ratio.target is not None:
        chart.level(ratio.target, "target", f"target {target(ratio)}")
    return framed(title, chart.svg)
