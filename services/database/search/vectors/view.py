"""The vectors of one model as they were at a commit. It never changes, so it is read without a lock."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from services.database.search.vectors.codes import Codes
from services.database.search.vectors.files import KeptCodes
from services.database.search.vectors.places import Flags, Numbers, Places, Rows
from services.database.search.vectors.wide import Block, Scores, products, scales, widened
from shared.vectors import Halves, Vector

Marks = NDArray[np.uint8]

SCORED_COUNT = 4_096


class Mark(IntEnum):
    """What has become of a row. Those that serve are below DEAD."""

    CURRENT = 0
    # Its document has another text by now, and no vector of it yet.
    OLD = 1
    DEAD = 2


@dataclass(frozen=True, slots=True)
class Coded:
    """The rows that codes tell of, the first ones. Their vectors are in the file, and read where it is mapped."""

    codes: Codes
    halves: Halves
    kept: KeptCodes

    @property
    def count(self) -> int:
        return len(self.halves)


@dataclass(frozen=True, slots=True)
class Stored:
    """Where the vectors are: those of the coded rows in the file, all others in memory."""

    dimensions: int
    coded: Coded | None
    blocks: Sequence[Block]

    @property
    def coded_count(self) -> int:
        return self.coded.count if self.coded else 0

    def vectors(self, rows: Rows) -> Vector:
        """As they were written down: of length one but for rounding."""
        early = rows < self.coded_count
        if self.coded and early.all():
            return widened(self.coded.halves[rows])
        wide = np.empty((len(rows), self.dimensions), dtype=np.float32)
        if self.coded:
            wide[early] = widened(self.coded.halves[rows[early]])
        for block in self.blocks:
            inside = (rows >= max(block.begin, self.coded_count)) & (rows < block.end)
            if inside.any():
                wide[inside] = block.vectors[rows[inside] - block.begin]
        return wide

    def halves(self, rows: Rows) -> Halves:
        # No bit is lost: they were 16-bit floats before.
        return self.vectors(rows).astype(np.float16)

    def scores(self, vector: Vector, rows: Rows) -> Scores:
        """How near each row is to a vector of length one. Equal rows get equal scores, wherever they are stored."""
        found = np.empty(len(rows), dtype=np.float32)
        coded = rows < self.coded_count
        # Kept apart, because then they need not be copied together.
        for places in (np.flatnonzero(coded), np.flatnonzero(~coded)):
            for begin in range(0, len(places), SCORED_COUNT):
                portion = places[begin : begin + SCORED_COUNT]
                wide = self.vectors(rows[portion])
                found[portion] = products(wide, vector) * scales(wide)
        return found


@dataclass(frozen=True, slots=True)
class View:
    stored: Stored
    numbers: Numbers
    marks: Marks
    alive: Flags
    documents: int
    places: Places

    @property
    def count(self) -> int:
        return len(self.numbers)

    def rows_of(self, numbers: Numbers) -> Rows:
        return self.places.rows_of(numbers, self.alive)

    def living(self) -> Numbers:
        return self.numbers[self.alive]

    def uncoded(self) -> Iterator[tuple[Block, int, int]]:
        """The blocks of the rows that no codes tell of, and from where to where they are."""
        for block in self.stored.blocks:
            begin, end = max(block.begin, self.stored.coded_count), min(block.end, self.count)
            if begin < end:
                yield block, begin, end

    def uncoded_documents(self) -> int:
        return int(np.count_nonzero(self.alive[self.stored.coded_count :]))
