"""What a stranger does who has plain nats-py and the docs."""

import json
import socket
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

import nats
from nats.aio.client import Client

from tests.until import until

ALL = {"broker", "ingest", "database", "search", "analysis", "bot"}


@asynccontextmanager
async def client(url: str) -> AsyncIterator[Client]:
    connection = await nats.connect(url, reconnect_time_wait=0.05, error_cb=_nothing)
    try:
        yield connection
    finally:
        await connection.close()


async def put(connection: Client, id: str) -> bool:
    """Whether it is committed for certain."""
    document = json.dumps({"id": id, "collection": "notes", "text": id}).encode()
    try:
        reply = await connection.request("postil.main.put", document, timeout=2)
    except (nats.errors.Error, OSError):
        return False
    return "results" in json.loads(reply.data)


async def put_until_committed(connection: Client, id: str) -> None:
    await until(lambda: put(connection, id), seconds_max=30)


async def publish(connection: Client, id: str) -> None:
    document = json.dumps({"id": id, "text": id}).encode()
    await connection.jetstream().publish("postil.main.docs.notes", document)


async def ids(connection: Client) -> set[str]:
    reply = await connection.request("postil.main.list", b'{"collection": "notes"}', timeout=5)
    return {item["id"] for item in json.loads(reply.data)["items"]}


async def until_kept(connection: Client, wanted: Iterable[str]) -> None:
    expected = set(wanted)

    async def kept() -> bool:
        try:
            return await ids(connection) == expected
        except (nats.errors.Error, OSError, KeyError):
            return False

    await until(kept, seconds_max=30)


def listens(url: str) -> bool:
    host, _, port = url.removeprefix("nats://").partition(":")
    with socket.socket() as caller:
        return caller.connect_ex((host, int(port))) == 0


async def _nothing(_: Exception) -> None:
    """A lost connection is what these tests are about."""
