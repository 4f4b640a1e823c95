"""The indexes of one tenant: told together what the log has touched, served together, built anew one by one.

Everything that writes is called from one thread, the indexing one. Whoever asks holds the indexes by `using` for as
long as he looks at them, so that none is closed under his hands when a new one takes its place.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import cast

import structlog

from services.database.search.figures.index import FiguresIndex
from services.database.search.folder import IndexFolder
from services.database.search.index import Batch, Index, Json, Outdated, Present
from services.database.search.text.index import TextIndex
from services.database.search.vectors.index import VectorIndex
from services.database.sqlite.following import Follower, TenantHead
from shared.settings import SearchSettings

log = structlog.get_logger()

TEXT, VECTORS, FIGURES = NAMES = ("text", "vectors", "figures")
BUILD_COUNT = 1_000
# So often a new index writes down what it has, while it is being built.
BUILD_COMMIT_COUNT = 20_000


@dataclass(frozen=True, slots=True)
class Indexes:
    text: TextIndex
    vectors: VectorIndex
    figures: FiguresIndex

    def __iter__(self) -> Iterator[Index]:
        # The figures last: they remember how far all of them have come.
        return iter((self.text, self.vectors, self.figures))


@dataclass(slots=True)
class Build:
    """An index that is filled from the beginning. It may serve already, if there is no other."""

    name: str
    index: Index
    folder: Path
    serves: bool
    after: int = 0
    uncommitted: int = 0


class IndexSet:
    def __init__(self, path: Path, tenant: TenantHead, settings: SearchSettings) -> None:
        self.tenant = tenant.name
        self.number = tenant.number
        self._settings = settings
        self._folder = IndexFolder(path, NAMES)
        self._builds: dict[str, Build] = {}
        self._lock = Lock()
        self._users: dict[int, int] = {}
        self._retired: dict[int, Index] = {}
        self._serving = Indexes(*(self._open_or_begin(name) for name in NAMES))  # type: ignore[arg-type]  # by name
        self.dirty = False

    def _make(self, name: str, folder: Path) -> Index:
        if name == TEXT:
            return TextIndex.open(folder)
        if name == VECTORS:
            return VectorIndex.open(folder, exact_count_max=self._settings.exact_count_max)
        return FiguresIndex.open(folder)

    def _open_or_begin(self, name: str) -> Index:
        """The index that served before; or, if its files are of no use, an empty one that is filled while it serves."""
        folder = self._folder.serving(name)
        try:
            return self._make(name, folder)
        except Outdated as error:
            log.warning("index_is_built_anew", tenant=self.tenant, index=name, because=str(error))
        fresh = self._folder.next(name)
        index = self._make(name, fresh)
        self._folder.serve(name, fresh)
        self._folder.remove(folder)
        if name != FIGURES:
            self._builds[name] = Build(name, index, fresh, serves=True)
        # New figures remember nothing, so the whole log is taken in again, by all.
        return index

    @property
    def applied_seq(self) -> int:
        return self._serving.figures.applied

    @property
    def building(self) -> Mapping[str, Build]:
        return self._builds

    def apply(self, follower: Follower, count_max: int) -> Sequence[Present]:
        """Take in the next stretch of the log; returns the documents that it has touched, as they are now."""
        touched = follower.touched(self.number, self.applied_seq, count_max)
        if touched.until_seq == self.applied_seq:
            return ()
        before = self._serving.figures.numbers_of(touched.ids)
        gone = sorted(set(before.values()) - set(touched.numbers))
        batch = Batch(touched.until_seq, present(follower, touched.numbers), gone)
        for index in (*self._growing(), *self._serving):
            index.apply(batch)
        self.dirty = True
        return batch.present

    def _growing(self) -> list[Index]:
        return [build.index for build in self._builds.values() if not build.serves]

    def commit(self) -> None:
        """What was applied is durable, and found. The text first, so that standing queries can be asked of it."""
        self.commit_text()
        self.commit_rest()

    def commit_text(self) -> None:
        self._serving.text.commit()

    def commit_rest(self) -> None:
        self._serving.vectors.commit()
        self._serving.figures.commit()
        self.dirty = False

    def rest(self) -> None:
        """Nothing has come for a while."""
        self._serving.text.rest()
        self._serving.vectors.rest()

    def rebuild(self, names: Sequence[str]) -> None:
        for name in names or NAMES:
            if name not in self._builds:
                folder = self._folder.next(name)
                self._builds[name] = Build(name, self._make(name, folder), folder, serves=False)

    def build_on(self, follower: Follower) -> None:
        """The next slice of every building. What changes meanwhile reaches it by `apply`."""
        for build in list(self._builds.values()):
            numbers = follower.after(self.number, build.after, BUILD_COUNT)
            build.index.apply(Batch(self.applied_seq, present(follower, numbers)))
            build.uncommitted += len(numbers)
            if build.uncommitted >= BUILD_COMMIT_COUNT or not numbers:
                build.index.commit()
                build.uncommitted = 0
            if numbers:
                build.after = numbers[-1]
            else:
                self._finish(build)

    def _finish(self, build: Build) -> None:
        del self._builds[build.name]
        log.info("index_built", tenant=self.tenant, index=build.name, documents=build.index.documents)
        if build.serves:
            return
        old, old_folder = getattr(self._serving, build.name), self._folder.serving(build.name)
        if isinstance(build.index, FiguresIndex):
            build.index.carry_over(cast(FiguresIndex, old))
            build.index.commit()
        self._folder.serve(build.name, build.folder)
        with self._lock:
            serving = {TEXT: self._serving.text, VECTORS: self._serving.vectors, FIGURES: self._serving.figures}
            self._serving = Indexes(**{**serving, build.name: build.index})  # type: ignore[arg-type]  # by name
            self._retired[id(old)] = old
        self._close_retired()
        self._folder.remove(old_folder)

    @contextmanager
    def using(self) -> Iterator[Indexes]:
        with self._lock:
            indexes = self._serving
            for index in indexes:
                self._users[id(index)] = self._users.get(id(index), 0) + 1
        try:
            yield indexes
        finally:
            with self._lock:
                for index in indexes:
                    self._users[id(index)] -= 1
            self._close_retired()

    def _close_retired(self) -> None:
        with self._lock:
            unused = [key for key in self._retired if not self._users.get(key)]
            closing = [self._retired.pop(key) for key in unused]
            for key in unused:
                self._users.pop(key, None)
        for index in closing:
            index.close()

    def condemn_figures(self) -> None:
        """Their file turned out to be damaged: whoever opens the folder next begins with new ones."""
        self._folder.serve(FIGURES, self._folder.next(FIGURES))

    def close(self) -> None:
        for index in (*self._growing(), *self._serving):
            index.close()


def present(follower: Follower, numbers: Sequence[int]) -> list[Present]:
    return [
        Present(no, cast(Json, document), cast(Mapping[str, Json], notes))
        for no, document, notes in follower.states(numbers)
    ]
