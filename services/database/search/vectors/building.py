"""What is built aside while everything goes on: codes for rows that have none, and files without the dead rows.

It works on a view, which never changes; what came meanwhile is added when the result takes its place.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from services.database.search.vectors.codes import TRAINED_COUNT_MAX, TRAINED_COUNT_MIN, Codes
from services.database.search.vectors.files import KeptCodes, KeptRows, settle
from services.database.search.vectors.places import Rows
from services.database.search.vectors.rows import ModelRows
from services.database.search.vectors.view import Coded, Mark, View
from services.database.search.vectors.wide import of_length_one
from shared.vectors import Halves

PORTION_COUNT = 4_096
# Codes fit what they were trained with; what has become so many times as much may look different.
TRAINED_AGAIN_FACTOR = 4
# Below it, the dead cost less than getting rid of them.
COMPACTED_COUNT_MIN = 1_000
DEAD_SHARE_MAX = 0.5
# When there is nothing else to do.
DEAD_SHARE_AT_REST_MAX = 0.2
CAUGHT_UP_COUNT = 2_000
CATCHING_UP_MAX = 20

Stopping = Callable[[], bool]


class Stopped(Exception):
    """The index is being closed."""


def wants_codes(view: View, exact_count_max: int) -> bool:
    return view.uncoded_documents() > max(exact_count_max, TRAINED_COUNT_MIN)


def wants_compacting(view: View, dead_share_max: float) -> bool:
    return view.count > COMPACTED_COUNT_MIN and view.count - view.documents > view.count * dead_share_max


def code(rows: ModelRows, view: View, stopping: Stopping) -> Coded:
    """Codes for all rows of the view. They are on disk, but nobody knows yet."""
    halves = rows.mapped(view.count)
    codes, trained_count = _begun(rows, view, halves)
    for begin in range(codes.count, view.count, PORTION_COUNT):
        if stopping():
            raise Stopped
        codes.add(of_length_one(halves[begin : begin + PORTION_COUNT]))
    path = rows.path / f"codes-{view.count}"
    new = path.with_suffix(".new")
    codes.write(new)
    settle(new, path)
    return Coded(codes, halves, KeptCodes(file=path.name, trained_count=trained_count))


def _begun(rows: ModelRows, view: View, halves: Halves) -> tuple[Codes, int]:
    """Trained codes, and with how many vectors at hand; with the rows in them that the old ones have, if they fit."""
    old = view.stored.coded
    if old and view.count < old.kept.trained_count * TRAINED_AGAIN_FACTOR:
        path = rows.path / old.kept.file
        return Codes.read(path, view.stored.dimensions, count_max=view.count), old.kept.trained_count
    living = np.flatnonzero(view.alive)
    if len(living) > TRAINED_COUNT_MAX:
        chance = np.random.default_rng(len(living))
        living = np.sort(chance.choice(living, TRAINED_COUNT_MAX, replace=False))
    return Codes.trained(of_length_one(halves[living])), view.count


class Compaction:
    """The living rows of a model, written anew into a folder of their own."""

    def __init__(self, rows: ModelRows, path: Path) -> None:
        self._rows = rows
        kept = KeptRows(folder=path.name, model=rows.model.name, dimensions=rows.model.dimensions, rows=0, marks=0)
        self.compacted = ModelRows(path, kept)
        # By row, the row it was.
        self._sources: list[Rows] = []
        self._seen = 0

    def run(self, exact_count_max: int, stopping: Stopping) -> None:
        """What is left to do after it is little."""
        self._catch_up(self._rows.view, stopping)
        if wants_codes(self.compacted.view, exact_count_max):
            self.compacted.adopt(code(self.compacted, self.compacted.view, stopping))
        for _ in range(CATCHING_UP_MAX):
            view = self._rows.view
            if view.count - self._seen < CAUGHT_UP_COUNT:
                break
            self._catch_up(view, stopping)

    def finish(self) -> None:
        """Nothing may change meanwhile."""
        view = self._rows.view
        self._catch_up(view, lambda: False)
        marks = view.marks[np.concatenate(self._sources)] if self._sources else np.empty(0, np.uint8)
        marked = np.flatnonzero(marks)
        self.compacted.mark(
            {row: Mark(mark) for row, mark in zip(marked.tolist(), marks[marked].tolist(), strict=True)}
        )
        self._save()

    def _catch_up(self, view: View, stopping: Stopping) -> None:
        living = np.flatnonzero(view.alive[self._seen :]) + self._seen
        for begin in range(0, len(living), PORTION_COUNT):
            if stopping():
                raise Stopped
            portion = living[begin : begin + PORTION_COUNT]
            self.compacted.append(view.numbers[portion], view.stored.halves(portion))
            self._sources.append(portion)
        self._seen = view.count
        self._save()

    def _save(self) -> None:
        self.compacted.save()
        self.compacted.publish()
