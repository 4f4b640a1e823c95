"""`quote`: kept with a number that is never given twice, and shown in its own channel only."""

import asyncio
import re

import pytest
from pydantic import JsonValue

from services.bot.command import Person, Place
from services.bot.commands import quote
from services.bot.commands.quote import commands
from shared.contracts.documents import Draft
from shared.contracts.saving import PutDocuments
from tests.services.bot.commands.store_desk import People, StoreDesk
from tests.services.bot.samples import HOSTILE, is_one_line

OTHER = Place("console", "other")


@pytest.fixture
def people() -> People:
    return People(StoreDesk(), commands)


def number_in(line: str) -> int:
    found = re.search("#([0-9]+)", line)
    assert found is not None, line
    return int(found[1])


async def test_a_quote_is_kept_and_shown(people: People) -> None:
    answer = await people.answer("quote add <bob> it works on my machine")
    assert answer.lines == ["That is quote #1."]
    assert answer.after == {"number": 1, "text": "<bob> it works on my machine", "votes": []}
    shown = "#1: <bob> it works on my machine (ada, 2023-11-14)"
    assert await people.say("quote get 1", "bob") == shown
    assert await people.say("quote get", "bob") == shown


async def test_any_quote_is_chosen_by_chance(people: People) -> None:
    assert await people.say("quote get") == "There are no quotes here yet: !quote add TEXT"
    for word in ("one", "two", "three"):
        await people.say(f"quote add {word}")
    assert {number_in(await people.say("quote get")) for _ in range(40)} == {1, 2, 3}


async def test_a_channel_sees_its_own_quotes_only(people: People) -> None:
    await people.say("quote add kept")
    assert await people.say("quote add elsewhere", place=OTHER) == "That is quote #1."
    assert "elsewhere" in await people.say("quote get 1", place=OTHER)
    assert await people.say("quote find kept", place=OTHER) == "No quote here has all of these words."
    assert (await people.told("quote get 2")) == "not-found: There is no quote #2 here."
    private = Place("console", "@ada")
    assert await people.say("quote get", place=private) == "There are no quotes here yet: !quote add TEXT"


async def test_words_find_quotes(people: People) -> None:
    for text in ("The Disk is full", "the disk is back", "nothing"):
        await people.say(f"quote add {text}", "bob")
    lines = (await people.say("quote find DISK the")).splitlines()
    assert [number_in(line) for line in lines] == [2, 1]
    assert number_in(await people.say("quote find full")) == 1
    assert len((await people.say("quote find bob")).splitlines()) == 3
    for _ in range(10):
        await people.say("quote add disk")
    assert (await people.say("quote find disk")).splitlines()[-1] == "2 older quotes more."


async def test_one_has_one_vote_and_the_best_come_first(people: People) -> None:
    assert await people.say("quote top") == "Nobody has voted for a quote here yet: !quote vote NUMBER"
    for word in ("one", "two", "three"):
        await people.say(f"quote add {word}")
    answer = await people.answer("quote vote 2")
    assert (answer.lines, answer.before, answer.after) == (["Quote #2 has 1 vote now."], 0, 1)
    assert await people.told("quote vote 2") == "conflict: You have voted for quote #2 already."
    assert await people.told("quote vote 2", "ADA") == "conflict: You have voted for quote #2 already."
    await people.say("quote vote 3", "bob")
    await people.say("quote vote 2", Person("x", "ada"))
    lines = (await people.say("quote top")).splitlines()
    assert lines == ["#2: two (ada, 2023-11-14, 2 votes)", "#3: three (ada, 2023-11-14, 1 vote)"]


