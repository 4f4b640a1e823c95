"""The vectors of one model on disk, and what has been applied to them since the last commit.

Three files only grow: the vectors, the numbers of their documents, and the marks that tell which rows are old or dead.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import structlog
from numpy.typing import NDArray

from services.database.search.index import Outdated
from services.database.search.vectors.codes import Codes
from services.database.search.vectors.files import GrowingFile, KeptRows
from services.database.search.vectors.notes import Model
from services.database.search.vectors.places import Numbers, Places, Rows
from services.database.search.vectors.view import Coded, Mark, Marks, Stored, View
from services.database.search.vectors.wide import BLOCK_COUNT, Block, widened
from shared.vectors import Halves

log = structlog.get_logger()

VECTORS, NUMBERS, MARKS = "vectors.f16", "numbers.i64", "marks.i64"
_NUMBER_BYTES = 8
# A mark is one number: the row times this, plus the mark.
_MARK_BASE = 4


class ModelRows:
    def __init__(self, path: Path, kept: KeptRows) -> None:
        """Raises `Outdated`."""
        self.path = path
        self.model = Model(kept.model, kept.dimensions)
        self.kept = kept
        self._files: list[GrowingFile] = []
        path.mkdir(exist_ok=True)
        try:
            self._vector_file = self._open(VECTORS, kept.rows * kept.dimensions * 2)
            self._number_file = self._open(NUMBERS, kept.rows * _NUMBER_BYTES)
            self._mark_file = self._open(MARKS, kept.marks * _NUMBER_BYTES)
            self._count = kept.rows
            self._numbers = np.empty(max(1_024, kept.rows * 5 // 4), dtype=np.int64)
            self._numbers[: kept.rows] = np.frombuffer(self._number_file.read(0, self._number_file.size), "<i8")
            self._blocks: list[Block] = []
            # What was applied since the last commit: by document its row or -1, by row its mark.
            self._moved: dict[int, int] = {}
            self._marked: dict[int, Mark] = {}
            self.view = self._read()
        except BaseException:
            self.close()
            raise

    def _open(self, name: str, size: int) -> GrowingFile:
        self._files.append(GrowingFile(self.path / name, size))
        return self._files[-1]

    def _read(self) -> View:
        coded = self._read_codes()
        begin = coded.count if coded else 0
        row_bytes = self.model.dimensions * 2
        for row in range(begin, self._count, BLOCK_COUNT):
            count = min(BLOCK_COUNT, self._count - row)
            raw = self._vector_file.read(row * row_bytes, count * row_bytes)
            self._keep(row, np.frombuffer(raw, dtype="<f2").reshape(count, -1))
        marks = np.zeros(self._count, dtype=np.uint8)
        entries = np.frombuffer(self._mark_file.read(0, self._mark_file.size), "<i8")
        if len(entries) and not 0 <= entries.min() <= entries.max() < self._count * _MARK_BASE:
            raise Outdated(f"{self.path / MARKS} tells of rows that are nowhere")
        # The last mark of a row counts.
        marks[entries // _MARK_BASE] = entries % _MARK_BASE
        numbers, alive = self._numbers[: self._count], marks < Mark.DEAD
        stored = Stored(self.model.dimensions, coded, tuple(self._blocks))
        return View(stored, numbers, marks, alive, int(np.count_nonzero(alive)), Places.of(numbers, alive))

    def _read_codes(self) -> Coded | None:
        if self.kept.codes is None:
            return None
        try:
            codes = Codes.read(self.path / self.kept.codes.file, self.model.dimensions, count_max=self._count)
        except ValueError as error:
            # They are made again in the background.
            log.warning("vector_codes_lost", folder=str(self.path), because=str(error))
            return None
        return Coded(codes, self.mapped(codes.count), self.kept.codes)

    def mapped(self, count: int) -> Halves:
        """The first vectors where they are in the file."""
        shape = (count, self.model.dimensions)
        return np.asarray(np.memmap(self.path / VECTORS, dtype="<f2", mode="r", shape=shape))

    @property
    def pending(self) -> bool:
        return bool(self._moved or self._marked)

    @property
    def documents_soon(self) -> int:
        return self.view.documents + len(self._moved)

    @property
    def bytes(self) -> int:
        codes = self.view.stored.coded_count * ((self.model.dimensions + 3) // 4)
        return sum(file.size for file in self._files) + codes

    def put(self, numbers: Sequence[int], halves: Halves) -> None:
        """Vectors of length one. One that is there already, the same bit for bit, stays."""
        rows = self._rows_of(numbers)
        known = np.flatnonzero(rows >= 0)
        same = np.zeros(len(rows), dtype=np.bool_)
        stored = Stored(self.model.dimensions, self.view.stored.coded, self._blocks).halves(rows[known])
        same[known] = (stored.view(np.uint16) == halves[known].view(np.uint16)).all(axis=1)
        same[known] &= np.array([self._mark(row) == Mark.CURRENT for row in rows[known].tolist()], dtype=np.bool_)
        fresh = np.flatnonzero(~same)
        if not len(fresh):
            return
        chosen = [numbers[at] for at in fresh.tolist()]
        first = self.append(np.array(chosen, dtype=np.int64), halves[fresh])
        self._marked |= dict.fromkeys((row for row in rows[fresh].tolist() if row >= 0), Mark.DEAD)
        self._moved |= zip(chosen, range(first, self._count), strict=True)

    def remove(self, numbers: Sequence[int]) -> None:
        found = [(no, row) for no, row in zip(numbers, self._rows_of(numbers).tolist(), strict=True) if row >= 0]
        self._marked |= dict.fromkeys((row for _, row in found), Mark.DEAD)
        self._moved |= dict.fromkeys((no for no, _ in found), -1)

    def outlive(self, numbers: Sequence[int]) -> None:
        """Their vectors are old, and serve on until there is another."""
        rows = [row for row in self._rows_of(numbers).tolist() if row >= 0 and self._mark(row) == Mark.CURRENT]
        self._marked |= dict.fromkeys(rows, Mark.OLD)

    def append(self, numbers: Numbers, halves: Halves) -> int:
        """Without a look at what is there. Returns the first row. Nothing counts before the commit."""
        first, row_bytes = self._count, self.model.dimensions * 2
        self._vector_file.cut(first * row_bytes)
        self._number_file.cut(first * _NUMBER_BYTES)
        self._vector_file.append(halves.astype("<f2", copy=False).tobytes())
        self._number_file.append(numbers.astype("<i8", copy=False).tobytes())
        if first + len(numbers) > len(self._numbers):
            larger = np.empty((first + len(numbers)) * 3 // 2, dtype=np.int64)
            larger[:first] = self._numbers[:first]
            self._numbers = larger
        self._numbers[first : first + len(numbers)] = numbers
        self._keep(first, halves)
        self._count += len(numbers)
        return first

    def mark(self, marks: dict[int, Mark]) -> None:
        self._marked |= marks

    def _keep(self, row: int, halves: Halves) -> None:
        while len(halves):
            if not self._blocks or self._blocks[-1].end <= row:
                self._blocks.append(Block.empty(row, self.model.dimensions))
            part = halves[: self._blocks[-1].end - row]
            self._blocks[-1].put(row, widened(part))
            row, halves = row + len(part), halves[len(part) :]

    def _rows_of(self, numbers: Sequence[int]) -> Rows:
        rows = self.view.rows_of(np.array(numbers, dtype=np.int64))
        for at, no in enumerate(numbers if self._moved else ()):
            rows[at] = self._moved.get(no, rows[at])
        return rows

    def _mark(self, row: int) -> int:
        committed = int(self.view.marks[row]) if row < self.view.count else Mark.CURRENT
        return self._marked.get(row, committed)

    def save(self) -> KeptRows:
        """Everything that was applied is on disk after it, and counts as soon as what is returned does, too."""
        marks = np.array([row * _MARK_BASE + mark for row, mark in self._marked.items()], dtype="<i8")
        self._mark_file.cut(self.kept.marks * _NUMBER_BYTES)
        self._mark_file.append(marks.tobytes())
        for file in self._files:
            file.sync()
        self.kept = self.kept.model_copy(update={"rows": self._count, "marks": self.kept.marks + len(marks)})
        return self.kept

    def publish(self) -> None:
        """From now on what was saved is seen."""
        count = self.kept.rows
        marks: Marks = np.concatenate([self.view.marks, np.zeros(count - self.view.count, dtype=np.uint8)])
        if self._marked:
            marks[np.fromiter(self._marked.keys(), np.int64)] = np.fromiter(self._marked.values(), np.uint8)
        alive: NDArray[np.bool_] = marks < Mark.DEAD
        numbers = self._numbers[:count]
        stored = Stored(self.model.dimensions, self.view.stored.coded, tuple(self._blocks))
        places = self.view.places.advanced(numbers, alive)
        self._moved.clear()
        self._marked.clear()
        self.view = View(stored, numbers, marks, alive, int(np.count_nonzero(alive)), places)

    def adopt(self, coded: Coded) -> None:
        """New codes for the first rows, whose vectors need not be in memory any more."""
        self._blocks = [block for block in self._blocks if block.end > coded.count]
        self.kept = self.kept.model_copy(update={"codes": coded.kept})
        stored = Stored(self.model.dimensions, coded, tuple(self._blocks))
        view = self.view
        self.view = View(stored, view.numbers, view.marks, view.alive, view.documents, view.places)

    def close(self) -> None:
        for file in self._files:
            file.close()
