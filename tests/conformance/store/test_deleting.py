"""Deletion leaves a tombstone, and with `erase` nothing of the content."""

import pytest

from services.database.store import Delete, Save
from shared.contracts.documents import Deleted
from shared.errors import Conflict, NotFound
from tests.conformance.store.ground import TENANT, Ground, draft, note


async def test_a_deleted_document_is_gone_and_its_version_counts_on(ground: Ground) -> None:
    await ground.put("d", text="1")
    assert await ground.delete("d") == Deleted(id="d", version=2, seq=2)
    with pytest.raises(NotFound):
        await ground.get("d")
    assert (await ground.listed(), await ground.recent()) == ([], [])
    last = (await ground.log())[-1]
    assert (last.op, last.id, last.version, last.document) == ("delete", "d", 2, None)


async def test_a_document_created_again_takes_a_new_place_in_the_order(ground: Ground) -> None:
    await ground.save(draft("a"), draft("b"))
    await ground.delete("a")
    ground.clock.forward(5)
    saved = await ground.put("a", text="again")
    assert (saved.outcome, saved.version, saved.seq) == ("created", 3, 4)
    assert await ground.listed() == ["b", "a"]
    assert await ground.listed("news") == ["b", "a"]
    assert await ground.recent() == ["a", "b"]
    assert (await ground.get("a")).created_at == ground.clock.now()


async def test_the_same_content_after_deletion_is_created_again(ground: Ground) -> None:
    await ground.put("d", text="1")
    await ground.delete("d")
    assert (await ground.put("d", text="1")).outcome == "created"


async def test_what_is_not_there_cannot_be_deleted(ground: Ground) -> None:
    assert isinstance(await ground.one(Delete(TENANT, "d")), NotFound)
    assert isinstance(await ground.one(Delete("nobody", "d", erase=True)), NotFound)
    await ground.put("d")
    await ground.delete("d")
    assert isinstance(await ground.one(Delete(TENANT, "d")), NotFound)
    assert len(await ground.log()) == 2


async def test_if_version_guards_a_deletion(ground: Ground) -> None:
    await ground.put("d", text="1")
    await ground.put("d", text="2")
    assert isinstance(await ground.one(Delete(TENANT, "d", if_version=1)), Conflict)
    assert (await ground.delete("d", if_version=2)).version == 3


async def test_if_version_against_a_tombstone(ground: Ground) -> None:
    await ground.put("d", text="1")
    await ground.delete("d")
    refused = (await ground.save(draft("d", text="2", if_version=1)))[0]
    assert refused.error is not None
    assert "deleted" in refused.error.detail
    assert (await ground.put("d", text="2", if_version=0)).outcome == "created"


async def test_erasing_takes_the_bodies_of_all_versions(ground: Ground) -> None:
    await ground.put("d", text="1")
    await ground.annotate(note("d", 1, value="secret"))
    await ground.put("d", text="2")
    await ground.put("other", text="stays")
    await ground.delete("d", erase=True)
    assert [(change.document, change.annotations) for change in await ground.log() if change.id == "d"] == [
        (None, None)
    ] * 4
    assert [change.seq for change in await ground.log()] == [1, 2, 3, 4, 5]
    assert (await ground.get("other")).text == "stays"
    with pytest.raises(NotFound, match="no longer kept"):
        await ground.get("d", at=1)


async def test_a_deleted_document_can_still_be_erased(ground: Ground) -> None:
    await ground.put("d", text="1")
    deleted = await ground.delete("d")
    assert (await ground.get("d", at=1)).text == "1"
    assert await ground.delete("d", erase=True) == deleted
    assert await ground.delete("d", 1, erase=True) == deleted
    with pytest.raises(NotFound):
        await ground.get("d", at=1)
    assert len(await ground.log()) == 2


async def test_the_wrong_version_of_a_tombstone_is_not_erased(ground: Ground) -> None:
    await ground.put("d", text="1")
    await ground.delete("d")
    assert isinstance(await ground.one(Delete(TENANT, "d", if_version=7, erase=True)), Conflict)
    assert (await ground.get("d", at=1)).text == "1"


async def test_erasing_and_creating_again_in_one_commit_keeps_the_new_body(ground: Ground) -> None:
    await ground.put("d", text="old")
    commit = await ground.commit(
        Save(TENANT, [draft("d", text="older")]),
        Delete(TENANT, "d", erase=True),
        Save(TENANT, [draft("d", text="new")]),
    )
    assert commit.answers[1] == Deleted(id="d", version=3, seq=3)
    assert (await ground.get("d")).text == "new"
    assert [change.document is not None for change in await ground.log()] == [False, False, False, True]


async def test_a_document_may_come_and_go_within_one_commit(ground: Ground) -> None:
    commit = await ground.commit(Save(TENANT, [draft("d", text="1")]), Delete(TENANT, "d"))
    assert commit.answers[1] == Deleted(id="d", version=2, seq=2)
    assert await ground.listed() == []
    assert (await ground.put("d", text="1")).version == 3
    assert (await ground.store.stats(TENANT, None)).documents == 1
