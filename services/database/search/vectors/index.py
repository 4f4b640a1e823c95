"""The vectors of one tenant's documents: durable after each commit, and searched as they were at the last one.

Who searches looks at a view that never changes, so nobody waits for anybody. What takes long is built in the
background.
"""

import shutil
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Lock

import numpy as np

from services.database.search.index import Batch
from services.database.search.ranking import Ranked
from services.database.search.vectors.background import Background, Take
from services.database.search.vectors.building import (
    DEAD_SHARE_AT_REST_MAX,
    DEAD_SHARE_MAX,
    Compaction,
    Stopping,
    code,
    wants_codes,
    wants_compacting,
)
from services.database.search.vectors.models import Models
from services.database.search.vectors.nearest import nearest, nearest_among, nearest_to_each
from services.database.search.vectors.notes import Model, Said, Silence, read, state, state_of
from services.database.search.vectors.rows import ModelRows
from services.database.search.vectors.view import Coded, Mark, View
from shared.vectors import Vector, halves_of_bytes, of_length_one

__all__ = ["VectorIndex", "state_of"]

EXACT_COUNT_MAX = 50_000
# What could not be built is tried again when there is so much more.
TRIED_AGAIN_FACTOR = 1.1


@dataclass(frozen=True, slots=True)
class _Seen:
    """What searches see. The newest model is the first in `all`."""

    serving: tuple[Model, View] | None
    all: Sequence[tuple[Model, View]]
    bytes: int


