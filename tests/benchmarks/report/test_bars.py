"""Ratios as bars."""

import pytest

from benchmarks.report.bars import WIDTH, ratio_list, target_list
from benchmarks.report.markup import document
from benchmarks.results import RatioResult
from tests.benchmarks.made_up import made_run, measured, rate, ratio
from tests.benchmarks.report.html import Element, read


def bars(*ratios: RatioResult) -> list[Element]:
    listed = ratio_list(ratios)
    assert listed is not None
    return read(document(listed)).every("li")


def distances(*ratios: RatioResult) -> list[Element]:
    listed = target_list(made_run(measured(*ratios)))
    assert listed is not None
    return read(document(listed)).every("li")


def ends(bar: Element) -> tuple[float, float]:
    (block,) = bar.every("rect", "block")
    begin = float(block.attributes["x"])
    return begin, begin + float(block.attributes["width"])


def mark(bar: Element, kind: str) -> float:
    (line,) = bar.every("line", kind)
    return float(line.attributes["x1"])


def test_a_bar_ends_at_its_median_beside_the_line_of_the_target() -> None:
    (bar,) = bars(ratio(1.4, 1.5, 1.6))
    assert ends(bar)[1] / mark(bar, "target") == pytest.approx(1.5 / 1.25, rel=0.01)
    assert mark(bar, "target") / mark(bar, "equal") == pytest.approx(1.25, rel=0.01)
    (spread,) = bar.every("line", "range")
    assert float(spread.attributes["x2"]) / float(spread.attributes["x1"]) == pytest.approx(1.6 / 1.4, rel=0.01)


def test_it_says_in_words_what_its_colour_says() -> None:
    missed, reached, plain = bars(ratio(1.4), rate(1.7), ratio(1.1, target=None))
    assert [missed.every("span", "verdict")[0].all_text, missed.every("rect", "missed") != []] == ["missed", True]
    assert [reached.every("span", "verdict")[0].all_text, reached.every("rect", "reached") != []] == ["reached", True]
    assert [plain.every("span", "verdict")[0].all_text, plain.every("line", "target")] == ["", []]


def test_what_is_better_than_its_target_reaches_to_the_right_of_it() -> None:
    lower_missed, lower_reached, higher_missed, higher_reached = distances(ratio(1.4), ratio(1.1), rate(1.4), rate(1.7))
    for bar in (lower_missed, higher_missed):
        assert ends(bar)[0] < ends(bar)[1] == pytest.approx(WIDTH / 2)
    for bar in (lower_reached, higher_reached):
        assert ends(bar)[1] > ends(bar)[0] == pytest.approx(WIDTH / 2)
    assert all(mark(bar, "target") == WIDTH / 2 for bar in distances(ratio(1.4), rate(1.7)))


@pytest.mark.parametrize("value", [0.0, 1e-6, 1e6])
def test_a_bar_stays_inside_whatever_the_ratio(value: float) -> None:
    for bar in (*bars(ratio(value), rate(value)), *distances(ratio(value), rate(value))):
        begin, end = ends(bar)
        assert 0 <= begin < end <= WIDTH + 2


def test_only_ratios_with_a_target_have_a_distance_to_it() -> None:
    assert target_list(made_run(measured(ratio(1.0, target=None)))) is None
    assert ratio_list([]) is None
