"""In which row the vector of a document is, by the document's number: sorted, because a dictionary of a million
numbers is ten times as big, and slower when many are looked up at once."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]
Rows = NDArray[np.int64]
Flags = NDArray[np.bool_]

# So many rows may be sorted again with every commit; then they are merged with the rest.
RECENT_COUNT_MAX = 16_384


@dataclass(frozen=True, slots=True)
class _Sorted:
    numbers: Numbers
    rows: Rows

    @classmethod
    def of(cls, numbers: Numbers, alive: Flags, begin: int) -> "_Sorted":
        rows = np.flatnonzero(alive[begin:]) + begin
        found = numbers[rows]
        order = np.argsort(found, kind="stable")
        return cls(found[order], rows[order])

    def look_up(self, numbers: Numbers) -> Rows:
        if not len(self.numbers):
            return np.full(len(numbers), -1, dtype=np.int64)
        places = np.minimum(np.searchsorted(self.numbers, numbers), len(self.numbers) - 1)
        return np.where(self.numbers[places] == numbers, self.rows[places], -1)


@dataclass(frozen=True, slots=True)
class Places:
    """`settled` knows the rows before `recent_from`, some of which may have died since; `recent` those after it."""

    settled: _Sorted
    recent: _Sorted
    recent_from: int

    @classmethod
    def of(cls, numbers: Numbers, alive: Flags) -> "Places":
        return cls(_Sorted.of(numbers, alive, 0), _Sorted.of(numbers, alive, len(numbers)), len(numbers))

    def advanced(self, numbers: Numbers, alive: Flags) -> "Places":
        """The same with more rows, some of the known ones dead."""
        if len(numbers) - self.recent_from > RECENT_COUNT_MAX:
            return Places.of(numbers, alive)
        return Places(self.settled, _Sorted.of(numbers, alive, self.recent_from), self.recent_from)

    def rows_of(self, numbers: Numbers, alive: Flags) -> Rows:
        """-1 for what is nowhere."""
        settled = self.settled.look_up(numbers)
        if len(settled) and len(alive):
            settled = np.where((settled >= 0) & alive[settled], settled, -1)
        recent = self.recent.look_up(numbers)
        return np.where(recent >= 0, recent, settled)
