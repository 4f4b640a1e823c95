"""`claim`, `release`, `claims`: exactly one holds a thing, and a later holder has a higher number."""

import asyncio
import re

import pytest

from services.bot.command import Person, Place
from services.bot.commands.claim import commands
from shared.contracts.claims import CLAIMS_COLLECTION, claim_of
from shared.contracts.documents import Draft
from shared.contracts.saving import PutDocuments
from tests.conformance.store.ground import HandClock
from tests.services.bot.commands.store_desk import People, StoreDesk
from tests.services.bot.house import House, in_house
from tests.services.bot.samples import HOSTILE, is_one_line

FAR = Place("libera", "#python")


@pytest.fixture
def people() -> People:
    return People(StoreDesk(), commands)


def number_in(line: str) -> int:
    found = re.search(r"number (?:is )?([0-9]+)", line)
    assert found is not None, line
    return int(found[1])


async def later(people: People, seconds: float) -> None:
    assert isinstance(people.desk.clock, HandClock)
    people.desk.clock.forward(seconds)
    await people.desk.expire()


async def test_one_holds_it_and_the_others_are_told_who(people: People) -> None:
    answer = await people.answer("claim T-17 2h")
    assert answer.lines == ["T-17 is yours for 2 hours, until 2023-11-15 00:13 UTC. Its number is 1."]
    assert answer.before is None
    assert answer.after == {"about": "T-17", "holder": "ada@console", "number": 1, "until": "2023-11-15T00:13:20Z"}
    told = await people.told("claim T-17", "bob")
    assert told == "conflict: ada@console holds T-17 until 2023-11-15 00:13:20 UTC, with the number 1"
    assert "ada@console" in await people.told("claim T-17", "ada", FAR)
    assert await people.say("claim T-18", "bob") != ""


async def test_whoever_holds_it_can_keep_it_longer_under_the_same_number(people: People) -> None:
    await people.say("claim T-17 1h")
    await later(people, 1_800)
    renewed = await people.answer("claim T-17 1h")
    assert renewed.lines == ["T-17 stays yours for 1 hour, until 2023-11-14 23:43 UTC. Its number is 1."]
    assert renewed.before != renewed.after
    await later(people, 3_000)
    assert "ada@console holds" in await people.told("claim T-17", "bob")


async def test_a_claim_ends_and_a_stale_holder_is_refused(people: People) -> None:
    await people.say("claim T-17 1m")
    await later(people, 60)
    assert await people.told("release T-17") == "not-found: nobody holds T-17: it was given back, or its time was up"
    second = number_in(await people.say("claim T-17", "bob"))
    assert second > 1
    assert await people.told("release T-17") == (
        f"conflict: bob@console holds T-17 until 2023-11-14 23:14:20 UTC, with the number {second}"
    )
    assert "bob@console holds" in await people.told("claim T-17")


async def test_what_is_over_but_not_ended_yet_is_said_to_be_ending(people: People) -> None:
    await people.say("claim T-17 1m")
    assert isinstance(people.desk.clock, HandClock)
    people.desk.clock.forward(60)
    told = await people.told("claim T-17", "bob")
    assert told == "conflict: The claim of ada@console is just ending: try again in a moment."
    assert await people.say("claims") == "Nobody holds anything."
    assert number_in(await people.say("claim T-17")) == 1


async def test_the_number_grows_with_every_holder(people: People) -> None:
    numbers: list[int] = []
    for round_ in range(4):
        who = f"p{round_}"
        numbers += [
            number_in(await people.say("claim T-17 1m", who)),
            number_in(await people.say("claim T-17 2m", who)),
        ]
        if round_ % 2:
            await people.say("release T-17", who)
        else:
            await later(people, 120)
    assert numbers == sorted(numbers)
    assert len(set(numbers)) == 4


async def test_releasing_frees_it(people: People) -> None:
    await people.say("claim T-17")
    answer = await people.answer("release T-17")
    assert answer.lines == ["T-17 is free."]
    assert answer.before is not None
    assert await people.told("release T-17") == "not-found: nobody holds T-17: it was given back, or its time was up"
    assert "is yours" in await people.say("claim T-17", "bob")


