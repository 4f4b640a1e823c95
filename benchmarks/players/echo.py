"""A service that does nothing but answer: `echo bus URL`, or `echo plain|plain-uvloop|raw URL SUBJECT`.

By plain nats-py, as its documentation has it, on either loop; through our bus, as our services run; or on a raw socket,
where there is no C compiler. On our bus it answers every tenant.
"""

import asyncio
import sys
from typing import ClassVar

import nats
import structlog
from nats.aio.msg import Msg

from benchmarks.players import say, until_told
from benchmarks.players.lines import LOOPS
from benchmarks.players.raw_asyncio import RawLine
from shared.bus.bus import Bus
from shared.bus.nats import NatsWire
from shared.bus.wire import Delivery, Reply
from shared.clock import SystemClock
from shared.contracts.message import Contract, Query
from shared.runtime.runner import Runner
from shared.runtime.service import Service, answer, answer_raw
from shared.settings import Settings


class Echoed(Contract):
    text: str


class Echo(Query[Echoed]):
    verb: ClassVar[str] = "bench-echo"

    text: str


class EchoBytes(Query[Echoed]):
    """The same without contracts: who asks and who answers leave the bytes as they are."""

    verb: ClassVar[str] = "bench-echo-bytes"

    text: str


class EchoService(Service):
    name = "bench-echo"
    description = "Says what it was told."

    @answer
    async def echo(self, tenant: str, query: Echo) -> Echoed:
        return Echoed(text=query.text)

    @answer_raw(EchoBytes)
    async def echo_bytes(self, tenant: str, request: Delivery) -> Reply:
        return Reply(request.payload)


async def serve_plain(url: str, subject: str) -> None:
    client = await nats.connect(url)

    async def echo(message: Msg) -> None:
        await message.respond(message.data)

    await client.subscribe(subject, cb=echo)
    await client.flush()
    say({"ready": True})
    await until_told()
    await client.close()


async def serve_on_bus(url: str) -> None:
    bus = Bus(await NatsWire.connect(url, name="echo"))
    runner = Runner(EchoService(), bus, Settings(), SystemClock())
    running = asyncio.create_task(runner.run(lambda: say({"ready": True})))
    await until_told()
    runner.stopping.set()
    await running
    await bus.wire.close()


async def serve_raw(url: str, subject: str) -> None:
    line = await RawLine.connect(url)
    await line.echo(subject)
    say({"ready": True})
    await until_told()
    await line.close()


async def serve(kind: str, url: str, subject: str = "") -> None:
    match kind:
        case "bus" | "bus-bytes":
            await serve_on_bus(url)
        case "raw":
            await serve_raw(url, subject)
        case _:
            await serve_plain(url, subject)


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    LOOPS[sys.argv[1]](serve(*sys.argv[1:]))
