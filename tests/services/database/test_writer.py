"""The one writer: group commit, and what happens to those who share a transaction that fails."""

import asyncio
from collections.abc import Sequence

import pytest

from services.database.memory import MemoryStore
from services.database.store import Annotate, Commit, Delete, MarkAnnounced, Run, Save, Work
from services.database.writer import Writer
from shared.clock import SystemClock
from shared.contracts.annotations import Annotation
from shared.contracts.documents import Deleted
from shared.contracts.saving import Receipt
from shared.errors import Internal, NotFound, Unavailable
from tests.conformance.store.ground import draft


class Store(MemoryStore):
    """A store whose commits a test can hold up or break, and which remembers how large they were."""

    def __init__(self) -> None:
        super().__init__(SystemClock())
        self.sizes: list[int] = []
        self.may_commit = asyncio.Event()
        self.may_commit.set()
        self.poison: str | None = None
        self.error: Exception | None = None
        self.doubted = 0

    def doubts(self) -> None:
        self.doubted += 1

    async def commit(self, works: Sequence[Work]) -> Commit:
        self.sizes.append(len(works))
        await self.may_commit.wait()
        if self.error is not None:
            raise self.error
        if any(isinstance(work, Delete) and work.id == self.poison for work in works):
            raise ZeroDivisionError("poison")
        return await super().commit(works)


def save(id: str) -> Save:
    return Save("main", [draft(id, "notes", text=id)])


def writer_on(store: Store, runs: list[Run] | None = None) -> Writer:
    return Writer(store, (runs if runs is not None else []).extend, store.doubts, count_max=100)


async def test_what_arrives_during_a_commit_is_the_next_transaction() -> None:
    store, runs = Store(), list[Run]()
    writer = writer_on(store, runs)
    store.may_commit.clear()
    working = [asyncio.create_task(writer.do(save(id))) for id in "abcd"]
    await asyncio.wait(working, timeout=0)
    working += [asyncio.create_task(writer.do(save(id))) for id in "efg"]
    await asyncio.wait(working, timeout=0)
    store.may_commit.set()
    answers = await asyncio.gather(*working)
    assert [saved.seq for answer in answers for saved in answer] == [1, 2, 3, 4, 5, 6, 7]  # type: ignore[union-attr] # each is of a Save
    assert (store.sizes, writer.commits) == ([4, 3], 2)
    assert [change.seq for run in runs for change in run.changes] == [1, 2, 3, 4, 5, 6, 7]


async def test_who_breaks_a_transaction_fails_alone() -> None:
    store = Store()
    store.poison = "bad"
    writer = writer_on(store)
    good, bad, also_good = await asyncio.gather(
        writer.do(save("a")), writer.do(Delete("main", "bad")), writer.do(save("b")), return_exceptions=True
    )
    assert isinstance(bad, Internal)
    assert "poison" not in bad.detail
    assert [isinstance(answer, list) and isinstance(answer[0], Receipt) for answer in (good, also_good)] == [True, True]


async def test_while_the_store_is_away_everybody_is_told_so_and_afterwards_it_goes_on() -> None:
    store = Store()
    writer = writer_on(store)
    store.error = Unavailable("the disk is full")
    with pytest.raises(Unavailable, match="the disk is full"):
        await writer.do(save("a"))
    assert store.doubted == 1
    store.error = None
    assert await writer.do(save("a")) is not None


async def test_an_answer_that_is_an_error_is_raised() -> None:
    writer = writer_on(Store())
    with pytest.raises(NotFound):
        await writer.do(Delete("main", "nobody"))
    await writer.do(save("a"))
    assert isinstance(await writer.do(Delete("main", "a")), Deleted)


async def test_a_transaction_is_bounded_by_the_documents_in_it() -> None:
    store = Store()
    writer = Writer(store, lambda _: None, store.doubts, count_max=2)
    annotations = [Annotation(id="a", version=1, step="s")] * 2
    works: list[Work] = [save("a"), Annotate("main", annotations), MarkAnnounced({"main": 0}), save("b"), save("c")]
    await asyncio.gather(*(writer.do(work) for work in works))
    await writer.drain()
    assert (store.sizes, writer.waiting) == ([2, 2, 1], 0)
