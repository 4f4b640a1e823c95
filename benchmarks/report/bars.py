"""Ratios as bars: each beside its target, and all targets of a run beside each other."""

import math
from collections.abc import Sequence
from xml.etree.ElementTree import Element

from benchmarks.report.markup import Child, node
from benchmarks.results import RatioResult, RunResult
from benchmarks.words import middle, spread, target, verdict, what

# A bar is stretched to the width that there is, so these are no pixels across.
WIDTH, HEIGHT = 1000.0, 22.0
HEADROOM = 1.06
# How far from its target a ratio can be to either side before its bar ends at the edge.
DISTANCE_MAX = 3.0


def ratio_list(ratios: Sequence[RatioResult]) -> Element | None:
    if not ratios:
        return None
    return node("ul", *(_item(what(ratio), ratio, _bar(ratio)) for ratio in ratios), class_="ratios")


def target_list(run: RunResult) -> Element | None:
    """How far each ratio is from what it should be: to the right of the line it is better, to the left worse."""
    items = [
        _item(f"{scenario.name}: {what(ratio)}", ratio, _distance(ratio))
        for scenario in run.scenarios
        for ratio in scenario.ratios
        if ratio.target
    ]
    return node("ul", *items, class_="ratios") if items else None


def _item(title: str, ratio: RatioResult, bar: Element) -> Element:
    return node(
        "li",
        node("span", title, class_="what"),
        bar,
        node("span", middle(ratio), class_="value"),
        node("span", spread(ratio), class_="spread"),
        node("span", target(ratio), class_="spread"),
        node("span", verdict(ratio), class_=f"verdict {_kind(ratio)}"),
    )


def _bar(ratio: RatioResult) -> Element:
    """From nothing to the median, with a line for the target and a faint one where both are equal."""
    end = max(ratio.highest, ratio.target or 0.0, 1.0) * HEADROOM

    def at(value: float) -> float:
        return max(0.0, value) / end * WIDTH

    return _stretched(
        _block(0.0, at(ratio.median), _kind(ratio)),
        _spread(at(ratio.lowest), at(ratio.highest)),
        _mark(at(1.0), "equal"),
        None if ratio.target is None else _mark(at(ratio.target), "target"),
    )


def _distance(ratio: RatioResult) -> Element:
    """From the target in the middle, by factors."""

    def at(value: float) -> float:
        assert ratio.target is not None
        factor = ratio.target / max(value, 1e-9) if ratio.better == "lower" else max(value, 1e-9) / ratio.target
        share = math.log(factor) / math.log(DISTANCE_MAX)
        return WIDTH / 2 * (1 + min(1.0, max(-1.0, share)))

    begin, end = sorted((WIDTH / 2, at(ratio.median)))
    low, high = sorted((at(ratio.lowest), at(ratio.highest)))
    return _stretched(_block(begin, end, _kind(ratio)), _spread(low, high), _mark(WIDTH / 2, "target"))


def _kind(ratio: RatioResult) -> str:
    return verdict(ratio) or "plain"


def _stretched(*parts: Child) -> Element:
    ground = node("rect", x=0.0, y=0.0, width=WIDTH, height=HEIGHT, class_="ground")
    box = f"0 0 {WIDTH:g} {HEIGHT:g}"
    return node("svg", ground, *parts, viewBox=box, preserveAspectRatio="none", class_="bar", aria_hidden="true")


def _block(begin: float, end: float, kind: str) -> Element:
    return node("rect", x=begin, y=4.0, width=max(2.0, end - begin), height=HEIGHT - 8, class_=f"block {kind}")


def _spread(low: float, high: float) -> Element:
    return node("line", x1=low, x2=high, y1=HEIGHT / 2, y2=HEIGHT / 2, class_="range")


def _mark(place: float, kind: str) -> Element:
    return node("line", x1=place, x2=place, y1=0.0, y2=HEIGHT, class_=f"mark {kind}")
