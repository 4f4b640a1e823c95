"""The statistics behind `compare`, held to what can be counted by hand or by brute force."""

from fractions import Fraction
from itertools import combinations
from random import Random

import pytest

from benchmarks.shifting import confidence, shift

TRIALS = 2_000


def coverage_by_brute_force(old_count: int, new_count: int, left_out: int) -> Fraction:
    """Over every way in which new values can lie among old ones."""
    everyone = range(old_count + new_count)
    scores = []
    for new in combinations(everyone, new_count):
        old = [place for place in everyone if place not in new]
        scores.append(sum(before > after for before in old for after in new))
    return 1 - 2 * Fraction(sum(score <= left_out for score in scores), len(scores))


@pytest.mark.parametrize(("old_count", "new_count"), [(1, 1), (2, 3), (3, 3), (4, 2), (5, 4), (5, 5)])
def test_the_confidence_is_that_of_counting_every_order(old_count: int, new_count: int) -> None:
    for left_out in range(old_count * new_count // 2):
        assert confidence(old_count, new_count, left_out) == coverage_by_brute_force(old_count, new_count, left_out)


def test_three_repeats_beside_three_allow_ninety_percent_and_no_more() -> None:
    assert shift([1, 1, 1], [1, 1, 1]).confidence == Fraction(9, 10)


def test_more_repeats_narrow_the_interval_down_to_ninety_five_percent() -> None:
    old, new = [1.0, 1.01, 1.02, 1.03, 1.04, 1.05], [1.2, 1.21, 1.22, 1.23, 1.24, 1.25]
    found = shift(old, new)
    assert Fraction(95, 100) <= found.confidence < Fraction(97, 100)
    assert min(new) / max(old) < found.low < found.factor < found.high < max(new) / min(old)


def test_the_factor_is_the_middle_of_all_pairs_and_one_wild_repeat_does_not_move_it() -> None:
    calm, wild = shift([1, 2, 4], [2, 4, 8]), shift([1, 2, 4], [2, 4, 800])
    assert calm.factor == pytest.approx(2)
    assert wild.factor == pytest.approx(2)
    assert (calm.low, calm.high) == pytest.approx((0.5, 8))


def test_both_ways_round_it_says_the_same() -> None:
    old, new = [1.0, 1.1, 1.3], [1.2, 1.25, 1.6]
    there, back = shift(old, new), shift(new, old)
    assert (back.factor, back.low, back.high) == pytest.approx((1 / there.factor, 1 / there.high, 1 / there.low))


def test_the_interval_holds_the_truth_as_often_as_it_says() -> None:
    random = Random(11)
    held = 0
    for _ in range(TRIALS):
        old = [random.lognormvariate(0, 1) for _ in range(3)]
        new = [2 * random.lognormvariate(0, 1) for _ in range(3)]
        found = shift(old, new)
        held += found.low < 2 < found.high
    assert held / TRIALS == pytest.approx(0.9, abs=0.03)