async def test_only_whoever_added_it_or_a_moderator_may_delete_it() -> None:
    desk = StoreDesk()
    people, moderators = People(desk, commands), People(StoreDesk(store=desk.store, role="moderator"), commands)
    await people.say("quote add one")
    await people.say("quote add two")
    told = await people.told("quote delete 1", "bob")
    assert told == "invalid: Only ada, who added quote #1, or a moderator may delete it."
    assert (await people.told("quote delete 1", Person("ada", "bob"))).startswith("invalid: ")
    answer = await people.answer("quote delete 1")
    assert (answer.lines, answer.before) == (["Quote #1 is deleted."], {"number": 1, "text": "one", "votes": []})
    assert await moderators.say("quote delete 2", "bob") == "Quote #2 is deleted."
    assert await people.told("quote delete 2") == "not-found: There is no quote #2 here."


async def test_a_number_is_never_given_twice(people: People) -> None:
    for number in range(1, 4):
        assert await people.say("quote add the same") == f"That is quote #{number}."
        await people.say(f"quote delete {number}")
    assert await people.say("quote add the same") == "That is quote #4."


async def test_many_add_and_vote_at_once() -> None:
    desk = StoreDesk(turns_max=3)
    bots = [People(StoreDesk(store=desk.store, turns_max=3), commands, seed=seed) for seed in (0, 1_000)]
    told = await asyncio.gather(*(bots[each % 2].say("quote add the same") for each in range(20)))
    assert sorted(map(number_in, told)) == [*range(1, 21)]
    voted = await asyncio.gather(*(bots[each % 2].told("quote vote 7", f"p{each % 3}") for each in range(6)))
    # One person who votes twice at the same moment has one vote, whatever the two are told.
    assert "3 votes" in await bots[0].say("quote get 7")
    assert all(each.startswith(("Quote #7 has ", "conflict: ")) for each in voted)


async def test_there_is_room_for_so_many(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quote, "QUOTES_MAX", 3)
    monkeypatch.setattr(quote, "PAGE_COUNT", 2)
    for _ in range(3):
        await people.say("quote add one more")
    assert (await people.told("quote add one more")).startswith("invalid: There are 3 quotes here already")
    assert len((await people.say("quote find more")).splitlines()) == 3


async def test_what_somebody_else_has_put_there_is_no_quote(people: People) -> None:
    kept: list[JsonValue] = [{"number": 7, "by": "x"}, {"number": "1"}, None, {"number": 4, "by": "x", "votes": 1}]
    for number, data in enumerate(kept, start=1):
        collection, id = "postil.quotes.console.general", f"postil.quote.console.general.{number}"
        garbage = Draft(id=id, collection=collection, text="x", data=data)
        await people.desk.ask("main", PutDocuments(documents=(garbage,)))
    assert (await people.told("quote get 1")).startswith("not-found")
    assert await people.say("quote get") == "There are no quotes here yet: !quote add TEXT"


@pytest.mark.parametrize("number", ["0", "-1", "1.5", "x", "9" * 5_000, "1_0\u00b2", "\u0663"])
async def test_a_number_that_is_none_is_refused(people: People, number: str) -> None:
    for command in ("get", "vote", "delete"):
        told = await people.told(f"quote {command} {number}")
        assert told.startswith(("invalid: NUMBER", "not-found: "))
        assert len(told) < 300


async def test_hostile_texts(people: People) -> None:
    assert (await people.told(f"quote add {HOSTILE}")).startswith("invalid: A quote has at most 1,000 characters.")
    assert (await people.told("quote add \u200b\u200b")).startswith("invalid: There is nothing to read in it.")
    await people.say(f"quote add {HOSTILE[:900]}")
    assert is_one_line(await people.say("quote get 1"))
    assert await people.say(f"quote find {HOSTILE}") == "No quote here has all of these words."


async def test_a_channel_may_have_a_long_name(people: People) -> None:
    places = [Place("irc", "#" + "x" * 180 + end) for end in "ab"]
    for place in places:
        assert await people.say(f"quote add {place.channel[-1]}", place=place) == "That is quote #1."
    assert [(await people.say("quote get", place=place))[4] for place in places] == ["a", "b"]
