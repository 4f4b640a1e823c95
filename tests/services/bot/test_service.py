"""The bot hears chat lines as they are published, and answers its commands."""

import asyncio
from collections.abc import Awaitable, Callable

import orjson

from services.bot import commands
from services.bot.command import Command
from services.bot.service import BotService
from shared.bus.bus import Bus, reply_with
from shared.bus.memory import MemoryBroker, MemoryWire
from shared.bus.wire import Calling, Delivery, Endpoint, Reply
from shared.catalogue import parts_in
from shared.clock import EPOCH
from shared.contracts.chat import Say
from shared.contracts.documents import Document
from shared.contracts.standing import Match
from shared.contracts.stats import CollectionStats, GetStats, Stats
from shared.runtime.runner import Runner
from shared.settings import Settings
from tests.simulation.loop import Simulation, run_simulated
from tests.until import until

Answer = Callable[[Delivery], Awaitable[Reply]]


async def three_lines(request: Delivery) -> Reply:
    collection = GetStats.decode(request.payload).collection or ""
    here = CollectionStats(collection=collection, documents=3, last_seq=3)
    return reply_with(Stats(documents=3, last_seq=3, announced_seq=3, collections=(here,)))


async def no_lines(request: Delivery) -> Reply:
    return reply_with(Stats(documents=0, last_seq=0, announced_seq=0, collections=()))


def said_after(
    payload: bytes, *, expected: int, database: Answer | None = three_lines, channel: str = "irc.py"
) -> list[Say]:
    """What the bot says after a message in a channel."""
    said: list[Say] = []

    async def story(simulation: Simulation) -> None:
        broker = MemoryBroker(simulation.clock, simulation.chance)
        wire = MemoryWire(broker, "network")
        if database is not None:
            await wire.answer(Calling("db", "1.0.0", "", dict), [Endpoint("stats", "postil.*.stats", database, 1)])
        await wire.watch("postil.main.say.>", lambda each: said.append(Say.decode(each.payload)), lambda: None)
        bus = Bus(MemoryWire(broker, "bot"))
        service = BotService(bus, parts_in(commands, "command", Command), "!")
        runner = Runner(service, bus, Settings(), simulation.clock)
        ready = asyncio.Event()
        running = asyncio.create_task(runner.run(ready.set))
        await ready.wait()
        await wire.append(f"postil.main.docs.chat.{channel}", payload)
        await until(lambda: len(said) >= expected)
        await asyncio.sleep(5)
        runner.stopping.set()
        await running

    run_simulated(story, 1)
    return said


def test_a_command_is_answered_in_its_channel_to_whom_gave_it() -> None:
    [say] = said_after(b'{"id": "l1", "author": "ada", "text": "!stats"}', expected=1)
    assert (say.network, say.channel, say.to, say.in_reply_to) == ("irc", "py", "ada", "l1")
    assert say.text == "3 lines are kept of py."


def test_a_plain_text_line_is_heard_too_and_a_channel_may_have_dots() -> None:
    [say] = said_after(b"!stats", expected=1, channel="irc.a.b")
    assert say.channel == "a.b"


def test_several_lines_of_one_message_are_each_heard() -> None:
    lines = orjson.dumps([{"text": "!stats"}, {"text": "hello"}, {"text": "!help"}])
    assert [say.text for say in said_after(lines, expected=2)] == [
        "3 lines are kept of py.",
        "!stats: how many lines are kept of this channel",
    ]


def test_what_is_no_command_is_not_answered() -> None:
    for payload in (b"hello !stats", b"!unknown", b"", b'{"txt": "!stats"}', b"\xff!stats", b'{"title": "x"}', b"[1]"):
        assert said_after(payload, expected=0) == []


def test_an_empty_channel_is_told_to_be_one() -> None:
    [say] = said_after(b"!stats", expected=1, database=no_lines)
    assert say.text == "Nothing is kept of py yet."


def test_it_says_honestly_that_the_database_does_not_answer() -> None:
    [say] = said_after(b"!stats", expected=1, database=None)
    assert "your line is safe" in say.text


def test_a_subject_that_names_no_channel_is_not_heard() -> None:
    assert said_after(b"!help", expected=0, channel="irc") == []


def test_what_a_standing_query_has_found_is_said_in_its_channel() -> None:
    document = Document(
        id="T-1",
        tenant="main",
        collection="tickets",
        title="It\nstops \x1b[31m",
        author="ada",
        version=1,
        seq=1,
        created_at=EPOCH,
        updated_at=EPOCH,
    )
    found = [
        Match(name="outages", id="T-1", version=1, at=EPOCH, channel=channel, document=document)
        for channel in (None, "irc.ops.late")
    ]
    said: list[Say] = []

    async def story(simulation: Simulation) -> None:
        broker = MemoryBroker(simulation.clock, simulation.chance)
        wire = MemoryWire(broker, "search")
        await wire.watch("postil.main.say.>", lambda each: said.append(Say.decode(each.payload)), lambda: None)
        bus = Bus(MemoryWire(broker, "bot"))
        runner = Runner(BotService(bus, (), "!"), bus, Settings(), simulation.clock)
        ready = asyncio.Event()
        running = asyncio.create_task(runner.run(ready.set))
        await ready.wait()
        for match in found:
            await Bus(wire).publish("main", match)
        await until(lambda: bool(said))
        runner.stopping.set()
        await running

    run_simulated(story, 1)
    assert [(say.network, say.channel, say.text) for say in said] == [
        ("irc", "ops.late", "outages: It stops ␛[31m (tickets/T-1 by ada)")
    ]
