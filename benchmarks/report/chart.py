"""A chart of lines: a frame with its ticks, and what is drawn in it. Small enough to be read on a phone as it is."""

from collections.abc import Sequence
from xml.etree.ElementTree import Element

from benchmarks.report.markup import Child, node
from benchmarks.report.scales import Scale

WIDTH, HEIGHT = 460.0, 270.0
LEFT, RIGHT, TOP, BOTTOM = 46.0, 14.0, 26.0, 40.0
TICK_GAP = 6.0
DOT_RADIUS = 3.0
# As many as there are colours in style.css; what comes after them begins again.
SERIES_COUNT = 8

Point = tuple[float, float]


class Chart:
    def __init__(
        self, title: str, x: Scale, y: Scale, *, x_label: str, y_label: str, size: Point = (WIDTH, HEIGHT)
    ) -> None:
        self._x = x
        self._y = y
        self._width, self._height = size
        box = f"0 0 {self._width:g} {self._height:g}"
        self.svg = node("svg", node("title", title), viewBox=box, role="img", aria_label=title)
        self._draw_frame(x_label, y_label)

    def line(self, points: Sequence[Point], kind: str) -> None:
        places = " ".join(f"{self._x_of(x):.1f},{self._y_of(y):.1f}" for x, y in points)
        self.svg.append(node("polyline", points=places, class_=f"line {kind}"))

    def dot(self, point: Point, kind: str, title: str) -> None:
        x, y = point
        self.svg.append(
            node("circle", node("title", title), cx=self._x_of(x), cy=self._y_of(y), r=DOT_RADIUS, class_=f"dot {kind}")
        )

    def whisker(self, x: float, low: float, high: float, kind: str) -> None:
        place = self._x_of(x)
        self._draw("line", x1=place, x2=place, y1=self._y_of(low), y2=self._y_of(high), class_=f"whisker {kind}")

    def level(self, y: float, kind: str, label: str) -> None:
        """A dashed line across the whole chart. What it is stands above, where no data are."""
        place = self._y_of(y)
        self._draw("line", x1=LEFT, x2=self._width - RIGHT, y1=place, y2=place, class_=f"level {kind}")
        said = f"dashed: {label}"
        self._draw("text", said, x=self._width - RIGHT, y=TOP - 14, text_anchor="end", class_="name")

    def _draw_frame(self, x_label: str, y_label: str) -> None:
        bottom, right = self._height - BOTTOM, self._width - RIGHT
        for tick in self._y.ticks:
            y = self._y_of(tick.value)
            self._draw("line", x1=LEFT, x2=right, y1=y, y2=y, class_="grid")
            self._draw("text", tick.label, x=LEFT - TICK_GAP, y=y, text_anchor="end", dominant_baseline="middle")
        for tick in self._x.ticks:
            x = self._x_of(tick.value)
            self._draw("line", x1=x, x2=x, y1=TOP, y2=bottom, class_="grid")
            anchor = "end" if x > right - LEFT / 2 else "middle"
            self._draw("text", tick.label, x=min(x, right), y=bottom + 3 * TICK_GAP, text_anchor=anchor)
        self._draw("line", x1=LEFT, x2=right, y1=bottom, y2=bottom, class_="axis")
        self._draw("text", x_label, x=(LEFT + right) / 2, y=self._height - 4, text_anchor="middle", class_="name")
        self._draw("text", y_label, x=0.0, y=TOP - 14, class_="name")

    def _draw(self, name: str, *children: Child, **attributes: str | float | None) -> None:
        self.svg.append(node(name, *children, **attributes))

    def _x_of(self, value: float) -> float:
        return LEFT + self._x.at(value) * (self._width - LEFT - RIGHT)

    def _y_of(self, value: float) -> float:
        return self._height - BOTTOM - self._y.at(value) * (self._height - BOTTOM - TOP)


def series(index: int) -> str:
    """The name of a colour in style.css."""
    return f"s{index % SERIES_COUNT}"


def framed(title: str, *parts: Child) -> Element:
    return node("figure", node("figcaption", title), *parts)


def legend(names: Sequence[str]) -> Element:
    """Which colour is which."""
    return node("ul", *(node("li", swatch(index), name) for index, name in enumerate(names)), class_="legend")


def swatch(index: int) -> Element:
    stroke = node("line", x1=0.0, x2=18.0, y1=5.0, y2=5.0, class_=f"line {series(index)}")
    return node("svg", stroke, viewBox="0 0 18 10", class_="swatch", aria_hidden="true")
