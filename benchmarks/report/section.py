"""One scenario in the report: what it is, its ratios, its charts, its figures."""

from collections.abc import Iterator, Sequence
from xml.etree.ElementTree import Element

from benchmarks.history import Trends
from benchmarks.report.bars import ratio_list
from benchmarks.report.batches import batch_charts
from benchmarks.report.latency import latency_charts
from benchmarks.report.markup import Child, node
from benchmarks.report.trend import trend_charts
from benchmarks.results import FigureResult, ScenarioResult
from benchmarks.words import counted, number, spread

# More of them begin folded.
FIGURES_OPEN_MAX = 8


def section_of(scenario: ScenarioResult, trends: Trends, anchor: str) -> Element:
    charts = [*latency_charts(scenario.latencies), *batch_charts(scenario.figures)]
    return node(
        "section",
        node("h2", scenario.name),
        node("p", *_prose(scenario.about), class_="about"),
        *_troubles(scenario),
        ratio_list(scenario.ratios),
        _grid("charts", charts),
        _grid("trends", trend_charts(scenario, trends)),
        _figures(scenario.figures),
        node("p", _facts(scenario), class_="facts"),
        id=anchor,
    )


def _grid(kind: str, charts: Sequence[Element]) -> Element | None:
    return node("div", *charts, class_=kind) if charts else None


def _prose(text: str) -> Iterator[Child]:
    """What stands between backticks is code."""
    for index, part in enumerate(text.split("`")):
        yield node("code", part) if index % 2 else part


def _troubles(scenario: ScenarioResult) -> Iterator[Element]:
    if scenario.failure is not None:
        yield node("p", node("strong", "Failed: "), scenario.failure, class_="failure")
    for name, reason in scenario.absent.items():
        yield node("p", node("strong", f"{name} is absent: "), reason, class_="absent")


def _figures(figures: Sequence[FigureResult]) -> Element | None:
    if not figures:
        return None
    headings = ("figure", "median", "", "spread")
    table = node(
        "table",
        node("thead", node("tr", *(node("th", heading, scope="col") for heading in headings))),
        node("tbody", *(_row(figure) for figure in figures)),
        class_="figures",
    )
    return node(
        "details",
        node("summary", counted(len(figures), "figure")),
        node("div", table, class_="scrolls"),
        open="open" if len(figures) <= FIGURES_OPEN_MAX else None,
    )


def _row(figure: FigureResult) -> Element:
    cells = (number(figure.median), figure.unit, spread(figure))
    return node("tr", node("th", figure.name, scope="row"), *(node("td", cell) for cell in cells))


def _facts(scenario: ScenarioResult) -> str:
    repeats = max((len(figure.values) for figure in scenario.figures), default=0)
    said = [counted(repeats, "repeat")] if repeats else []
    said.append(f"{scenario.seconds:.0f} s altogether")
    said += [f"{name}={value}" for name, value in scenario.settings.items()]
    return ", ".join(said)
