"""`watch`, `unwatch`, `watches`: standing queries of this channel, and of no other."""

from typing import Any, TypeVar, cast

import pytest

from services.bot.command import Place
from services.bot.commands.watch import commands
from services.bot.rehearsal import HERE, RehearsalDesk, rehearse
from services.database.search.keeping import Keeping
from shared.bus.bus import Bus
from shared.contracts.documents import Document
from shared.contracts.message import Contract, Query
from shared.contracts.standing import (
    STANDING_COLLECTION,
    DropStanding,
    ListStanding,
    SaveStanding,
    StandingQueries,
    StandingQuery,
    standing_name,
)
from shared.errors import Unavailable
from tests.services.bot.commands.store_desk import People, StoreDesk
from tests.services.bot.samples import HOSTILE, is_one_line

ReplyT = TypeVar("ReplyT", bound=Contract)
OTHER = Place("libera", "#python.late")


class SearchDesk(StoreDesk):
    """With the search's own way of keeping standing queries."""

    async def ask(self, tenant: str, query: Query[ReplyT]) -> ReplyT:
        # It wants a bus for nothing but to ask.
        keeping = Keeping(cast(Bus, self), self.clock)
        reply: Contract
        match query:
            case SaveStanding():
                reply = await keeping.save_standing(tenant, query)
            case DropStanding():
                reply = await keeping.drop_standing(tenant, query.name)
            case ListStanding():
                documents = await self.documents(STANDING_COLLECTION)
                reply = StandingQueries(items=tuple(map(_standing, documents)))
            case _:
                return await super().ask(tenant, query)
        return cast(ReplyT, reply)


def _standing(document: Document) -> StandingQuery:
    assert isinstance(document.data, dict)
    kept: dict[str, Any] = document.data
    return StandingQuery(
        name=standing_name(document.id) or "", author=document.author, matches=len(document.id), **kept
    )


@pytest.fixture
def people() -> People:
    return People(SearchDesk(), commands)


async def name_of(people: People, query: str, place: Place = HERE) -> str:
    return (await people.say(f"watch {query}", place=place)).split()[0]


async def test_a_query_is_kept_for_this_channel(people: People) -> None:
    answer = await people.answer('watch "paper jam"  collection:tickets')
    [line] = answer.lines
    name = line.split()[0]
    query = '"paper jam"  collection:tickets'
    told = '"paper jam" collection:tickets'
    assert line == f"{name} tells you here of every new document for {told} (!unwatch {name} ends it)"
    assert len(name) == 6
    assert answer.after == {"name": name, "query": query}
    [document] = await people.desk.documents(STANDING_COLLECTION)
    assert document.data == {"query": query, "channel": "console.general"}
    assert await people.say("watches") == f"{name}: {told} (found 19 documents, by ada@console)"


async def test_each_channel_has_its_own(people: People) -> None:
    name = await name_of(people, "printer")
    far = await name_of(people, "printer", place=OTHER)
    assert name != far
    assert [(await people.say("watches", place=place)).split(":")[0] for place in (OTHER,)] == [far]
    told = await people.told(f"unwatch {name}", place=OTHER)
    assert told == f"not-found: Nothing is watched here under the name {name}."
    answer = await people.answer(f"unwatch {name}", "bob")
    assert (answer.lines, answer.before) == ([f"{name} has ended."], {"name": name, "query": "printer"})
    assert await people.say("watches") == "Nothing is watched here."
    assert far in await people.say("watches", place=OTHER)


async def test_nothing_is_watched_twice_and_only_so_much(people: People) -> None:
    name = await name_of(people, "printer")
    assert await people.told("watch printer", "bob") == f"conflict: {name} watches for that here already."
    for number in range(9):
        await people.say(f"watch printer{number}")
    told = await people.told("watch scanner")
    assert told == "invalid: There are 10 watches here already, which is the most: unwatch one."
    assert "scanner" in await people.say("watch scanner", place=OTHER)


async def test_a_name_that_is_taken_is_not_taken_again() -> None:
    first = People(SearchDesk(), commands)
    name = await name_of(first, "printer")
    second = People(first.desk, commands)
    assert await name_of(second, "scanner") != name
    assert len(await first.desk.documents(STANDING_COLLECTION)) == 2


@pytest.mark.parametrize(
    "query",
    [
        "collection:postil.audit",
        'x Collection:"postil.roles"',
        "collection:postil.*",
        "collection:chat.irc.@bob hello",
        "collection:(x OR postil.audit)",
    ],
)
async def test_what_is_kept_apart_is_not_watched(people: People, query: str) -> None:
    assert (await people.told(f"watch {query}")).startswith("invalid: What is said in private")


@pytest.mark.parametrize("query", ["(open", "since:tomorrowish", HOSTILE, HOSTILE[:60], "@everyone", "*"])
async def test_a_query_that_can_not_be_understood_is_refused_in_a_line(people: People, query: str) -> None:
    told = await people.told(f"watch {query}")
    assert len(told) < 600
    kept = await people.desk.documents(STANDING_COLLECTION)
    assert bool(kept) != told.startswith("invalid: ")
    assert is_one_line((await people.say("watches")).splitlines()[0])


@pytest.mark.parametrize("name", ["x" * 5_000, "a.b", "*", "\u202e", "w-0000", "postil.audit"])
async def test_a_name_that_nothing_has(people: People, name: str) -> None:
    told = await people.told(f"unwatch {name}")
    assert told.startswith("not-found: Nothing is watched here under the name")
    assert len(told) < 200


async def test_the_search_is_away() -> None:
    desk = RehearsalDesk({ListStanding: Unavailable("The search does not answer just now.")})
    for command, words in zip(commands[::2], ("printer", ""), strict=True):
        with pytest.raises(Unavailable, match="The search does not answer"):
            await rehearse(command, words, desk=desk)
