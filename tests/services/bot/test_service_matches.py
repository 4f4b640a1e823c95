"""What standing queries have found: told in its channel, unless it is no news there or for nobody's eyes."""

from typing import Any

from services.bot.command import Call, Command
from shared.clock import EPOCH
from shared.contracts.chat import chat_collection
from shared.contracts.standing import Match
from tests.services.bot.house import House, in_house
from tests.services.bot.samples import a_document, a_note
from tests.until import until


async def _say_nothing(call: Call) -> str:
    return ""


NOTHING = (Command("nothing", "says nothing", _say_nothing),)


def a_match(channel: str | None, collection: str = "tickets", title: str = "It\nstops \x1b[31m") -> Match:
    document = a_document("T-1", collection=collection, title=title, author="ada")
    return Match(name="outages", id="T-1", version=1, at=EPOCH, channel=channel, document=document)


def test_what_a_standing_query_has_found_is_said_in_its_channel() -> None:
    async def story(house: House) -> None:
        for channel in (None, "irc", "irc.*", "irc.a b", "irc.ops.late"):
            await house.bus.publish("main", a_match(channel))
        await until(lambda: house.said != [])
        await house.wait(60)

    [say] = in_house(story, commands=NOTHING).said
    assert (say.network, say.channel, say.to) == ("irc", "ops.late", None)
    assert say.text == "outages: It stops ␛[31m (tickets/T-1 by ada)"


def test_what_is_kept_apart_is_told_in_its_own_conversation_alone() -> None:
    async def story(house: House) -> None:
        for collection in ("postil.audit", chat_collection("irc", "@ada"), chat_collection("other", "@bob")):
            for channel in ("irc.py", "irc.@bob", "irc.@ada"):
                await house.bus.publish("main", a_match(channel, collection))
        await until(lambda: house.said != [])
        await house.wait(60)

    assert [*in_house(story, commands=NOTHING).texts()] == ["@ada"]


def test_a_flood_of_finds_is_no_flood_in_the_channel() -> None:
    async def story(house: House) -> None:
        for _ in range(3):
            for _ in range(100):
                await house.bus.publish("main", a_match("irc.ops"))
                await house.wait(0.01)
            await house.wait(120)

    texts = in_house(story, commands=NOTHING).texts()["ops"]
    assert len(texts) == 3 * 21
    assert texts[20] == "More than 20 finds a minute: not all of them are told here."


def told_in_py(*found: dict[str, Any]) -> list[str]:
    """In `irc.py`, of documents with these facts; of the last of them in any case."""

    async def story(house: House) -> None:
        for facts in found:
            match = Match(
                name="jams", id="T-1", version=1, at=EPOCH, channel="irc.py", document=a_document("T-1", **facts)
            )
            await house.bus.publish("main", match)
        await until(lambda: house.said != [])
        await house.wait(60)

    return in_house(story, commands=NOTHING).texts()["py"]


def test_a_line_is_told_neither_where_it_was_said_nor_if_it_is_a_command() -> None:
    here, there = (chat_collection("irc", channel) for channel in ("py", "other"))
    assert told_in_py(
        {"collection": here, "text": "it jams"},
        {"collection": there, "text": "!search it jams"},
        {"collection": there, "text": "it jams there"},
    ) == ["jams: it jams there (chat.irc.other/T-1 by bob)"]


def test_a_secret_is_not_told() -> None:
    note = a_note("secrets", {"secrets": [{"kind": "password", "field": "text", "span": [0, 7]}]})
    assert told_in_py({"collection": "tickets", "text": "hunter2", "annotations": (note,)}) == [
        "jams: there is something secret in it; show tells it to you alone (tickets/T-1 by bob)"
    ]
