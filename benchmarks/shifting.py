"""By what factor values have changed, and how sure that is: no assumption about how they are distributed.

The estimate is Hodges and Lehmann's: the median of all differences between a new and an old value, here of their
logarithms. The interval belongs to the test of Mann and Whitney: it is made of those same differences, and how many of
them may be left out at either end follows from counting every order in which the values could have come.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from statistics import median

CONFIDENCE_WANTED = Fraction(95, 100)
# What three repeats beside three can say. With less, an interval is closer to a guess.
CONFIDENCE_MIN = Fraction(90, 100)


@dataclass(frozen=True, slots=True)
class Shift:
    """New by old."""

    factor: float
    low: float
    high: float
    confidence: Fraction


def confidence(old_count: int, new_count: int, left_out: int) -> Fraction:
    """That the true shift is in the interval when so many differences are left out at either end."""
    orders = _orders_by_score(old_count, new_count)
    return 1 - 2 * Fraction(sum(orders[: left_out + 1]), sum(orders))


def shift(old: Sequence[float], new: Sequence[float]) -> Shift:
    """At the highest confidence that so few values allow, but not more than is wanted."""
    differences = sorted(math.log(after) - math.log(before) for before in old for after in new)
    left_out = 0
    while 2 * (left_out + 1) < len(differences) and confidence(len(old), len(new), left_out + 1) >= CONFIDENCE_WANTED:
        left_out += 1
    return Shift(
        factor=math.exp(median(differences)),
        low=math.exp(differences[left_out]),
        high=math.exp(differences[-1 - left_out]),
        confidence=confidence(len(old), len(new), left_out),
    )


@lru_cache
def _orders_by_score(old_count: int, new_count: int) -> tuple[int, ...]:
    """In how many orders of both together do exactly 0, 1, 2, … pairs have the new value before the old one."""
    if not old_count or not new_count:
        return (1,)
    # The last of all is either a new value, which stands before none, or an old one, before which all new ones stand.
    with_new_last = _orders_by_score(old_count, new_count - 1)
    with_old_last = (0,) * new_count + _orders_by_score(old_count - 1, new_count)
    length = old_count * new_count + 1
    padded = (orders + (0,) * (length - len(orders)) for orders in (with_new_last, with_old_last))
    return tuple(map(sum, zip(*padded, strict=True)))
