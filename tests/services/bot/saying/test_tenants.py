"""The list of tenants that have something in the outbox."""

import asyncio

import pytest
from pydantic import JsonValue

from services.bot.saying.tenants import COLLECTION, DOCUMENT, Tenants
from shared.bus.bus import Bus
from shared.bus.memory import MemoryWire
from shared.contracts.documents import Draft
from shared.errors import Unavailable
from shared.shelf import Shelf
from tests.services.bot.stage import Stage, staged


def test_a_tenant_that_was_added_is_known_to_whoever_comes_later() -> None:
    async def story(stage: Stage) -> None:
        first = Tenants(stage.shelf, "house")
        assert await first.all() == ["house"]
        await first.add("b")
        await first.add("a")
        await first.add("b")
        assert await Tenants(stage.shelf, "house").all() == ["house", "a", "b"]
        assert await Tenants(stage.shelf, "other").all() == ["other"]
        document = await stage.shelf.get("house", DOCUMENT)
        assert document is not None
        assert document.version == 2

    staged(story)


def test_who_is_known_is_not_looked_up_again() -> None:
    async def story(stage: Stage) -> None:
        tenants = Tenants(stage.shelf, "house")
        await tenants.add("a")
        await stage.close_database()
        await tenants.add("a")
        with pytest.raises(Unavailable):
            await tenants.add("b")

    staged(story)


def test_those_who_add_at_the_same_time_all_succeed() -> None:
    async def story(stage: Stage) -> None:
        names = [f"t{number}" for number in range(5)]
        shelves = [Shelf(Bus(MemoryWire(stage.broker, name))) for name in names]
        writers = [Tenants(shelf, "house") for shelf in shelves]
        await asyncio.gather(*(writer.add(name) for writer, name in zip(writers, names, strict=True)))
        assert await Tenants(stage.shelf, "house").all() == ["house", *names]

    staged(story)


def test_a_list_that_somebody_has_broken_is_an_empty_one() -> None:
    async def story(stage: Stage) -> None:
        broken: list[JsonValue] = [{"a": 1}, [1, "a b", "", "x" * 65, "main.docs", "good", "*"]]
        for data, found in zip(broken, ([], ["good"]), strict=True):
            await stage.shelf.put("house", Draft(id=DOCUMENT, collection=COLLECTION, data={"tenants": data}))
            assert await Tenants(stage.shelf, "house").all() == ["house", *found]
        await Tenants(stage.shelf, "house").add("a")
        assert await Tenants(stage.shelf, "house").all() == ["house", "a", "good"]

    staged(story)
