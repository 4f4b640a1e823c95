"""The lines to a broker that are compared, with no more around them than one publisher and one listener need."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from types import MappingProxyType
from typing import Any, Protocol

import nats
import uvloop
from nats.aio.client import Client
from nats.aio.msg import Msg

from benchmarks.players.raw_asyncio import RawLine
from shared.bus.nats import NatsWire

Hear = Callable[[bytes], None]
Run = Callable[[Coroutine[Any, Any, None]], None]

# nats-py as its users have it unless they do something about it; our own as our services run.
LOOPS: Mapping[str, Run] = MappingProxyType(
    {"plain": asyncio.run, "plain-uvloop": uvloop.run, "bus": uvloop.run, "bus-bytes": uvloop.run, "raw": uvloop.run}
)


class Line(Protocol):
    async def publish(self, subject: str, payload: bytes) -> None: ...

    async def listen(self, subject: str, hear: Hear) -> None:
        """In force at the server when this returns."""

    async def close(self) -> None: ...


class PlainLine:
    """nats-py, as its documentation has it."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self.publish = client.publish
        self.close = client.close

    async def listen(self, subject: str, hear: Hear) -> None:
        async def heard(message: Msg) -> None:
            hear(message.data)

        await self._client.subscribe(subject, cb=heard)
        await self._client.flush()


class BusLine:
    def __init__(self, wire: NatsWire) -> None:
        self._wire = wire
        self.publish = wire.publish
        self.close = wire.close

    async def listen(self, subject: str, hear: Hear) -> None:
        await self._wire.watch(subject, lambda delivery: hear(delivery.payload), _missed)


async def connected(kind: str, url: str) -> Line:
    match kind:
        case "bus":
            return BusLine(await NatsWire.connect(url, name="bench"))
        case "raw":
            return await RawLine.connect(url)
        case _:
            return PlainLine(await nats.connect(url))


def _missed() -> None:
    """What it missed is missing in the count."""