class VectorIndex:
    def __init__(self, folder: Path, exact_count_max: int) -> None:
        self._exact_count_max = exact_count_max
        self._models = Models(folder)
        # Held by whoever changes something: the thread that applies and commits, or the one in the background.
        self._lock = Lock()
        self._background = Background(self._built)
        self._tried_count = 0
        self._closed = False
        # Notes that were of no use, since it was opened.
        self.ignored = 0
        self._seen = self._look()

    @classmethod
    def open(cls, folder: Path, *, exact_count_max: int = EXACT_COUNT_MAX) -> "VectorIndex":
        """Raises `Outdated`. Up to so many documents are compared one by one; more than that get codes."""
        return cls(folder, exact_count_max)

    def apply(self, batch: Batch) -> None:
        numbers: dict[Model, list[int]] = defaultdict(list)
        said: dict[Model, list[bytes]] = defaultdict(list)
        removed, outlived = list(batch.gone), []
        for present in batch.present:
            heard = read(present)
            if isinstance(heard, Said):
                numbers[heard.model].append(present.no)
                said[heard.model].append(heard.raw)
            elif heard is Silence.NONE:
                removed.append(present.no)
            else:
                self.ignored += heard is Silence.MALFORMED
                outlived.append(present.no)
        with self._lock:
            self._models.remove(removed)
            for model, rows in said.items():
                outlived += self._put(model, numbers[model], rows)
            self._models.outlive(outlived)

    def _put(self, model: Model, numbers: Sequence[int], rows: Sequence[bytes]) -> list[int]:
        """Returns those that are not taken in."""
        halves = halves_of_bytes(rows)
        good = of_length_one(halves)
        self.ignored += int(np.count_nonzero(~good))
        chosen = [no for no, is_good in zip(numbers, good, strict=True) if is_good]
        if chosen and not self._models.put(model, chosen, halves[good]):
            self.ignored += len(chosen)
            return list(numbers)
        return [no for no, is_good in zip(numbers, good, strict=True) if not is_good]

    def commit(self) -> None:
        with self._lock:
            self._models.save()
            self._background.take()
            self._seen = self._look()
            self._build(at_rest=False)

    def rest(self) -> None:
        """Nothing has come for a while: time to tidy up, in the background."""
        with self._lock:
            if not self._models.pending:
                self._background.take()
                self._seen = self._look()
                self._build(at_rest=True)

    def _look(self) -> _Seen:
        serving = self._models.serving
        return _Seen(
            serving=(serving.model, serving.view) if serving else None,
            all=[(rows.model, rows.view) for rows in reversed(self._models.all)],
            bytes=sum(rows.bytes for rows in self._models.all),
        )

    def _build(self, *, at_rest: bool) -> None:
        count = sum(rows.view.count for rows in self._models.all)
        tried = self._background.failed and count < self._tried_count * TRIED_AGAIN_FACTOR
        if self._background.busy or (tried and not at_rest):
            return
        self._tried_count = count
        for rows in self._models.all:
            if wants_compacting(rows.view, DEAD_SHARE_AT_REST_MAX if at_rest else DEAD_SHARE_MAX):
                self._background.start("compacting", partial(self._compact, rows, self._models.new_path()))
                break
            if wants_codes(rows.view, self._exact_count_max):
                self._background.start("coding", partial(self._code, rows, rows.view))
                break

    def _code(self, rows: ModelRows, view: View, stopping: Stopping) -> Take:
        return partial(self._take_codes, rows, code(rows, view, stopping))

    def _take_codes(self, rows: ModelRows, coded: Coded) -> None:
        if rows in self._models.all:
            before = rows.kept.codes.file if rows.kept.codes else None
            rows.adopt(coded)
            self._models.write_codes(rows, before)

    def _compact(self, rows: ModelRows, path: Path, stopping: Stopping) -> Take:
        compaction = Compaction(rows, path)
        try:
            compaction.run(self._exact_count_max, stopping)
        except BaseException:
            compaction.compacted.close()
            shutil.rmtree(path, ignore_errors=True)
            raise
        return partial(self._take_compacted, rows, compaction)

    def _take_compacted(self, rows: ModelRows, compaction: Compaction) -> None:
        if rows in self._models.all:
            compaction.finish()
            self._models.replace(rows, compaction.compacted)
        else:
            compaction.compacted.close()

    def _built(self) -> None:
        """Called in the background. What waits for a commit must not get lost, so the commit takes it in then."""
        with self._lock:
            if not self._models.pending and not self._closed:
                self._background.take()
                self._seen = self._look()

    @property
    def busy(self) -> bool:
        """Whether something is built in the background."""
        return self._background.busy

    @property
    def model(self) -> str | None:
        """By which model a vector has to be made to be searched for."""
        serving = self._seen.serving
        return serving[0].name if serving else None

    @property
    def documents(self) -> int:
        serving = self._seen.serving
        return serving[1].documents if serving else 0

    @property
    def bytes(self) -> int:
        return self._seen.bytes

    def search(
        self,
        vector: Vector,
        limit: int,
        *,
        among: Sequence[int] | None = None,
        excluding: Collection[int] = (),
    ) -> list[Ranked]:
        """The nearest, by the cosine; of equals the newer first. With `among`, of those documents, exactly."""
        found = self._comparable(vector)
        if found is None or limit < 1:
            return []
        view, unit = found
        if among is None:
            return nearest(view, unit, limit, excluding)
        return nearest_among(view, unit, limit, among, excluding)

    def search_many(self, vectors: Sequence[Vector], limit: int) -> list[list[Ranked]]:
        """For each the nearest, in one go."""
        found: list[list[Ranked]] = [[] for _ in vectors]
        comparable = {at: each for at, vector in enumerate(vectors) if (each := self._comparable(vector))}
        if not comparable or limit < 1:
            return found
        view = next(iter(comparable.values()))[0]
        fitting = {at: unit for at, (seen, unit) in comparable.items() if seen is view}
        for at, ranked in zip(fitting, nearest_to_each(view, np.stack(list(fitting.values())), limit), strict=True):
            found[at] = ranked
        return found

    def _comparable(self, vector: Vector) -> tuple[View, Vector] | None:
        """What to compare it with, and it in length one. None for what can't be compared."""
        serving = self._seen.serving
        length = float(np.linalg.norm(vector))
        if serving is None or vector.shape != (serving[0].dimensions,) or not 0 < length < np.inf:
            return None
        return serving[1], np.ascontiguousarray(vector / length, dtype=np.float32)

    def vector_of(self, no: int) -> Vector | None:
        serving = self._seen.serving
        rows = serving[1].rows_of(np.array([no], dtype=np.int64)) if serving else [-1]
        if serving is None or rows[0] < 0:
            return None
        vector = serving[1].stored.vectors(np.array(rows))[0]
        unit: Vector = vector / np.linalg.norm(vector)
        return unit

    def numbers(self) -> Iterator[int]:
        """Of all documents of which there is any vector."""
        known = [view.living() for _, view in self._seen.all]
        return iter(np.unique(np.concatenate(known)).tolist() if known else ())

    def states(self, numbers: Sequence[int]) -> dict[int, int]:
        """As `state_of` says it of the document. One that has only an old vector is left out."""
        told: dict[int, int] = {}
        left = np.array(numbers, dtype=np.int64)
        for model, view in self._seen.all:
            rows = view.rows_of(left)
            found, left = (left[rows >= 0], rows[rows >= 0]), left[rows < 0]
            current = view.marks[found[1]] == Mark.CURRENT
            halves = view.stored.halves(found[1][current]).astype("<f2", copy=False)
            for no, vector in zip(found[0][current].tolist(), halves, strict=True):
                told[no] = state(model, vector.tobytes())
        return told

    def close(self) -> None:
        """What was not committed is applied again by whoever opens it."""
        with self._lock:
            self._closed = True
        self._background.close()
        self._models.close()
