"""A chart of lines."""

from benchmarks.report.chart import HEIGHT, WIDTH, Chart, framed, legend, series
from benchmarks.report.markup import document
from benchmarks.report.scales import Linear
from tests.benchmarks.report.html import Element, read


def drawn() -> Element:
    chart = Chart("how <fast>", Linear(0, 10), Linear(0, 4), x_label="many", y_label="much")
    chart.line([(0, 0), (5, 2), (10, 4)], series(0))
    chart.dot((10, 4), series(0), "the last")
    chart.whisker(5, 1, 3, series(0))
    chart.level(2, "target", "the target")
    return read(document(framed("how <fast>", chart.svg, legend(["ours"]))))


def test_what_is_drawn_is_inside() -> None:
    page = drawn()
    (line,) = page.every("polyline")
    points = [tuple(map(float, pair.split(","))) for pair in line.attributes["points"].split()]
    assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in points)
    assert points[0][0] < points[1][0] < points[2][0]
    assert points[0][1] > points[1][1] > points[2][1]
    assert (points[1][0] - points[0][0]) == (points[2][0] - points[1][0])
    (dot,) = page.every("circle")
    assert (float(dot.attributes["cx"]), float(dot.attributes["cy"])) == points[2]
    for text in page.every("text"):
        assert 0 <= float(text.attributes["x"]) <= WIDTH
        assert 0 <= float(text.attributes["y"]) <= HEIGHT


def test_it_says_what_it_is_without_being_seen() -> None:
    (figure,) = drawn().every("figure")
    (picture,) = [svg for svg in figure.every("svg") if svg.attributes.get("role") == "img"]
    assert picture.attributes["aria-label"] == "how <fast>"
    assert {text.all_text for text in figure.every("text")} >= {"many", "much", "dashed: the target"}
    assert [item.all_text for item in figure.every("li")] == ["ours"]


def test_colours_begin_again_when_there_are_no_more() -> None:
    assert series(0) == series(8) != series(1)
