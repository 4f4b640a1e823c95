"""An endpoint that speaks the chat completions protocol over real sockets, and misbehaves as its script says."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import cast

import orjson
from pydantic import JsonValue

DRIP_SECONDS = 0.005


@dataclass(frozen=True, slots=True)
class Request:
    path: str
    headers: Mapping[str, str]
    body: dict[str, JsonValue]

    @property
    def text(self) -> str:
        return orjson.dumps(self.body).decode()

    @property
    def material(self) -> JsonValue:
        """What was sent as data."""
        messages = cast(list[dict[str, str]], self.body["messages"])
        return cast(JsonValue, orjson.loads(messages[1]["content"]))


class Caller:
    """The other end of one request."""

    def __init__(self, writer: asyncio.StreamWriter, closing: asyncio.Event) -> None:
        self._writer = writer
        self._closing = closing
        self.written = 0

    async def write(self, part: bytes) -> None:
        self._writer.write(part)
        self.written += len(part)
        await self._writer.drain()

    async def hold(self, seconds: float | None = None) -> bool:
        """Do nothing for so long; False when the test is over."""
        try:
            async with asyncio.timeout(seconds):
                await self._closing.wait()
        except TimeoutError:
            return True
        return False


Behaviour = Callable[[Caller], Awaitable[None]]


def responds(
    code: int = 200, body: bytes = b"{}", headers: Mapping[str, str] | None = None, length: int | None = None
) -> Behaviour:
    lines = [f"HTTP/1.1 {code} X", f"content-length: {len(body) if length is None else length}", "connection: close"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]

    async def behave(caller: Caller) -> None:
        await caller.write("\r\n".join([*lines, "", ""]).encode() + body)

    return behave


def completion(said: str | None, usage: JsonValue = None) -> bytes:
    reply: dict[str, JsonValue] = {
        "id": "c1",
        "object": "chat.completion",
        "created": 1,
        "model": "theirs",
        "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": said}}],
    }
    return orjson.dumps({**reply, "usage": usage} if usage is not None else reply)


def says(said: JsonValue, tokens_in: int = 100, tokens_out: int = 20) -> Behaviour:
    words = said if isinstance(said, str) else orjson.dumps(said).decode()
    usage: JsonValue = {"prompt_tokens": tokens_in, "completion_tokens": tokens_out, "total_tokens": 0}
    return responds(body=completion(words, usage))


async def hangs(caller: Caller) -> None:
    await caller.hold()


async def drips(caller: Caller) -> None:
    """A byte at a time, for ever: no single wait is long."""
    await caller.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n")
    while await caller.hold(DRIP_SECONDS):
        await caller.write(b" ")


async def floods(caller: Caller) -> None:
    """More than anybody reads."""
    await caller.write(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n")
    while True:
        await caller.write(b" " * 65_536)


class FakeEndpoint:
    def __init__(self) -> None:
        self.script: deque[Behaviour] = deque()
        self.otherwise: Behaviour = responds(500)
        self.requests: list[Request] = []
        self.callers: list[Caller] = []
        self.at_once = 0
        self.at_once_max = 0
        self._closing = asyncio.Event()
        self._port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}/v1"

    def will(self, *behaviours: Behaviour) -> None:
        self.script.extend(behaviours)

    @asynccontextmanager
    async def running(self) -> AsyncIterator["FakeEndpoint"]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self._port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            self._closing.set()
            server.close()
            await server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.at_once += 1
        self.at_once_max = max(self.at_once, self.at_once_max)
        try:
            self.requests.append(await _request(reader))
            caller = Caller(writer, self._closing)
            self.callers.append(caller)
            await (self.script.popleft() if self.script else self.otherwise)(caller)
        except (ConnectionError, asyncio.IncompleteReadError):
            # Whoever asked has gone.
            pass
        finally:
            self.at_once -= 1
            writer.close()


async def _request(reader: asyncio.StreamReader) -> Request:
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    first, *lines = head.strip().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Request(first.split(" ")[1], headers, orjson.loads(body))
