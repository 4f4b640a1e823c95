"""Every model's vectors, on disk together: one note tells how far the files of all of them count.

Vectors of two models can't be compared, so one model serves: the one that knows most documents, and of two that know as
many, the newer. When everything is embedded anew, the old vectors thus serve until the new ones are complete; then
their files go away.
"""

import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from services.database.search.vectors.files import KeptRows, State, read_state, sync, write_state
from services.database.search.vectors.notes import Model
from services.database.search.vectors.rows import ModelRows
from services.database.search.vectors.view import View
from shared.vectors import Halves

# Anyone may write vectors of a model that he makes up: so many are kept at a time.
MODELS_MAX = 4


class Models:
    def __init__(self, folder: Path) -> None:
        """Raises `Outdated`."""
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._state = read_state(folder)
        self._next_folder = self._state.next_folder
        self._remove_leftovers()
        # The oldest first.
        self.all: list[ModelRows] = []
        try:
            for kept in self._state.models:
                self.all.append(ModelRows(folder / kept.folder, kept))
        except BaseException:
            self.close()
            raise
        # By old model, a document that only it knows.
        self._witnesses: dict[Model, int] = {}
        # For a new model an old one has to go; once between two commits at the most.
        self._made_room = False

    def _remove_leftovers(self) -> None:
        """What an interrupted building has left behind, and what nothing needs any more."""
        codes = {kept.folder: kept.codes.file if kept.codes else None for kept in self._state.models}
        for path in self._folder.iterdir():
            if path.is_dir() and path.name not in codes:
                shutil.rmtree(path)
        for name, file in codes.items():
            for path in (self._folder / name).glob("codes-*"):
                if path.name != file:
                    path.unlink()

    @property
    def serving(self) -> ModelRows | None:
        # Of equals, max takes the first.
        return max(reversed(self.all), key=lambda rows: rows.view.documents, default=None)

    @property
    def pending(self) -> bool:
        return any(rows.pending for rows in self.all)

    def new_path(self) -> Path:
        self._next_folder += 1
        return self._folder / f"model-{self._next_folder - 1}"

    def put(self, model: Model, numbers: Sequence[int], halves: Halves) -> bool:
        """False, and nothing is done, if there are too many models."""
        rows = self._of(model)
        if rows is None:
            return False
        rows.put(numbers, halves)
        for newer in self.all[self.all.index(rows) + 1 :]:
            newer.remove(numbers)
        return True

    def remove(self, numbers: Sequence[int]) -> None:
        for rows in self.all:
            rows.remove(numbers)

    def outlive(self, numbers: Sequence[int]) -> None:
        for rows in self.all:
            rows.outlive(numbers)

    def _of(self, model: Model) -> ModelRows | None:
        for rows in self.all:
            if rows.model == model:
                return rows
        if len(self.all) >= MODELS_MAX:
            if self._made_room:
                return None
            self._made_room = True
            serving = self.serving
            fewest = min((rows for rows in self.all if rows is not serving), key=lambda rows: rows.documents_soon)
            self._drop([fewest])
        path = self.new_path()
        kept = KeptRows(folder=path.name, model=model.name, dimensions=model.dimensions, rows=0, marks=0)
        self.all.append(ModelRows(path, kept))
        self._sync(path)
        return self.all[-1]

    def _sync(self, path: Path) -> None:
        """What is in a new folder, and that it is there."""
        sync(path)
        sync(self._folder)

    def save(self) -> None:
        """Durable, and seen from now on."""
        self._made_room = False
        changed = [rows for rows in self.all if rows.pending]
        for rows in changed:
            rows.save()
        self._write()
        for rows in changed:
            rows.publish()
        serving = self.serving
        older = self.all[: self.all.index(serving)] if serving else []
        if superseded := [rows for rows in older if serving and self._is_covered(rows, serving.view)]:
            self._drop(superseded)

    def _is_covered(self, rows: ModelRows, by: View) -> bool:
        """Whether there is nothing that only it knows. One such document is remembered: most looks are short."""
        view, witness = rows.view, np.array([self._witnesses.get(rows.model, -1)], dtype=np.int64)
        if view.rows_of(witness)[0] >= 0 and by.rows_of(witness)[0] < 0:
            return False
        living = view.living()
        alone = living[by.rows_of(living) < 0]
        if not len(alone):
            return True
        self._witnesses[rows.model] = int(alone[0])
        return False

    def replace(self, old: ModelRows, new: ModelRows) -> None:
        self.all[self.all.index(old)] = new
        self._sync(new.path)
        self._write()
        _remove(old)

    def write_codes(self, rows: ModelRows, before: str | None) -> None:
        """It has other codes than before, perhaps under the same name."""
        self._write()
        if before is not None and rows.kept.codes and rows.kept.codes.file != before:
            (rows.path / before).unlink(missing_ok=True)

    def _drop(self, superseded: Sequence[ModelRows]) -> None:
        self.all = [rows for rows in self.all if rows not in superseded]
        self._write()
        for rows in superseded:
            self._witnesses.pop(rows.model, None)
            _remove(rows)

    def _write(self) -> None:
        state = State(models=tuple(rows.kept for rows in self.all), next_folder=self._next_folder)
        if state != self._state:
            write_state(self._folder, state)
            self._state = state

    def close(self) -> None:
        for rows in self.all:
            rows.close()


def _remove(rows: ModelRows) -> None:
    # Whoever still looks at it has it mapped.
    rows.close()
    shutil.rmtree(rows.path, ignore_errors=True)
