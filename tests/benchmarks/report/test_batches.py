"""Throughput against batch size, by the names of the figures."""

import pytest

from benchmarks.report.batches import batch_charts, lines_in
from benchmarks.report.markup import document, node
from tests.benchmarks.made_up import figure
from tests.benchmarks.report.html import read

RATE = "documents/s"


def test_figures_that_differ_in_the_number_alone_are_one_line() -> None:
    names = ("docs, 64 x 1 KiB", "docs, 1 x 1 KiB", "docs, 64 x 8 KiB", "docs, 1 x 8 KiB", "put, 1 x 1 KiB")
    lines = lines_in([figure(name, 10, unit=RATE) for name in names])
    assert [(line.name, sorted(line.by_count)) for line in lines] == [
        ("docs, 1 KiB", [1, 64]),
        ("docs, 8 KiB", [1, 64]),
    ]


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("docs, 64 x 1 KiB", "ms"),
        ("docs, 64 x 1", RATE),
        ("docs, many x 1 KiB", RATE),
        ("64 x 1 KiB", RATE),
        ("docs, 64 a message", RATE),
    ],
)
def test_other_figures_are_none(name: str, unit: str) -> None:
    pair = [figure(name, 10, unit=unit), figure(name.replace("64", "1"), 10, unit=unit)]
    assert lines_in(pair) == []


def test_batches_are_steps_and_each_point_tells_its_figure() -> None:
    figures = [
        figure(f"docs, {count} x 1 KiB", 10 * count, 11 * count, 12 * count, unit=RATE) for count in (256, 1, 16)
    ]
    (chart,) = read(document(node("main", *batch_charts(figures)))).every("figure")
    (line,) = chart.every("polyline", "s0")
    across = [float(pair.split(",")[0]) for pair in line.attributes["points"].split()]
    assert across[1] - across[0] == pytest.approx(across[2] - across[1], abs=0.2)
    assert {dot.all_text for dot in chart.every("circle")} == {
        "docs, 1 x 1 KiB: 11.0 documents/s 10.0–12.0",
        "docs, 16 x 1 KiB: 176 documents/s 160–192",
        "docs, 256 x 1 KiB: 2,816 documents/s 2,560–3,072",
    }
    assert [item.all_text for item in chart.every("li")] == ["docs, 1 KiB"]


def test_every_unit_has_a_chart_of_its_own() -> None:
    figures = [figure(f"{unit} of it, {count} x 1 KiB", 10, unit=unit) for unit in ("a/s", "b/s") for count in (1, 2)]
    assert len(batch_charts(figures)) == 2
    assert batch_charts([figure(f"docs, {count} x 1 KiB", 0, unit=RATE) for count in (1, 2)])
