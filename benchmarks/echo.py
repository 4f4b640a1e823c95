"""Two services that do nothing but answer, each in a process of its own: by plain nats-py, and through our bus."""

import asyncio
import sys
from typing import ClassVar

import nats
import structlog
import uvloop
from nats.aio.msg import Msg

from shared.bus.bus import Bus
from shared.bus.nats import NatsWire
from shared.clock import SystemClock
from shared.contracts.message import Contract, Query
from shared.runtime.runner import Runner
from shared.runtime.service import Service, answer
from shared.settings import Settings

PLAIN_SUBJECT = "bench.echo"


class Echoed(Contract):
    text: str


class Echo(Query[Echoed]):
    verb: ClassVar[str] = "bench-echo"

    text: str


class EchoService(Service):
    name = "bench-echo"
    description = "Says what it was told."

    @answer
    async def echo(self, tenant: str, query: Echo) -> Echoed:
        return Echoed(text=query.text)


async def serve_plain(url: str) -> None:
    client = await nats.connect(url)

    async def echo(message: Msg) -> None:
        await message.respond(message.data)

    await client.subscribe(PLAIN_SUBJECT, cb=echo)
    await asyncio.Event().wait()


async def serve_on_bus(url: str) -> None:
    bus = Bus(await NatsWire.connect(url, name="echo"))
    await Runner(EchoService(), bus, Settings(), SystemClock()).run()


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    # Plain nats-py as its documentation has it, on asyncio; ours as our services run.
    if sys.argv[1] == "plain":
        asyncio.run(serve_plain(sys.argv[2]))
    else:
        uvloop.run(serve_on_bus(sys.argv[2]))
