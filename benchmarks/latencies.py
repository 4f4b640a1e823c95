"""A distribution of latencies, kept so that the rare ones are not lost: an HdrHistogram of microseconds."""

from collections.abc import Iterable
from typing import cast

from hdrh.histogram import HdrHistogram  # type: ignore[import-untyped]  # it comes without types

MICROSECONDS_MAX = 600_000_000
SIGNIFICANT_DIGITS = 3


class Latencies:
    def __init__(self, seconds: Iterable[float] = ()) -> None:
        self._histogram = HdrHistogram(1, MICROSECONDS_MAX, SIGNIFICANT_DIGITS)
        for each in seconds:
            self.record(each)

    def record(self, seconds: float) -> None:
        """Beyond ten minutes it counts as ten minutes."""
        self._histogram.record_value(min(max(1, round(seconds * 1_000_000)), MICROSECONDS_MAX))

    def ms(self, percentile: float) -> float:
        """So many of a hundred took no longer than this."""
        return float(self._histogram.get_value_at_percentile(percentile)) / 1_000

    @property
    def ms_max(self) -> float:
        return float(self._histogram.get_max_value()) / 1_000

    def __len__(self) -> int:
        return int(self._histogram.get_total_count())

    def add(self, other: "Latencies") -> None:
        self._histogram.add(other._histogram)

    def encode(self) -> str:
        """In HdrHistogram's own format, which its tools in other languages read."""
        return cast(bytes, self._histogram.encode()).decode()

    @classmethod
    def decode(cls, text: str) -> "Latencies":
        latencies = cls()
        latencies._histogram.decode_and_add(text.encode())
        return latencies
