"""The full-text index of one tenant."""

import contextlib
import os
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from services.database.search.index import Batch, Outdated
from services.database.search.language.syntax import Node
from services.database.search.text import engine, ranking
from services.database.search.text.engine import Engine, Query, Snapshot
from services.database.search.text.entries import written
from services.database.search.text.queries import EVERYTHING, query_of, ranks
from services.database.search.text.ranking import Place, Sort
from shared.contracts.search import Facet
from shared.errors import Unavailable

# Another one whenever the same document would be indexed otherwise.
SHAPE = "postil text 1\n"
SHAPE_FILE = "shape"

DEPTH_MAX = 10_000
_NUMBERS_AT_ONCE = 20_000


@dataclass(frozen=True, slots=True)
class TextHits:
    # Number, and what it was ranked by.
    hits: list[tuple[int, float]]
    total: int
    # Where the page began, and where the following one does; None if there is none.
    start: Place
    next: Place | None
    # Whether they are in the order of how well they match; otherwise they are in that of time.
    scored: bool


class TextIndex:
    def __init__(self, folder: Path, index: Engine) -> None:
        self._folder = folder
        self._engine = index
        self._snapshot = index.snapshot()
        # No greater number has ever been told, so one that is greater is new.
        self._highest = self._snapshot.highest
        self._failed = False
        # What was told since the last commit: the state of each document, or that it is gone.
        self._pending: dict[int, int | None] = {}

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Create it if there is nothing. Raises `Outdated` if there is something else: empty the folder and rebuild."""
        folder.mkdir(parents=True, exist_ok=True)
        shape = folder / SHAPE_FILE
        if (folder / "meta.json").exists():
            found = shape.read_text() if shape.exists() else "nothing"
            if found != SHAPE:
                raise Outdated(f"{shape} says {found.strip()}, and this is {SHAPE.strip()}")
        else:
            _write_durably(shape, SHAPE)
        return cls(folder, Engine.open(folder))

    # --------------------------------------------------------------------------------------------------- writing

    def apply(self, batch: Batch) -> None:
        """What it has already in this state is left alone."""
        with self._failures():
            if self._failed:
                self._see()
            self._take_in(batch)

    def _take_in(self, batch: Batch) -> None:
        present = {each.no: written(each) for each in batch.present}
        known = self._known([no for no in (*batch.gone, *present) if no <= self._highest])
        changed = {no: entry for no, entry in present.items() if known.get(no) != entry.state}
        replaced = [no for no in (*batch.gone, *changed) if known.get(no) is not None]
        self._engine.delete(replaced)
        for entry in changed.values():
            self._engine.add(entry.text)
        self._pending |= dict.fromkeys(batch.gone) | {no: entry.state for no, entry in changed.items()}
        self._highest = max(self._highest, *changed, -1)

    def _known(self, numbers: Sequence[int]) -> dict[int, int | None]:
        """Their states; those that aren't in it have none."""
        settled = [no for no in numbers if no not in self._pending]
        return {**self._snapshot.states(settled), **self._pending}

    def commit(self) -> None:
        """Durable, and visible from now on."""
        if not self._pending:
            return
        with self._failures():
            self._engine.commit()
            self._see()

    def _see(self) -> None:
        self._snapshot = self._engine.snapshot(self._highest)
        self._pending.clear()
        self._failed = False

    def rest(self) -> None:
        """Commit, let the engine tidy up, and let go of its memory and threads until the next `apply`."""
        self.commit()
        if not self._engine.is_writing:
            return
        with self._failures():
            self._engine.rest()
            self._see()
            # Only now is nobody reading what was merged into something else.
            self._engine.clean()
            self._engine.rest()

    def close(self) -> None:
        """What wasn't committed is lost."""
        self._engine.close()

    @contextlib.contextmanager
    def _failures(self) -> Iterator[None]:
        try:
            yield
        except engine.Error as error:
            # Its writer is of no use any more. What wasn't committed has to be told again.
            self._engine.close()
            self._pending.clear()
            self._failed = True
            raise Unavailable("the text index could not be written") from error

    # --------------------------------------------------------------------------------------------------- reading

    @property
    def documents(self) -> int:
        return self._snapshot.documents

    @property
    def newest(self) -> int:
        """No document in it has a greater number."""
        return self._snapshot.highest

    @property
    def bytes(self) -> int:
        return engine.bytes_of(self._folder)

    def search(
        self,
        node: Node,
        *,
        limit: int,
        condition: Node = EVERYTHING,
        after: Place | None = None,
        sort: Sort = "relevance",
        only: Collection[int] | None = None,
        depth_max: int = DEPTH_MAX,
    ) -> TextHits:
        """A page of at most `limit` hits. By relevance one can read on to the hit number `depth_max`."""
        snapshot = self._snapshot
        query = ranking.until(snapshot, _restricted(node, snapshot, only, condition), after)
        page = ranking.latest if sort == "time" else ranking.best if ranks(node) else ranking.newest
        hits, total = page(snapshot, query, limit + 1, after)
        start = after or Place(no=0, key=0.0, rank=0, until_no=snapshot.highest, total=total)
        shown, rank = hits[:limit], start.rank + min(limit, len(hits))
        following = None
        if len(hits) > limit and (page is not ranking.best or rank < depth_max):
            key, no = shown[-1]
            following = replace(start, no=no, key=key, rank=rank)
        return TextHits([(no, key) for key, no in shown], start.total, start, following, page is ranking.best)

    def count(self, node: Node) -> int:
        snapshot = self._snapshot
        return snapshot.ordered(query_of(node, snapshot), "no", 1).total

    def facets(self, node: Node, names: Sequence[Facet], top: int) -> dict[Facet, list[tuple[str, int]]]:
        """The most frequent values of each; of equals, in the order of the alphabet."""
        snapshot = self._snapshot
        found = snapshot.counted(query_of(node, snapshot), names, top) if names else {}
        return {name: sorted(found[name], key=lambda each: (-each[1], each[0])) for name in names}

    def matching_numbers(self, node: Node, limit: int) -> tuple[list[int], int]:
        """The newest that match, and how many there are."""
        snapshot = self._snapshot
        ranked = snapshot.ordered(query_of(node, snapshot), "no", max(limit, 1))
        return [no for _, no in ranked.hits[:limit]], ranked.total

    def keep(self, node: Node, numbers: Collection[int]) -> set[int]:
        """Those of them that match."""
        snapshot = self._snapshot
        if not numbers:
            return set()
        query = _restricted(node, snapshot, numbers)
        return {no for _, no in snapshot.ordered(query, "no", len(numbers)).hits}

    def numbers(self) -> Iterator[int]:
        """Of every document in it, ascending, as of one moment."""
        snapshot = self._snapshot
        query = engine.everything()
        while found := snapshot.ordered(query, "no", _NUMBERS_AT_ONCE, ascending=True).hits:
            yield from (no for _, no in found)
            query = engine.between("no", found[-1][1] + 1, None)

    def states(self, numbers: Sequence[int]) -> dict[int, int]:
        """What `state_of` said of each when it was indexed; those that aren't in it are left out."""
        return self._snapshot.states(numbers)


def _restricted(node: Node, snapshot: Snapshot, only: Collection[int] | None, condition: Node = EVERYTHING) -> Query:
    query = query_of(node, snapshot, condition)
    return query if only is None else engine.all_of([query, engine.one_of(list(only))])


def _write_durably(file: Path, text: str) -> None:
    """The whole of it or nothing."""
    half = file.with_suffix(".half")
    with half.open("w") as opened:
        opened.write(text)
        opened.flush()
        os.fsync(opened.fileno())
    half.rename(file)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