async def test_an_account_is_the_same_person_under_any_name(people: People) -> None:
    await people.say("claim T-17", Person("ada", "ada-l"), FAR)
    assert "stays yours" in await people.say("claim T-17", Person("ada_", "ada-l"), FAR)
    assert "account:ada-l@libera holds" in await people.told("claim T-17", "ada", FAR)
    await people.say("claim T-18", "Ada[]", FAR)
    assert "stays yours" in await people.say("claim T-18", "ada[]", FAR)


async def test_the_list_shows_what_is_held(people: People) -> None:
    assert await people.say("claims") == "Nobody holds anything."
    for number in range(22):
        await people.say(f"claim T-{number}", "bob")
    lines = (await people.say("claims")).splitlines()
    assert lines[0] == "T-0: bob@console until 2023-11-14 23:13 UTC, number 1"
    assert (len(lines), lines[-1]) == (21, "There are 2 claims more.")


@pytest.mark.parametrize("span", ["1s", "31d", "0s", "99999999h", "9" * 5_000 + "d", "-1h", "tomorrow"])
async def test_the_span_has_limits(people: People, span: str) -> None:
    assert (await people.told(f"claim T-17 {span}")).startswith("invalid: ")
    assert await people.desk.documents(CLAIMS_COLLECTION) == ()


@pytest.mark.parametrize("id", ["*", "a.b", "@everyone", "\u202enp.exe", "ticket\x00", "../..", "日本語", "x" * 187])
async def test_any_word_can_be_claimed(people: People, id: str) -> None:
    assert is_one_line((await people.say(f"claim {id}")).replace("\x00", ""))
    assert "ada@console holds" in await people.told(f"claim {id}", "bob")


async def test_what_is_too_long_is_refused(people: People) -> None:
    for id in ("x" * 188, HOSTILE.replace(" ", "_").replace("\r", "_").replace("\n", "_").replace("\u2028", "_")):
        told = await people.told(f"claim {id}")
        assert told.startswith("invalid: ID: should have at most 187 characters")
        assert len(told) < 200


async def test_what_somebody_else_has_put_there_is_no_claim(people: People) -> None:
    for number, collection in enumerate((CLAIMS_COLLECTION, "notes")):
        garbage = Draft(id=f"postil.claim.T-{number}", collection=collection, data={"about": "X", "holder": 1})
        await people.desk.ask("main", PutDocuments(documents=(garbage,)))
        told = await people.told(f"claim T-{number}")
        assert told == f"conflict: document 'postil.claim.T-{number}' is there, but it is no claim"
        assert "it is no claim" in await people.told(f"release T-{number}")
    assert await people.say("claims") == "Nobody holds anything."


async def test_of_twenty_at_once_exactly_one_gets_it() -> None:
    for seed in range(20):
        people = People(StoreDesk(turns_max=seed % 5), commands)
        told = await asyncio.gather(*(people.told("claim T-17", f"p{number}") for number in range(20)))
        assert sum("is yours" in each for each in told) == 1, told
        [document] = await people.desk.documents(CLAIMS_COLLECTION)
        claim = claim_of(document)
        assert claim is not None
        assert sum(f"{claim.holder} holds T-17" in each for each in told) == 19


def test_in_the_house_a_claim_is_recorded_and_ends() -> None:
    async def story(house: House) -> None:
        assert "is yours" in (await house.answer_to("!claim T-17 1m"))[0]
        assert "ada@irc holds T-17" in (await house.answer_to("!claim T-17", "irc.ops", author="bob"))[0]
        await house.wait(70)
        [line] = await house.answer_to("!claim T-17", "irc.ops", author="bob")
        assert number_in(line) > 1
        first, _, last = await house.audit()
        assert first["after"] == {"about": "T-17", "holder": "ada@irc", "number": 1, "until": "2026-01-01T00:01:00Z"}
        assert (first["command"], last["author"], last.get("before")) == ("claim", "bob", None)

    in_house(story)
