"""A document as it was, at a number of the log or at a moment."""

from datetime import timedelta

import pytest

from services.database.store import Thin
from shared.errors import NotFound
from tests.conformance.store.ground import Ground, note


async def test_every_version_can_be_read_back(ground: Ground) -> None:
    for version in (1, 2, 3):
        await ground.put("d", text=str(version))
        ground.clock.forward(10)
    start = ground.clock.now() - timedelta(seconds=30)
    for version in (1, 2, 3):
        assert (await ground.get("d", at=version)).text == str(version)
        moment = start + timedelta(seconds=10 * (version - 1))
        assert (await ground.get("d", at=moment)).text == str(version)
        assert (await ground.get("d", at=moment + timedelta(seconds=9))).version == version


async def test_before_its_creation_there_is_none(ground: Ground) -> None:
    await ground.put("other")
    ground.clock.forward(1)
    await ground.put("d")
    for at in (0, 1, -5, ground.clock.now() - timedelta(milliseconds=1)):
        with pytest.raises(NotFound):
            await ground.get("d", at=at)
    with pytest.raises(NotFound):
        await ground.get("nobody", at=2)


async def test_between_deletion_and_creation_there_is_none(ground: Ground) -> None:
    await ground.put("d", text="1")
    await ground.annotate(note("d", 1))
    await ground.delete("d")
    await ground.put("d", text="2")
    assert (await ground.get("d", at=1)).text == "1"
    with pytest.raises(NotFound):
        await ground.get("d", at=3)
    assert (await ground.get("d", at=4)).text == "2"
    assert (await ground.get("d", at=4)).annotations == ()


async def test_notes_stand_as_they_stood(ground: Ground) -> None:
    await ground.put("d", text="1")
    await ground.annotate(note("d", 1, "a", value=1), note("d", 1, "b", value=1))
    await ground.put("d", text="2")
    await ground.annotate(note("d", 2, "a", value=2))

    async def notes(at: int | None) -> list[tuple[str, object]]:
        return [(each.step, each.value) for each in (await ground.get("d", at=at)).annotations]

    assert await notes(1) == []
    assert await notes(2) == await notes(3) == [("a", 1), ("b", 1)]
    assert await notes(4) == await notes(None) == [("b", 1), ("a", 2)]
    assert (await ground.get("d", at=3)).version == 2
    assert (await ground.get("d", at=2)).version == 1


async def test_history_is_whole_back_to_the_moment_it_was_thinned_to(ground: Ground) -> None:
    for version in (1, 2, 3):
        await ground.put("d", text=str(version))
        ground.clock.forward(10)
    moment = ground.clock.now() - timedelta(seconds=15)
    # The first version was replaced before the moment, the second after it, however old both are.
    assert await ground.one(Thin(moment, 100)) == 1
    with pytest.raises(NotFound, match="no longer kept"):
        await ground.get("d", at=1)
    assert (await ground.get("d", at=moment)).text == "2"
    assert (await ground.get("d", at=2)).text == "2"
    assert (await ground.get("d")).text == "3"
