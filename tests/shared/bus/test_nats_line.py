"""The way from the socket to an ear, where the server's other words come in between."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from itertools import pairwise

import pytest

from shared.bus.nats import NatsWire
from shared.bus.wire import Delivery
from tests.until import until

# Of the event loop: enough for a piece to come, and for nats-py's tasks to read and answer it.
TURNS = 3
INFO = b'INFO {"server_id":"S","version":"2.15.1","max_payload":1048576,"headers":true}\r\n'


class ScriptedServer:
    """Speaks just enough of the protocol to be connected to, and says what it is told to, in the pieces given."""

    def __init__(self) -> None:
        self._writer: asyncio.StreamWriter | None = None
        self.subscriptions: dict[bytes, bytes] = {}
        self.pongs = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        writer.write(INFO)
        while line := await reader.readline():
            word, *rest = line.split()
            if word == b"PING":
                writer.write(b"PONG\r\n")
            elif word == b"PONG":
                self.pongs += 1
            elif word == b"SUB":
                self.subscriptions[rest[0]] = rest[-1]
        writer.close()

    async def say(self, words: bytes) -> None:
        """It is on its way when this returns, and whoever hears it has had the turns to do something about it."""
        assert self._writer is not None
        self._writer.write(words)
        for _ in range(TURNS):
            await self._writer.drain()
            await asyncio.wait_for(asyncio.to_thread(int), 5)


@pytest.fixture
async def server() -> AsyncIterator[tuple[ScriptedServer, str]]:
    scripted = ScriptedServer()
    listening = await asyncio.start_server(scripted.serve, "127.0.0.1", 0)
    yield scripted, f"nats://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    listening.close()


def pieces(words: bytes, size: int) -> Iterator[bytes]:
    edges = [*range(0, len(words), size), len(words)]
    return (words[begin:end] for begin, end in pairwise(edges))


@pytest.mark.parametrize("size", [1, 7, 20, 64])
async def test_a_message_that_is_half_here_is_not_disturbed_by_what_else_the_server_says(
    server: tuple[ScriptedServer, str], size: int
) -> None:
    scripted, url = server
    wire = await NatsWire.connect(url)
    heard: list[Delivery] = []
    await wire.watch("x", heard.append, lambda: None)
    message = b"MSG x %b 10\r\n0123456789\r\n" % scripted.subscriptions[b"x"]
    for piece in pieces(b"PING\r\n" + message * 3 + b"PING\r\n" + message + b"PING\r\n", size):
        await scripted.say(piece)
    await until(lambda: len(heard) == 4 and scripted.pongs == 3)
    assert {each.payload for each in heard} == {b"0123456789"}
    await wire.close()
