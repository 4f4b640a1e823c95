"""Latency distributions: for each, how long all but the slowest took, on an axis that gives every nine its room.

Those whose names end alike belong in one chart: `put at 10 %, committed` with `put at 50 %, committed`, and what is
behind the last comma is its title.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from benchmarks.latencies import Latencies
from benchmarks.report.chart import Chart, framed, series, swatch
from benchmarks.report.markup import node
from benchmarks.report.scales import ROUNDING, Logarithmic, Nines
from benchmarks.results import LatencyResult
from benchmarks.words import number

# More in one chart can't be told apart.
CURVES_MAX = 8
POINTS_A_NINE = 24
NINES_MIN = 1.0
PERCENTILES = (50.0, 90.0, 99.0, 99.9)


@dataclass(frozen=True, slots=True)
class Curve:
    name: str
    latencies: Latencies

    @property
    def nines(self) -> float:
        """So many that the slowest of all stands at the end."""
        return Nines.nines(100 - 100 / max(2, len(self.latencies)))

    @property
    def points(self) -> list[tuple[float, float]]:
        steps = max(1, round(self.nines * POINTS_A_NINE))
        percentiles = [100 - 100 * 10 ** (-self.nines * step / steps) for step in range(steps + 1)]
        return [(percentile, self.latencies.ms(percentile)) for percentile in percentiles]

    def shows(self, percentile: float) -> bool:
        """Beyond the slowest, a percentile only says the same again."""
        return Nines.nines(percentile) <= self.nines + ROUNDING


def latency_charts(results: Sequence[LatencyResult]) -> list[Element]:
    groups: dict[str, list[Curve]] = {}
    for result in results:
        name, _, ending = result.name.rpartition(", ")
        latencies = Latencies.decode(result.histogram)
        if len(latencies):
            groups.setdefault(ending if name else "", []).append(Curve(name or result.name, latencies))
    return [
        _chart(ending, curves[first : first + CURVES_MAX])
        for ending, curves in groups.items()
        for first in range(0, len(curves), CURVES_MAX)
    ]


def _chart(ending: str, curves: Sequence[Curve]) -> Element:
    points = [curve.points for curve in curves]
    every = [ms for each in points for _, ms in each]
    title = f"Latency: {ending}" if ending else "Latency"
    chart = Chart(
        title,
        Nines(max(NINES_MIN, *(curve.nines for curve in curves))),
        Logarithmic(min(every) * 0.9, max(every) * 1.1),
        x_label="so many of all took no longer",
        y_label="ms",
    )
    for index, each in enumerate(points):
        chart.line(each, series(index))
        chart.dot(each[-1], series(index), f"{curves[index].name}: the slowest took {number(each[-1][1])} ms")
    return framed(title, chart.svg, _table(curves))


def _table(curves: Sequence[Curve]) -> Element:
    """The legend, with the percentiles that one would otherwise try to read off the curves."""
    headings = ["ms", *(f"p{percentile:g}" for percentile in PERCENTILES), "max", "of"]
    head = node("tr", *(node("th", heading, scope="col") for heading in headings))
    rows = [_row(index, curve) for index, curve in enumerate(curves)]
    return node("div", node("table", node("thead", head), node("tbody", *rows)), class_="scrolls")


def _row(index: int, curve: Curve) -> Element:
    latencies = curve.latencies
    said = [number(latencies.ms(each)) if curve.shows(each) else "" for each in PERCENTILES]
    cells = [*said, number(latencies.ms_max), f"{len(latencies):,}"]
    name = node("th", swatch(index), curve.name, scope="row")
    return node("tr", name, *(node("td", cell) for cell in cells))
