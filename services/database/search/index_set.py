"""The indexes of one tenant: told together what the log has touched, served together, built anew one by one.

Everything that writes is called from one thread, the indexing one. Whoever asks holds the indexes by `using` for as
long as he looks at them, so that none is closed under his hands.

When something fails between two commits, the indexes no longer agree about what they were told. Such a set is `broken`:
it goes on answering as of its last commit until it is opened anew, and is told again what came after that.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Condition
from typing import NamedTuple, cast

import structlog

from services.database.search.figures.index import FiguresIndex
from services.database.search.folder import IndexFolder
from services.database.search.index import Batch, Index, Json, Outdated, Present
from services.database.search.text.index import TextIndex
from services.database.search.vectors.index import VectorIndex
from services.database.sqlite.following import Follower, TenantHead
from shared.contracts.house import is_kept_apart
from shared.errors import PostilError, Unavailable
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


class News(NamedTuple):
    """A document, not of the house, that changes have touched. `seq` is that of its last version."""

    no: int
    seq: int
    version: int


class IndexSet:
    def __init__(self, path: Path, tenant: TenantHead, settings: SearchSettings) -> None:
        self.tenant = tenant.name
        self.number = tenant.number
        # Why it has to be opened anew.
        self.broken: str | None = None
        self._settings = settings
        self._folder = IndexFolder(path, tenant.name)
        self._builds: dict[str, Build] = {}
        # Guards what serves, and how many use each index.
        self._idle = Condition()
        self._users: dict[int, int] = {}
        self._closed = False
        self._dirty = False
        self._is_damaged = False
        self._serving = self._open(tenant.last_seq)
        # Up to here everything is durable and found.
        self.applied_seq = self._serving.figures.applied

    def _open(self, last_seq: int) -> Indexes:
        figures = self._open_figures(last_seq)
        try:
            # New figures remember nothing, so the whole log is taken in again, by all.
            is_first = not figures.applied
            text = cast(TextIndex | None, self._reopened(TEXT))
            if text is not None and not text.documents and figures.documents:
                self._give_up(TEXT, text, "it has lost its documents")
                text = None
            return Indexes(
                text or cast(TextIndex, self._begun(TEXT, is_complete=is_first)),
                cast(VectorIndex, self._reopened(VECTORS) or self._begun(VECTORS, is_complete=is_first)),
                figures,
            )
        except BaseException:
            figures.close()
            raise

    def _open_figures(self, last_seq: int) -> FiguresIndex:
        figures = cast(FiguresIndex | None, self._reopened(FIGURES))
        if figures is not None and figures.applied > last_seq:
            self._give_up(FIGURES, figures, f"it knows {figures.applied} changes, and the log has {last_seq}")
            for name in NAMES:
                self._folder.forget(name)
            figures = None
        return figures or cast(FiguresIndex, self._begun(FIGURES, is_complete=True))

    def _reopened(self, name: str) -> Index | None:
        """As it was before; None if there was none, or its files are of no use."""
        folder = self._folder.serving(name)
        try:
            return None if folder is None else self._make(name, folder)
        except Outdated as error:
            self._give_up(name, None, str(error))
            return None

    def _give_up(self, name: str, index: Index | None, reason: str) -> None:
        log.warning("index_is_built_anew", tenant=self.tenant, index=name, because=reason)
        if index is not None:
            index.close()

    def _begun(self, name: str, is_complete: bool) -> Index:
        """An empty one, which is filled while it serves, unless that is all it has to be for now."""
        self._folder.forget(name)
        folder = self._folder.next(name)
        index = self._make(name, folder)
        if is_complete:
            self._folder.serve(name, folder)
        else:
            self._builds[name] = Build(name, index, folder, serves=True)
        return index

    def _make(self, name: str, folder: Path) -> Index:
        if name == TEXT:
            return TextIndex.open(folder)
        if name == VECTORS:
            return VectorIndex.open(folder, exact_count_max=self._settings.exact_count_max)
        return FiguresIndex.open(folder)

    @property
    def taken_in_seq(self) -> int:
        """Up to here everything was told, if it isn't committed yet."""
        return self._serving.figures.applied

    @property
    def building(self) -> Mapping[str, Build]:
        return self._builds

    @contextmanager
    def telling(self) -> Iterator[None]:
        """Around everything from the first `apply` to the `commit` after it."""
        if self.broken is not None:
            raise Unavailable(f"the indexes of {self.tenant} are opened anew: {self.broken}")
        try:
            yield
        except (Outdated, PostilError, OSError) as error:
            if isinstance(error, Outdated):
                self._find_damaged(error)
            elif self._dirty:
                self.broken = str(error)
            raise Unavailable(f"the indexes of {self.tenant} have to wait: {error}") from error

    def apply(self, follower: Follower, count_max: int) -> Sequence[News]:
        """Take in the next stretch of the log, which is there; returns what it has touched."""
        touched = follower.touched(self.number, self.taken_in_seq, count_max)
        if touched.until_seq == self.taken_in_seq:
            raise Unavailable(f"the log has nothing behind change {touched.until_seq}")
        documents = present(follower, touched.numbers)
        # The figures know what was there before; but they may have died before they took in what others had.
        before = {*self._serving.figures.numbers_of(touched.ids).values(), *touched.gone}
        gone = sorted(before - {each.no for each in documents})
        self._dirty = True
        for index in (*self._growing(), *self._serving):
            index.apply(Batch(touched.until_seq, documents, gone))
        return [_news(each) for each in documents if not is_kept_apart(each.collection)]

    def _growing(self) -> list[Index]:
        return [build.index for build in self._builds.values() if not build.serves]

    def commit_text(self) -> None:
        """The text first, so that standing queries can be asked of it."""
        self._serving.text.commit()

    def commit_rest(self) -> None:
        self._serving.vectors.commit()
        self._serving.figures.commit()
        self.applied_seq = self.taken_in_seq
        self._dirty = False

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
            documents = present(follower, numbers)
            self._dirty = True
            build.index.apply(Batch(self.taken_in_seq, documents))
            build.uncommitted += len(numbers)
            if build.uncommitted >= BUILD_COMMIT_COUNT or not numbers:
                build.index.commit()
                build.uncommitted = 0
            if numbers:
                build.after = numbers[-1]
            else:
                self._finish(build)
            self._dirty = False

    def _finish(self, build: Build) -> None:
        old, old_folder = getattr(self._serving, build.name), self._folder.serving(build.name)
        if not build.serves and isinstance(build.index, FiguresIndex):
            build.index.carry_over(cast(FiguresIndex, old))
        self._folder.serve(build.name, build.folder)
        del self._builds[build.name]
        log.info("index_built", tenant=self.tenant, index=build.name, documents=build.index.documents)
        if build.serves:
            return
        with self._idle:
            self._serving = replace(self._serving, **{build.name: build.index})  # type: ignore[arg-type]  # each name has its kind
            self._idle.wait_for(lambda: id(old) not in self._users)
        old.close()
        if old_folder is not None:
            self._folder.remove(old_folder)

    @contextmanager
    def using(self) -> Iterator[Indexes]:
        """Raises `Unavailable` if it is closed, or turns out to be damaged."""
        with self._idle:
            if self._closed:
                raise Unavailable("the indexes are being opened anew")
            indexes = self._serving
            for index in indexes:
                self._users[id(index)] = self._users.get(id(index), 0) + 1
        try:
            yield indexes
        except Outdated as error:
            self._find_damaged(error)
            raise Unavailable(f"an index is damaged, and is built anew: {error}") from error
        finally:
            with self._idle:
                for index in indexes:
                    self._users[id(index)] -= 1
                    if not self._users[id(index)]:
                        del self._users[id(index)]
                self._idle.notify_all()

    def _find_damaged(self, error: Outdated) -> None:
        # It is the figures, or new ones that are being built: the other indexes say so only when they are opened.
        self.broken, self._is_damaged = str(error), FIGURES not in self._builds

    def close(self) -> None:
        """When nobody uses it any more. What isn't committed is told again to whoever opens it next."""
        with self._idle:
            if self._closed:
                return
            self._closed = True
            self._idle.wait_for(lambda: not self._users)
        for index in (*self._growing(), *self._serving):
            index.close()
        if self._is_damaged:
            self._folder.forget(FIGURES)


def _news(document: Present) -> News:
    return News(document.no, cast(int, document.document["seq"]), cast(int, document.document["version"]))


def present(follower: Follower, numbers: Sequence[int]) -> list[Present]:
    return [
        Present(no, cast(Json, document), cast(Mapping[str, Json], notes))
        for no, document, notes in follower.states(numbers)
    ]
