"""From values to places on a chart: each scale runs from 0 at its beginning to 1 at its end, and knows its ticks."""

import math
from dataclasses import dataclass
from typing import Protocol

from benchmarks.words import number

TICKS_MIN = 3
# 99.9 % has three nines, but for the last bit of a float.
ROUNDING = 1e-9
# None for the very beginning: its label would lie under the next one's.
NINES = (50.0, 90.0, 99.0, 99.9, 99.99, 99.999)


@dataclass(frozen=True, slots=True)
class Tick:
    value: float
    label: str


class Scale(Protocol):
    def at(self, value: float) -> float: ...
    @property
    def ticks(self) -> list[Tick]: ...


@dataclass(frozen=True, slots=True)
class Linear:
    low: float
    high: float

    @classmethod
    def around(cls, *values: float, room: float = 0.08) -> "Linear":
        """With some room at both ends, so that nothing lies on the edge."""
        low, high = min(values), max(values)
        beyond = (high - low or abs(high) or 1.0) * room
        return cls(low - beyond, high + beyond)

    def at(self, value: float) -> float:
        return (value - self.low) / (self.high - self.low)

    @property
    def ticks(self) -> list[Tick]:
        rough = (self.high - self.low) / TICKS_MIN
        power = 10.0 ** math.floor(math.log10(rough))
        step = next(factor * power for factor in (5.0, 2.5, 2.0, 1.0) if factor * power <= rough)
        first, last = math.ceil(self.low / step), math.floor(self.high / step)
        return [Tick(index * step, short(index * step)) for index in range(first, last + 1)]


@dataclass(frozen=True, slots=True)
class Logarithmic:
    low: float
    high: float

    def at(self, value: float) -> float:
        return math.log(value / self.low) / math.log(self.high / self.low)

    @property
    def ticks(self) -> list[Tick]:
        """1, 2, 5, 10 … or, over many powers, only those of ten."""
        factors = (1, 2, 5) if self.high / self.low < 200 else (1,)
        powers = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
        values = [factor * 10.0**power for power in powers for factor in factors]
        return [Tick(value, short(value)) for value in values if self.low <= value <= self.high]


@dataclass(frozen=True, slots=True)
class Nines:
    """Percentiles so that 90, 99 and 99.9 are equally far apart, up to so many nines."""

    end: float

    @staticmethod
    def nines(percentile: float) -> float:
        return -math.log10(1 - percentile / 100)

    def at(self, value: float) -> float:
        return self.nines(value) / self.end

    @property
    def ticks(self) -> list[Tick]:
        shown = [percentile for percentile in NINES if self.nines(percentile) <= self.end + ROUNDING]
        return [Tick(percentile, f"{percentile:g} %") for percentile in shown]


@dataclass(frozen=True, slots=True)
class Steps:
    """Values that are steps of a stair: equally far apart, whatever they are."""

    values: tuple[float, ...]
    labels: tuple[str, ...]
    labels_max: int = 8

    def at(self, value: float) -> float:
        """In the middle, if there is only one."""
        last = len(self.values) - 1
        return self.values.index(value) / last if last else 0.5

    @property
    def ticks(self) -> list[Tick]:
        every = math.ceil(len(self.values) / self.labels_max)
        # Counted from the end, because the newest is the one that is looked for.
        chosen = range(len(self.values) - 1, -1, -every)
        return [Tick(self.values[index], self.labels[index]) for index in reversed(chosen)]


def short(value: float) -> str:
    """As it fits beside an axis: 20k, 1.5M, 0.25"""
    for size, letter in ((1_000_000.0, "M"), (1_000.0, "k")):
        if abs(value) >= size:
            return f"{value / size:g}{letter}"
    return f"{value:g}" if not value or abs(value) >= 0.001 else number(value)
