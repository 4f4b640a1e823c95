"""Standing queries: saved, matched once for each version, published, dropped."""

from collections.abc import Sequence

import pytest
from pydantic import JsonValue

from shared.bus.streams import MATCHES
from shared.bus.wire import MESSAGE_ID_HEADER
from shared.contracts.standing import STANDING_COLLECTION, DropStanding, ListStanding, Match, SaveStanding, standing_id
from shared.errors import Invalid, NotFound
from tests.services.database.search.house import House
from tests.until import until


@pytest.fixture
async def waiting(house: House) -> House:
    await house.open_doors()
    await house.put("before", text="a car of long ago")
    await house.bus.ask("main", SaveStanding(name="cars", query="car", filter="-author:bot", channel="discord.alerts"))
    await house.settled()
    return house


async def matches(house: House, count: int) -> list[Match]:
    """All that were published, as soon as there are so many."""

    async def published() -> Sequence[Match]:
        read = await house.bus.wire.read(MATCHES, "postil.main.matches.>", 0, 1_000)
        found = [Match.decode(each.payload) for each in read]
        for delivery, match in zip(read, found, strict=True):
            assert delivery.headers[MESSAGE_ID_HEADER] == f"main-{match.name}-{match.id}-{match.version}"
        return found

    async def are_there() -> bool:
        return len(await published()) >= count

    await until(are_there)
    await house.settled()
    return list(await published())


async def test_each_version_matches_once(waiting: House) -> None:
    await waiting.put("new", text="a new car")
    await waiting.put("bus", text="a bus")
    await waiting.put("robot", text="a car", author="bot")
    [match] = await matches(waiting, 1)
    assert (match.name, match.id, match.version, match.channel) == ("cars", "new", 1, "discord.alerts")
    assert match.document.text == "a new car"
    await waiting.said("new", "mood", "fine")
    await waiting.put("new", text="an old car")
    await waiting.put("bus", text="a bus and a car")
    assert [(each.id, each.version) for each in await matches(waiting, 3)] == [("new", 1), ("new", 2), ("bus", 2)]
    [listed] = (await waiting.bus.ask("main", ListStanding())).items
    assert (listed.name, listed.query, listed.channel, listed.matches) == ("cars", "car", "discord.alerts", 3)


async def test_an_annotation_that_comes_later_makes_it_match(waiting: House) -> None:
    await waiting.bus.ask("main", SaveStanding(name="ticket", query="entity:T-7"))
    await waiting.put("seven", text="about T-7")
    await waiting.settled()
    assert await matches(waiting, 0) == []
    found: JsonValue = {"entities": [{"kind": "ticket", "value": "T-7"}]}
    await waiting.said("seven", "entities", found)
    await waiting.said("before", "entities", found)
    assert [(each.name, each.id) for each in await matches(waiting, 1)] == [("ticket", "seven")]


async def test_what_was_not_sent_yet_is_sent_after_a_restart_once(waiting: House) -> None:
    waiting.broker.down()
    await waiting.put("new", text="a new car")
    waiting.broker.up()
    for _ in range(3):
        await waiting.restart_search()
        assert [each.id for each in await matches(waiting, 1)] == ["new"]


async def test_one_that_nobody_understands_is_in_nobodys_way(waiting: House) -> None:
    odd: dict[str, JsonValue] = {
        "broken": {"query": "("},
        "deep": {"query": "data.x > true"},
        "mute": {"text": "car"},
    }
    for name, told in odd.items():
        await waiting.put(standing_id(name), STANDING_COLLECTION, kind="query", data=told)
    await waiting.bus.ask("main", SaveStanding(name="later", query="car"))
    await waiting.put("new", text="a new car")
    assert sorted(each.name for each in await matches(waiting, 2)) == ["cars", "later"]


async def test_it_can_be_replaced_and_dropped(waiting: House) -> None:
    await waiting.bus.ask("main", SaveStanding(name="cars", query="bus"))
    await waiting.put("bus", text="a bus")
    await waiting.put("new", text="a car")
    assert [each.id for each in await matches(waiting, 1)] == ["bus"]
    await waiting.bus.ask("main", DropStanding(name="cars"))
    await waiting.put("other", text="a bus")
    await waiting.settled()
    assert len(await matches(waiting, 1)) == 1
    assert (await waiting.bus.ask("main", ListStanding())).items == ()
    for name in ("cars", "never"):
        with pytest.raises(NotFound):
            await waiting.bus.ask("main", DropStanding(name=name))


async def test_what_can_not_be_kept_is_refused(waiting: House) -> None:
    with pytest.raises(Invalid, match="at "):
        await waiting.bus.ask("main", SaveStanding(name="bad", query="a AND ("))
    with pytest.raises(Invalid):
        await waiting.bus.ask("main", SaveStanding(name="bad", query="a", filter="autor:x"))
