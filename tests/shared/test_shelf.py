"""The documents that a service keeps for itself."""

from collections.abc import Awaitable, Callable

import pytest

from shared.contracts.documents import Draft
from shared.errors import Conflict, Invalid, Unavailable
from tests.services.bot.stage import Stage, staged

NOTES = "postil.notes"


def shelved(story: Callable[[Stage], Awaitable[None]]) -> Callable[[], None]:
    def test() -> None:
        staged(story)

    test.__name__ = story.__name__
    return test


def note(id: str, text: str = "x", if_version: int | None = None) -> Draft:
    return Draft(id=id, collection=NOTES, text=text, if_version=if_version)


@shelved
async def test_what_is_put_can_be_got_and_what_is_not_there_is_none(stage: Stage) -> None:
    saved = await stage.shelf.put("main", note("a", if_version=0))
    document = await stage.shelf.get("main", "a")
    assert document is not None
    assert (document.text, document.version, saved.outcome) == ("x", 1, "created")
    assert await stage.shelf.get("main", "b") is None
    assert await stage.shelf.get("other", "a") is None


@shelved
async def test_a_put_on_top_of_another_version_is_a_conflict_and_a_repeated_one_is_not(stage: Stage) -> None:
    await stage.shelf.put("main", note("a", if_version=0))
    assert (await stage.shelf.put("main", note("a", if_version=0))).outcome == "unchanged"
    with pytest.raises(Conflict):
        await stage.shelf.put("main", note("a", "y", if_version=0))
    assert (await stage.shelf.put("main", note("a", "y", if_version=1))).version == 2


@shelved
async def test_what_the_database_has_against_a_document_is_raised(stage: Stage) -> None:
    with pytest.raises(Invalid):
        await stage.shelf.put("main", Draft(id="a", collection=NOTES))
    await stage.close_database()
    with pytest.raises(Unavailable):
        await stage.shelf.put("main", note("a"))
    with pytest.raises(Unavailable):
        await stage.shelf.get("main", "a")


@shelved
async def test_taking_is_for_who_has_seen_the_version_that_is_there(stage: Stage) -> None:
    await stage.shelf.put("main", note("a"))
    seen = await stage.shelf.get("main", "a")
    assert seen is not None
    await stage.shelf.put("main", note("a", "y"))
    assert not await stage.shelf.take("main", seen)
    now = await stage.shelf.get("main", "a")
    assert now is not None
    assert await stage.shelf.take("main", now)
    assert not await stage.shelf.take("main", seen)


@shelved
async def test_all_are_read_page_by_page_in_the_order_of_their_creation(stage: Stage) -> None:
    for number in range(120):
        await stage.shelf.put("main", note(f"n{number}"))
    await stage.shelf.put("main", Draft(id="z", collection="postil.other", text="x"))
    assert [document.id async for document in stage.shelf.all("main", NOTES)] == [f"n{number}" for number in range(120)]
    assert [document.id async for document in stage.shelf.all("main", "postil.none")] == []
