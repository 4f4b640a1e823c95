"""A server on loopback that speaks the protocol of embeddings, well or badly."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import BaseModel


class Body(BaseModel):
    model: str
    input: list[str]
    dimensions: int | None = None
    encoding_format: str | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    path: str
    headers: Mapping[str, str]
    body: Body


Respond = Callable[[Asked, asyncio.StreamWriter], Awaitable[None]]


@dataclass(slots=True)
class Server:
    url: str = ""
    asked: list[Asked] = field(default_factory=list)

    @property
    def texts(self) -> list[str]:
        return [text for asked in self.asked for text in asked.body.input]


@contextlib.asynccontextmanager
async def serving(respond: Respond) -> AsyncIterator[Server]:
    server = Server()
    at_work: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.closing(writer), contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            asked = await _read(reader)
            server.asked.append(asked)
            await respond(asked, writer)

    def begin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        at_work.add(asyncio.create_task(serve(reader, writer)))

    listening = await asyncio.start_server(begin, "127.0.0.1", 0)
    server.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/v1"
    try:
        yield server
    finally:
        listening.close()
        for task in at_work:
            task.cancel()
        await asyncio.gather(*at_work, return_exceptions=True)


async def _read(reader: asyncio.StreamReader) -> Asked:
    head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
    body = await reader.readexactly(int(headers["content-length"]))
    return Asked(head[0].split(" ")[1], headers, Body.model_validate_json(body))


async def send(
    writer: asyncio.StreamWriter, body: bytes, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> None:
    lines = [f"HTTP/1.1 {status} Whatever", "Content-Type: application/json", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    writer.write("\r\n".join([*lines, "", ""]).encode() + body)
    await writer.drain()


def reply_of(vectors: Sequence[Sequence[float]]) -> bytes:
    """In reverse: the protocol leaves the order to the server, and says which is which."""
    data = [{"object": "embedding", "index": at, "embedding": vector} for at, vector in enumerate(vectors)]
    return json.dumps({"object": "list", "model": "m", "data": data[::-1]}).encode()


async def well(asked: Asked, writer: asyncio.StreamWriter) -> None:
    """Three dimensions, by which a test can tell the texts apart."""
    await send(writer, reply_of([[len(text), text.count("a") + 1, 2.0] for text in asked.body.input]))
