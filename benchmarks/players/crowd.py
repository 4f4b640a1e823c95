"""People who chat, and the network that they are on: `crowd URL TENANT NAME SECONDS_MAX`.

A turn is `chat PER_SECOND COUNT CHANNELS EVERY COMMAND…`: so many lines, each EVERYth of them that command, until all
answers have been heard. `begin PER_SECOND CHANNELS` goes on without commands until `end`. `bare PER_SECOND COUNT` asks
an echo at the same pace. What is missing after SECONDS_MAX, and what comes twice, the report says.
"""

import asyncio
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import count

import orjson
import structlog
import uvloop

from benchmarks.open_loop import Arrival, Work, evenly, open_loop
from benchmarks.players import say, turns
from benchmarks.players.echo import EchoBytes
from benchmarks.players.events import PAYLOAD_BYTES
from shared.bus.bus import Bus, reply_with
from shared.bus.nats import NatsWire
from shared.bus.wire import Calling, Delivery, Endpoint, Reply
from shared.contracts.chat import Said, chat_collection
from shared.contracts.message import Contract, subject_for
from shared.errors import PostilError

# There everybody may give as many commands as they like.
NETWORK = "console"
PEOPLE_COUNT = 200
TEXT = "and then we looked at the log of the broker again, and there it was"
ECHOED = b"x" * PAYLOAD_BYTES
CONFIRMING_COUNT_MAX = 1_024


class CrowdReport(Contract):
    lines: int
    # Of the lines, and what was asked of an echo.
    asked: int = 0
    answered: int = 0
    # Answers to what was answered already, or to what nobody has asked.
    surplus: int = 0
    # From the moment at which each was meant to be asked.
    microseconds: Sequence[float] = ()
    late_microseconds_max: float = 0.0


class Crowd:
    def __init__(self, bus: Bus, tenant: str, name: str, seconds_max: float) -> None:
        self._bus = bus
        self._tenant = tenant
        self._name = name
        self._seconds_max = seconds_max
        self._ids = count()
        self._awaited: dict[str, tuple[Arrival, asyncio.Event]] = {}
        self._stopping = False
        self._forget()

    async def listen(self) -> None:
        """As a network does: what is to be said in our channels we take, and say so."""
        endpoint = Endpoint(
            "say", subject_for(self._tenant, f"say.{NETWORK}.{self._name}.>"), self.take, CONFIRMING_COUNT_MAX
        )
        calling = Calling(f"bench-{self._name}", "1.0.0", "People who chat.", dict)
        await self._bus.wire.answer(calling, [endpoint])

    async def chat(self, moments: Iterable[float], channels: int, every: int = 0, command: str = "") -> CrowdReport:
        """Each line at its moment, from one channel to the next."""

        async def speak(arrival: Arrival) -> None:
            # A channel has commands when its turn comes, and every channel gets its turn.
            round_number, channel = divmod(arrival.number, channels)
            if every and (round_number + channel) % every == 0:
                await self._ask(arrival, channel, command)
            else:
                await self._say(f"{self._name}-{next(self._ids)}", channel, TEXT)

        return await self._flow(moments, speak)

    async def bare(self, moments: Iterable[float]) -> CrowdReport:
        """A request and its reply, with nothing between the two but the bus."""

        async def ask(arrival: Arrival) -> None:
            self._asked += 1
            with suppress(PostilError):
                reply = await self._bus.ask_raw(self._tenant, EchoBytes.verb, ECHOED, seconds_max=self._seconds_max)
                if reply.payload == ECHOED:
                    self._microseconds.append(arrival.elapsed_seconds * 1_000_000)

        return await self._flow(moments, ask)

    def until_end(self, per_second: float) -> Iterator[float]:
        self._stopping = False
        numbers = count()
        while not self._stopping:
            yield next(numbers) / per_second

    def end(self) -> None:
        self._stopping = True

    async def take(self, said: Delivery) -> Reply:
        awaited = self._awaited.pop(orjson.loads(said.payload).get("in_reply_to") or "", None)
        if awaited is None:
            self._surplus += 1
        else:
            arrival, answered = awaited
            self._microseconds.append(arrival.elapsed_seconds * 1_000_000)
            answered.set()
        return reply_with(Said())

    async def _ask(self, arrival: Arrival, channel: int, command: str) -> None:
        id = f"{self._name}-{next(self._ids)}"
        answered = asyncio.Event()
        self._awaited[id] = arrival, answered
        self._asked += 1
        await self._say(id, channel, command)
        await answered.wait()

    async def _say(self, id: str, channel: int, text: str) -> None:
        self._lines += 1
        collection = chat_collection(NETWORK, f"{self._name}.{channel}")
        line = orjson.dumps({"id": id, "author": f"person-{self._lines % PEOPLE_COUNT}", "text": text})
        await self._bus.wire.publish(subject_for(self._tenant, f"docs.{collection}"), line)

    async def _flow(self, moments: Iterable[float], work: Work) -> CrowdReport:
        flow = await open_loop(moments, work, seconds_max=self._seconds_max)
        # Whoever comes too late is one too many.
        self._awaited.clear()
        report = CrowdReport(
            lines=self._lines,
            asked=self._asked,
            answered=len(self._microseconds),
            surplus=self._surplus,
            microseconds=self._microseconds,
            late_microseconds_max=flow.late.ms_max * 1_000,
        )
        self._forget()
        return report

    def _forget(self) -> None:
        """Begin anew. What is too much may still come: the next report tells it."""
        self._lines = self._asked = self._surplus = 0
        self._microseconds: list[float] = []


async def play(url: str, tenant: str, name: str, seconds_max: str) -> None:
    wire = await NatsWire.connect(url, name="crowd")
    crowd = Crowd(Bus(wire), tenant, name, float(seconds_max))
    await crowd.listen()
    say({"ready": True})
    background: asyncio.Task[CrowdReport] | None = None
    async for words in turns():
        match words:
            case ["chat", per_second, count_, channels, every, *command]:
                moments = evenly(int(count_), float(per_second))
                said = await crowd.chat(moments, int(channels), int(every), " ".join(command))
            case ["bare", per_second, count_]:
                said = await crowd.bare(evenly(int(count_), float(per_second)))
            case ["begin", per_second, channels]:
                background = asyncio.create_task(crowd.chat(crowd.until_end(float(per_second)), int(channels)))
                said = CrowdReport(lines=0)
            case _:
                crowd.end()
                assert background is not None
                said = await background
        say(said.model_dump())
    await wire.close()


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    uvloop.run(play(*sys.argv[1:]))
