"""The same by FastStream, as its documentation shows it: `faststream_service URL NAME FILE`.

A typed handler on a durable pull subscriber, ten messages at a time, with the database in the application's context; a
commit for each message, and the acknowledgement after it. On uvloop, as its own command line runs it, and without the
line that it logs for every message, which would cost it a good deal.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

import aiosqlite
import uvloop
from faststream import Context, ContextRepo, FastStream
from faststream.nats import JStream, NatsBroker, PullSub
from pydantic import BaseModel

from benchmarks.players import say, until_told
from benchmarks.players.plain_table import INSERT, new_table

MESSAGES_MAX = 10


class Document(BaseModel):
    id: str
    collection: str
    text: str
    author: str


def application(url: str, name: str, file: str) -> FastStream:
    broker = NatsBroker(url, logger=None)

    @asynccontextmanager
    async def lifespan(context: ContextRepo) -> AsyncIterator[None]:
        async with new_table(file) as database:
            context.set_global("database", database)
            yield

    @broker.subscriber(
        f"{name}.docs", durable="keeper", stream=JStream(name), pull_sub=PullSub(batch_size=MESSAGES_MAX)
    )
    async def keep(documents: list[Document], database: Annotated[aiosqlite.Connection, Context()]) -> None:
        # Ten of these are under way at a time. A cursor that is left to be collected can then end the work of the
        # next one half-way, and nobody is told: so it is closed.
        async with database.executemany(INSERT, [document.model_dump() for document in documents]):
            await database.commit()

    return FastStream(broker, lifespan=lifespan, logger=None, after_startup=[lambda: say({"ready": True})])


async def serve(url: str, name: str, file: str) -> None:
    service = application(url, name, file)
    running = asyncio.create_task(service.run())
    await until_told()
    service.exit()
    await running


if __name__ == "__main__":
    uvloop.run(serve(*sys.argv[1:]))
