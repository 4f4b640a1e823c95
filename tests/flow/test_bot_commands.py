"""Commands in a channel of the running system: what is asked is looked up for good, and answered on `say`."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest_asyncio
from nats.aio.msg import Msg

from tests.flow.stranger import FAST, Stranger, introduced
from tests.system import System
from tests.until import until

CHANNEL = "chat.console.general"
SAID_BEFORE = (
    {"id": "jam", "author": "bob", "text": "The office printer eats paper again, please call somebody."},
    {"id": "cats", "author": "ada", "text": "Our cat had three kittens last night; they sleep beside the stove."},
)


class Channel:
    """Says lines, and is the network that says the bot's."""

    def __init__(self, stranger: Stranger) -> None:
        self.stranger = stranger
        self._heard: list[tuple[str, str, str]] = []

    async def hear(self, message: Msg) -> None:
        say = json.loads(message.data)
        self._heard.append((message.subject.partition(".say.")[2], say.get("in_reply_to") or "", say["text"]))
        await message.respond(b"{}")

    async def asked(self, text: str, lines: int, author: str = "ada", collection: str = CHANNEL) -> Sequence[str]:
        """What the bot says to it, once there are so many lines."""
        id = uuid4().hex
        await self.stranger.publish({"id": id, "author": author, "text": text}, collection)
        place = collection.removeprefix("chat.")
        await until(lambda: len(self._answers(place, id)) >= lines)
        return self._answers(place, id)

    def _answers(self, place: str, id: str) -> Sequence[str]:
        return [text for where, reply_to, text in self._heard if (where, reply_to) == (place, id)]


@asynccontextmanager
async def channel_in(system: System, tenant: str) -> AsyncIterator[Channel]:
    async with introduced(system.url, tenant) as somebody:
        channel = Channel(somebody)
        await somebody.client.subscribe(f"postil.{tenant}.say.>", cb=channel.hear)
        await somebody.client.flush()
        yield channel


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def tenant(system: System) -> str:
    """Two lines were said here, and are annotated and found."""
    async with introduced(system.url, f"t{uuid4().hex}") as somebody:
        for line in SAID_BEFORE:
            await somebody.publish(line, CHANNEL)
        for line in SAID_BEFORE:
            await somebody.notes(line["id"], FAST)
        await somebody.until_found({"query": "lang:en", "mode": "text"}, [line["id"] for line in SAID_BEFORE])

        async def found_by_meaning() -> bool:
            return not (await somebody.ask("search", {"query": "young pets"}))["degraded"]

        await until(found_by_meaning)
        return somebody.tenant


@pytest_asyncio.fixture
async def channel(system: System, tenant: str) -> AsyncIterator[Channel]:
    async with channel_in(system, tenant) as channel:
        yield channel


async def test_what_was_said_is_found(channel: Channel) -> None:
    head, hit = (await channel.asked('!search "eats paper"', 2))[:2]
    assert head.endswith("found:")
    assert hit.startswith("jam · bob · ")
    assert "printer eats paper" in hit
    assert "kittens" in (await channel.asked("!similar young pets that doze", 2))[1]
    # By the vector that it has.
    assert (await channel.asked("!similar jam", 2))[0] == "What resembles it most:"
    [mistake] = await channel.asked("!search hello autor:bob", 1)
    assert "at 7: there is no field 'autor'" in mistake


async def test_what_is_kept_of_it(channel: Channel) -> None:
    head, text, noted = (await channel.asked("!show jam", 3))[:3]
    assert "by bob" in head
    assert text == SAID_BEFORE[0]["text"]
    assert noted.startswith("language en · about ")
    [missing] = await channel.asked("!show nothing", 1)
    assert missing == "There is no document nothing."
    seen = (await channel.asked("!seen bob", 1))[0]
    assert seen.startswith("bob was last heard here ")
    assert seen.endswith(SAID_BEFORE[0]["text"])
    assert (await channel.asked("!seen nobody", 1)) == ["nobody was never heard."]
    assert (await channel.asked("!stats bob", 1))[0].startswith("bob: 1 line here and 1 line in all")
    assert " by " in (await channel.asked("!stats", 1))[0]


async def test_what_was_said_last_and_how_all_is(channel: Channel) -> None:
    await channel.stranger.publish({"id": "morning", "author": "carol", "text": "good morning"}, "chat.console.hall")
    await channel.stranger.documents(1, "chat.console.hall")
    [line] = await channel.asked("!recent 1", 1, collection="chat.console.hall")
    assert line.endswith(" <carol> good morning")
    up, figures = await channel.asked("!status", 2)
    assert all(name in up for name in ("analysis", "bot", "database", "ingest", "search"))
    assert " stored" in figures


async def test_private_lines_stay_private(channel: Channel) -> None:
    await channel.stranger.publish({"id": "whisper", "author": "eve", "text": "nobody may know"}, "chat.irc.@eve")
    for document in await channel.stranger.documents(1, "chat.irc.@eve"):
        assert document["id"] == "whisper"
    assert await channel.asked("!show whisper", 1) == ["There is no document whisper."]
    assert await channel.asked("!seen eve", 1) == ["eve was never heard."]
    [refused] = await channel.asked("!search know collection:chat.irc.@eve", 1)
    assert "said in private" in refused
    shown = await channel.asked("show whisper", 2, author="eve", collection="chat.irc.@eve")
    assert shown[1] == "nobody may know"


async def test_a_line_is_said_elsewhere(channel: Channel) -> None:
    listening = await channel.stranger.listening("say.console.general")
    [said] = await channel.asked("!say console.general hello there", 1, collection="chat.console.other")
    assert said == "To console.general: it is on its way."
    assert json.loads((await listening.next_msg(timeout=5)).data)["text"] == "hello there"
