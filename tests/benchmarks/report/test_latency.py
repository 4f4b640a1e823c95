"""Latency distributions."""

import pytest

from benchmarks.report.latency import latency_charts
from benchmarks.report.markup import document, node
from benchmarks.results import LatencyResult
from tests.benchmarks.made_up import latency
from tests.benchmarks.report.html import Element, read


def charts(*results: LatencyResult) -> list[Element]:
    return read(document(node("main", *latency_charts(results)))).every("figure")


def rows(chart: Element) -> list[list[str]]:
    return [[cell.all_text for cell in row.children] for row in chart.every("tr")]


def test_curves_rise_to_the_slowest_and_the_table_says_the_percentiles() -> None:
    (chart,) = charts(latency("ours", [number / 1_000 for number in range(1, 2_001)]))
    (line,) = chart.every("polyline", "s0")
    heights = [float(pair.split(",")[1]) for pair in line.attributes["points"].split()]
    assert heights == sorted(heights, reverse=True)
    heading, row = rows(chart)
    assert heading == ["ms", "p50", "p90", "p99", "p99.9", "max", "of"]
    assert row == ["ours", "1.00", "1.80", "1.98", "2.00", "2.00", "2,000"]


def test_percentiles_beyond_the_slowest_are_left_open() -> None:
    (chart,) = charts(latency("ours", [1, 2, 3]))
    assert rows(chart)[1] == ["ours", "2.00", "", "", "", "3.00", "3"]


def test_those_that_end_alike_share_a_chart() -> None:
    names = ("put at 10 %, committed", "put at 10 %, findable", "put at 50 %, committed", "one fsync")
    found = charts(*(latency(name, [1, 2]) for name in names))
    assert [(chart.every("figcaption")[0].all_text, [row[0] for row in rows(chart)[1:]]) for chart in found] == [
        ("Latency: committed", ["put at 10 %", "put at 50 %"]),
        ("Latency: findable", ["put at 10 %"]),
        ("Latency", ["one fsync"]),
    ]


@pytest.mark.parametrize(("count", "expected"), [(8, 1), (9, 2)])
def test_too_many_for_one_chart_make_two(count: int, expected: int) -> None:
    assert len(charts(*(latency(f"number {number}", [1, 2]) for number in range(count)))) == expected


def test_one_latency_or_none_is_no_trouble() -> None:
    assert len(charts(latency("ours", [5]))) == 1
    assert charts(latency("ours", [])) == []
