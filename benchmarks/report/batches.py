"""Throughput against batch size.

A figure belongs in this chart when its name says how it was sent, as in `docs, 64 x 1 KiB`: by what door or program,
so many documents in a message, and of what size each; and when its unit is one of something in a second. Figures that
differ in the number alone are one line.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from benchmarks.report.chart import Chart, framed, legend, series
from benchmarks.report.scales import Linear, Steps
from benchmarks.results import FigureResult
from benchmarks.words import number, spread

NAME = re.compile(r"(?P<by>.+), (?P<count>[0-9]{1,9}) x (?P<size>[0-9.]+ (?:B|KiB|MiB))")
RATE = re.compile(r"\w+/s")
# One point is no line.
POINTS_MIN = 2
HEADROOM = 1.08


@dataclass(frozen=True, slots=True)
class Line:
    name: str
    unit: str
    by_count: dict[int, FigureResult] = field(default_factory=dict)


def lines_in(figures: Sequence[FigureResult]) -> list[Line]:
    found: dict[tuple[str, str], Line] = {}
    for figure in figures:
        name = NAME.fullmatch(figure.name)
        if name and RATE.fullmatch(figure.unit):
            title = f"{name['by']}, {name['size']}"
            line = found.setdefault((title, figure.unit), Line(title, figure.unit))
            line.by_count[int(name["count"])] = figure
    return [line for line in found.values() if len(line.by_count) >= POINTS_MIN]


def batch_charts(figures: Sequence[FigureResult]) -> list[Element]:
    """One for each unit."""
    lines = lines_in(figures)
    return [
        _chart([line for line in lines if line.unit == unit]) for unit in dict.fromkeys(line.unit for line in lines)
    ]


def _chart(lines: Sequence[Line]) -> Element:
    counts = sorted({count for line in lines for count in line.by_count})
    highest = max(figure.highest for line in lines for figure in line.by_count.values())
    title = "Throughput against batch size"
    chart = Chart(
        title,
        Steps(tuple(map(float, counts)), tuple(map(str, counts))),
        Linear(0.0, highest * HEADROOM or 1.0),
        x_label="in one message",
        y_label=lines[0].unit,
    )
    for index, line in enumerate(lines):
        points = [(float(count), figure.median) for count, figure in sorted(line.by_count.items())]
        chart.line(points, series(index))
        for count, figure in line.by_count.items():
            chart.whisker(count, figure.lowest, figure.highest, series(index))
            said = " ".join((f"{figure.name}: {number(figure.median)} {figure.unit}", spread(figure)))
            chart.dot((count, figure.median), series(index), said.strip())
    return framed(title, chart.svg, legend([line.name for line in lines]))
