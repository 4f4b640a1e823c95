"""A crowd says what it was told to, in every channel, and counts each answer."""

from collections import Counter
from typing import cast

import orjson
import pytest

from benchmarks.open_loop import evenly
from benchmarks.players.crowd import Crowd
from shared.bus.bus import Bus
from shared.bus.wire import NO_HEADERS, Delivery, Headers, Reply, Wire
from shared.contracts.chat import Say
from shared.errors import TimedOut


class Answering:
    """In place of a bus: whoever gives a command is told so many times what to say."""

    def __init__(self, times: int) -> None:
        self._times = times
        self.crowd = Crowd(Bus(cast(Wire, self)), "crowd", "load", 0.05)
        self.channels: Counter[str] = Counter()
        self.commands: Counter[str] = Counter()

    async def publish(self, subject: str, payload: bytes, headers: Headers = NO_HEADERS) -> None:
        line = orjson.loads(payload)
        self.channels[subject] += 1
        if line["text"].startswith("!"):
            self.commands[subject] += 1
            say = Say(network="console", channel="load.0", text="here", in_reply_to=line["id"])
            for _ in range(self._times):
                await self.crowd.take(Delivery("say", say.encode()))

    async def request(self, subject: str, payload: bytes, headers: Headers, *, seconds_max: float) -> Reply:
        if not self._times:
            raise TimedOut("nobody has answered")
        return Reply(payload)


async def test_every_channel_has_its_lines_and_its_commands() -> None:
    bus = Answering(1)
    report = await bus.crowd.chat(evenly(100, 10_000), 5, 10, "!more")
    assert (report.lines, report.asked, report.answered, report.surplus) == (100, 10, 10, 0)
    assert len(report.microseconds) == 10
    channels = [f"postil.crowd.docs.chat.console.load.{number}" for number in range(5)]
    assert bus.channels == dict.fromkeys(channels, 20)
    assert bus.commands == dict.fromkeys(channels, 2)


@pytest.mark.parametrize(("times", "answered", "surplus"), [(0, 0, 0), (2, 3, 3)])
async def test_what_is_missing_and_what_is_too_much_is_told(times: int, answered: int, surplus: int) -> None:
    bus = Answering(times)
    report = await bus.crowd.chat(evenly(3, 10_000), 1, 1, "!more")
    assert (report.asked, report.answered, report.surplus) == (3, answered, surplus)
    # Each report is of its own turn.
    assert (await bus.crowd.chat(evenly(3, 10_000), 1)).asked == 0
    bare = await bus.crowd.bare(evenly(3, 10_000))
    assert (bare.asked, bare.answered) == (3, 3 if times else 0)


async def test_it_goes_on_until_it_is_told_to_end() -> None:
    bus = Answering(1)
    moments = bus.crowd.until_end(10_000)
    assert [next(moments) for _ in range(3)] == evenly(3, 10_000)
    bus.crowd.end()
    assert list(moments) == []
