"""The indexes of a tenant between two commits: what dies there is told again, and nobody is left over."""

from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path
from threading import Thread

import pytest

from services.database.search.index_set import NAMES, TEXT, Indexes, IndexSet
from services.database.sqlite.following import Follower
from services.database.sqlite.store import SqliteStore
from shared.errors import Unavailable
from shared.settings import SearchSettings
from tests.conformance.store.ground import Ground, HandClock, note
from tests.services.database.search.house import embedded


@pytest.fixture
async def ground(tmp_path: Path) -> AsyncIterator[Ground]:
    clock = HandClock()
    store = await SqliteStore.open(tmp_path / "postil.db", clock)
    yield Ground(store, clock)
    await store.close()


@pytest.fixture
def follower(ground: Ground, tmp_path: Path) -> Iterator[Follower]:
    with closing(Follower.open(tmp_path / "postil.db")) as opened:
        yield opened


async def write(ground: Ground, *ids: str) -> None:
    for id in ids:
        receipt = await ground.put(id, text=f"apple {id}")
        await ground.annotate(note(id, receipt.version or 0, "embedding", value=embedded(id)))


def opened(follower: Follower, path: Path) -> IndexSet:
    [head] = follower.tenants()
    return IndexSet(path / "search" / "1", head, SearchSettings())


def take_in(indexes: IndexSet, follower: Follower) -> None:
    [head] = follower.tenants()
    with indexes.telling():
        while indexes.taken_in_seq < head.last_seq:
            indexes.apply(follower, 100)
        indexes.commit_text()
        indexes.commit_rest()


def take_in_until_the_disk_is_full(indexes: IndexSet, follower: Follower) -> None:
    with indexes.telling():
        indexes.apply(follower, 1)
        raise OSError("the disk is full")


def ids_in(indexes: IndexSet, follower: Follower) -> list[list[str]]:
    """By index."""
    with indexes.using() as using:
        return [sorted(follower.ids(list(index.numbers())).values()) for index in using]


def counts(indexes: IndexSet) -> list[int]:
    with indexes.using() as using:
        return [len(list(index.numbers())) for index in using]


@pytest.mark.parametrize("survivor", range(1, 3))
async def test_what_dies_between_two_commits_leaves_nothing_behind(
    ground: Ground, follower: Follower, tmp_path: Path, survivor: int
) -> None:
    await write(ground, "a")
    indexes = opened(follower, tmp_path)
    take_in(indexes, follower)
    await write(ground, "b", "c")
    indexes.apply(follower, 100)
    with indexes.using() as using:
        # The text is durable, and perhaps the vectors; the figures are not.
        for index in list(using)[:survivor]:
            index.commit()
    indexes.close()
    # The figures have never heard of it, and will not.
    await ground.delete("b")
    await ground.delete("a")
    with closing(opened(follower, tmp_path)) as again:
        take_in(again, follower)
        assert counts(again) == [1, 1, 1]
        assert ids_in(again, follower) == [["c"]] * 3


async def test_a_document_that_is_put_again_is_there_once(ground: Ground, follower: Follower, tmp_path: Path) -> None:
    await write(ground, "a")
    with closing(opened(follower, tmp_path)) as indexes:
        take_in(indexes, follower)
        await ground.delete("a")
        await write(ground, "a")
        take_in(indexes, follower)
        assert counts(indexes) == [1, 1, 1]


async def test_one_that_comes_and_goes_while_it_is_built_is_not_in_it(
    ground: Ground, follower: Follower, tmp_path: Path
) -> None:
    await write(ground, "a")
    with closing(opened(follower, tmp_path)) as indexes:
        take_in(indexes, follower)
        await write(ground, "b")
        indexes.rebuild(())
        with indexes.telling():
            # The building sees it; those that serve haven't heard of it yet.
            indexes.build_on(follower)
        await ground.delete("b")
        take_in(indexes, follower)
        with indexes.telling():
            indexes.build_on(follower)
        assert not indexes.building
        assert counts(indexes) == [1, 1, 1]


async def test_a_building_is_not_taken_for_complete(ground: Ground, follower: Follower, tmp_path: Path) -> None:
    await write(ground, "a", "b")
    indexes = opened(follower, tmp_path)
    take_in(indexes, follower)
    indexes.close()
    [folder] = (tmp_path / "search" / "1").glob("text-*")
    (folder / "shape").write_text("another")
    for _ in range(3):
        # Each dies before it has come to the end.
        indexes = opened(follower, tmp_path)
        assert list(indexes.building) == [TEXT]
        indexes.close()
    with closing(opened(follower, tmp_path)) as last:
        for _ in range(2):
            with last.telling():
                last.build_on(follower)
        assert not last.building
        assert counts(last) == [2, 2, 2]
    with closing(opened(follower, tmp_path)) as after:
        assert not after.building
        assert len([each for each in (tmp_path / "search" / "1").iterdir() if each.is_dir()]) == len(NAMES)


async def test_a_broken_one_answers_but_takes_nothing_in(ground: Ground, follower: Follower, tmp_path: Path) -> None:
    await write(ground, "a")
    with closing(opened(follower, tmp_path)) as indexes:
        take_in(indexes, follower)
        await write(ground, "b")
        with pytest.raises(Unavailable):
            take_in_until_the_disk_is_full(indexes, follower)
        with pytest.raises(Unavailable):
            take_in(indexes, follower)
        assert (counts(indexes), indexes.applied_seq) == ([1, 1, 1], 2)
        assert indexes.broken == "the disk is full"


async def test_none_is_closed_under_the_hands_of_who_uses_it(
    ground: Ground, follower: Follower, tmp_path: Path
) -> None:
    await write(ground, "a")
    indexes = opened(follower, tmp_path)
    take_in(indexes, follower)
    closing_it = Thread(target=indexes.close)
    with indexes.using() as using:
        closing_it.start()
        closing_it.join(0.05)
        assert closing_it.is_alive()
        assert using.figures.documents == 1
    closing_it.join(5)
    assert not closing_it.is_alive()
    with pytest.raises(Unavailable), indexes.using():
        pass
    indexes.close()


async def test_another_tenant_under_the_same_number_begins_anew(
    ground: Ground, follower: Follower, tmp_path: Path
) -> None:
    await write(ground, "a")
    indexes = opened(follower, tmp_path)
    take_in(indexes, follower)
    indexes.close()
    [head] = follower.tenants()
    other = type(head)(head.number, "another", head.last_seq)
    with closing(IndexSet(tmp_path / "search" / "1", other, SearchSettings())) as begun:
        assert (counts(begun), begun.applied_seq) == ([0, 0, 0], 0)
        assert isinstance(begun._serving, Indexes)
