"""Asks an echo of the same kind: `asker plain|plain-uvloop|bus|bus-bytes|raw URL SUBJECT SECONDS_MAX`.

A turn is `COUNT IN_FLIGHT`. It ends when all is answered, or with the first answer that is wrong or does not come.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from time import perf_counter, perf_counter_ns

import nats
import nats.errors
import structlog

from benchmarks.players import say, turns
from benchmarks.players.echo import Echo
from benchmarks.players.events import PAYLOAD_BYTES
from benchmarks.players.lines import LOOPS
from benchmarks.players.raw_asyncio import RawLine
from benchmarks.players.report import Report
from shared.bus.bus import Bus
from shared.bus.nats import NatsWire
from shared.contracts.message import tenant_and_address
from shared.errors import PostilError

TEXT = "x" * PAYLOAD_BYTES
PAYLOAD = TEXT.encode()
NO_ANSWER = (TimeoutError, nats.errors.Error, PostilError)

# Whether the answer was right.
Ask = Callable[[], Awaitable[bool]]


@asynccontextmanager
async def asking_plain(url: str, subject: str, seconds_max: float) -> AsyncIterator[Ask]:
    client = await nats.connect(url)

    async def ask() -> bool:
        return (await client.request(subject, PAYLOAD, timeout=seconds_max)).data == PAYLOAD

    yield ask
    await client.close()


@asynccontextmanager
async def asking_bus(url: str, subject: str, seconds_max: float) -> AsyncIterator[Ask]:
    bus = Bus(await NatsWire.connect(url, name="asker"))
    tenant, _ = tenant_and_address(subject)

    async def ask() -> bool:
        return (await bus.ask(tenant, Echo(text=TEXT), seconds_max=seconds_max)).text == TEXT

    yield ask
    await bus.wire.close()


@asynccontextmanager
async def asking_bus_in_bytes(url: str, subject: str, seconds_max: float) -> AsyncIterator[Ask]:
    bus = Bus(await NatsWire.connect(url, name="asker"))
    tenant, verb = tenant_and_address(subject)

    async def ask() -> bool:
        return (await bus.ask_raw(tenant, verb, PAYLOAD, seconds_max=seconds_max)).payload == PAYLOAD

    yield ask
    await bus.wire.close()


@asynccontextmanager
async def asking_raw(url: str, subject: str, seconds_max: float) -> AsyncIterator[Ask]:
    line = await RawLine.connect(url)

    async def ask() -> bool:
        return await line.ask(subject, PAYLOAD, seconds_max=seconds_max) == PAYLOAD

    yield ask
    await line.close()


ASKING = {
    "plain": asking_plain,
    "plain-uvloop": asking_plain,
    "bus": asking_bus,
    "bus-bytes": asking_bus_in_bytes,
    "raw": asking_raw,
}


async def one_after_the_other(ask: Ask, count: int) -> Report:
    microseconds: list[float] = []
    begun = perf_counter()
    with suppress(*NO_ANSWER):
        for _ in range(count):
            asked_ns = perf_counter_ns()
            if not await ask():
                break
            microseconds.append((perf_counter_ns() - asked_ns) / 1_000)
    return Report(done=len(microseconds), seconds=perf_counter() - begun, microseconds=microseconds)


async def in_flight(ask: Ask, count: int, asking: int) -> Report:
    """As many at a time as there are workers, to the end."""
    answered = 0
    numbers = iter(range(count))

    async def work() -> None:
        nonlocal answered
        with suppress(*NO_ANSWER):
            for _ in numbers:
                if not await ask():
                    return
                answered += 1

    begun = perf_counter()
    await asyncio.gather(*(work() for _ in range(asking)))
    return Report(done=answered, seconds=perf_counter() - begun)


async def play(kind: str, url: str, subject: str, seconds_max: str) -> None:
    async with ASKING[kind](url, subject, float(seconds_max)) as ask:
        say({"ready": True})
        async for count, asking in turns():
            if asking == "1":
                report = await one_after_the_other(ask, int(count))
            else:
                report = await in_flight(ask, int(count), int(asking))
            say(report.model_dump())


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    LOOPS[sys.argv[1]](play(*sys.argv[1:]))
