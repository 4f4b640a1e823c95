"""`remind`: promised with the time in words, for a year at most, and so many for one person."""

import asyncio
from datetime import timedelta

import pytest

from services.bot.command import Place
from services.bot.commands import remind
from services.bot.commands.remind import REMINDERS_COLLECTION, commands
from shared.contracts.documents import Draft
from shared.contracts.saving import PutDocuments
from tests.conformance.store.ground import HandClock
from tests.services.bot.commands.store_desk import People, StoreDesk
from tests.services.bot.house import House, in_house
from tests.services.bot.samples import HOSTILE
from tests.until import until


@pytest.fixture
def people() -> People:
    return People(StoreDesk(), commands)


async def test_oneself(people: People) -> None:
    answer = await people.answer("remind me 2h look at  T-17")
    assert answer.lines == ["I will remind you in 2 hours, at 2023-11-15 00:13 UTC."]
    [(place, text, to, at)] = people.desk.promised
    assert (place.channel, to) == ("general", "ada")
    assert text == "you asked me on 2023-11-14 22:13 UTC to remind you: look at  T-17"
    assert at - people.desk.clock.now() == timedelta(hours=2)
    assert answer.after == {"id": "promise-1", "to": "ada", "at": at.isoformat(), "text": "look at  T-17"}


async def test_somebody_else(people: People) -> None:
    assert await people.say("remind @bob 2024-01-31T09:00 the demo") == (
        "I will remind bob in 77 days 10 hours, at 2024-01-31 09:00 UTC."
    )
    [(_, text, to, _)] = people.desk.promised
    assert (to, text) == ("bob", "ada asked me on 2023-11-14 22:13 UTC to remind you: the demo")


async def test_in_private_one_can_ask_for_oneself_only(people: People) -> None:
    private = Place("console", "@ada")
    told = await people.told("remind bob 1h tea", place=private)
    assert told == "invalid: Here nobody but you would hear it: ask in a channel."
    assert "remind you" in await people.say("remind me 1h tea", place=private)
    assert "remind you" in await people.say("remind ada 1h tea", place=private)


@pytest.mark.parametrize(
    "line",
    [
        "remind me 0s now",
        "remind me 2020-01-01 the past",
        "remind me 367d later",
        "remind me 9999-12-31 much later",
        "remind me 1h",
        "remind me soon tea",
        "remind me " + "9" * 5_000 + "d tea",
        "remind me " + "9" * 5_000 + "-01-01 tea",
        "remind me 99999999999999999999w tea",
        "remind " + "x" * 5_000 + " 1h tea",
        "remind me 1h " + HOSTILE,
        "remind",
        "remind @everyone 1h tea",
    ],
)
async def test_what_makes_no_sense_is_refused(people: People, line: str) -> None:
    told = await people.told(line)
    assert told.startswith("invalid: ")
    assert len(told) < 400
    assert people.desk.promised == []
    assert await people.desk.documents(REMINDERS_COLLECTION) == ()


async def test_one_person_waits_for_so_many(people: People) -> None:
    for number in range(20):
        await people.say(f"remind me {number + 1}m tea")
    assert await people.told("remind bob 1h tea") == ("invalid: You wait for 20 reminders already, which is the most.")
    assert "remind bob" in await people.say("remind bob 1h tea", "carol")
    assert isinstance(people.desk.clock, HandClock)
    people.desk.clock.forward(61)
    assert "remind bob" in await people.say("remind bob 1h tea")


async def test_so_many_wait_in_one_channel_whatever_people_call_themselves(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remind, "CHANNEL_REMINDERS_MAX", 3)
    for number in range(3):
        await people.say("remind me 1h tea", f"nick{number}")
    told = await people.told("remind me 1h tea", "nick3")
    assert told == "invalid: 3 reminders wait here already, which is the most."
    assert "remind you" in await people.say("remind me 1h tea", "nick3", place=Place("console", "other"))
    assert "remind you" in await people.say("remind me 1h tea", "nick3", place=Place("console", "@nick3"))


async def test_many_at_once_are_counted() -> None:
    people = People(StoreDesk(turns_max=3), commands)
    told = await asyncio.gather(*(people.told("remind me 1h tea") for _ in range(30)))
    assert len(people.desk.promised) == sum("I will" in each for each in told) <= 20
    own, _ = await people.desk.documents(REMINDERS_COLLECTION)
    assert isinstance(own.data, dict)
    assert isinstance(due := own.data["due"], list)
    # One that was noted for them and found no place in the channel costs theirs.
    assert len(people.desk.promised) <= len(due) <= 20


async def test_what_is_noted_goes_when_its_time_is_up(people: People) -> None:
    await people.say("remind me 1m tea")
    assert isinstance(people.desk.clock, HandClock)
    people.desk.clock.forward(62)
    await people.desk.expire()
    assert await people.desk.documents(REMINDERS_COLLECTION) == ()
    assert "remind you" in await people.say("remind me 1m tea")


@pytest.mark.parametrize("due", ["x", [1, "x", "2030-01-01", None], {}, None])
async def test_what_somebody_else_has_put_there_counts_nothing(people: People, due: object) -> None:
    await people.say("remind me 1m tea")
    for document in await people.desk.documents(REMINDERS_COLLECTION):
        garbage = Draft.model_validate({"id": document.id, "collection": REMINDERS_COLLECTION, "data": {"due": due}})
        await people.desk.ask("main", PutDocuments(documents=(garbage,)))
    assert "remind you" in await people.say("remind me 1h tea")


def test_in_the_house_it_is_said_when_the_time_has_come() -> None:
    async def story(house: House) -> None:
        [answer] = await house.answer_to("!remind @bob 90s look at T-17")
        assert answer == "I will remind bob in 1 minute 30 seconds, at 2026-01-01 00:01 UTC."
        await house.wait(85)
        assert len(house.said) == 1
        await until(lambda: len(house.said) == 2, seconds_max=60)

    said = in_house(story).said
    assert (said[1].channel, said[1].to) == ("py", "bob")
    assert said[1].text == "ada asked me on 2026-01-01 00:00 UTC to remind you: look at T-17"
