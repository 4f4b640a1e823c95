"""What most scenarios do to Postil: publish documents, put them, and count what has arrived in the database."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import orjson

from benchmarks.stage import Stage
from shared.bus.bus import Bus
from shared.bus.nats import NatsWire
from shared.contracts.documents import Draft
from shared.contracts.saving import PutDocuments, Saved
from shared.contracts.stats import GetStats

QUERY_SECONDS_MAX = 30.0
COUNT_PAUSE_SECONDS = 0.002
# What a document's fields and punctuation come to, beside its text.
ENVELOPE_BYTES = 60


class Client:
    """Speaks for the stage's tenant."""

    def __init__(self, bus: Bus, stage: Stage) -> None:
        self.bus = bus
        self.tenant = stage.tenant
        self._stage = stage

    async def publish(self, collection: str, payload: bytes) -> None:
        """Through the stream; returns when the broker has it on disk."""
        await self.bus.wire.append(f"postil.{self.tenant}.docs.{collection}", payload)

    async def put(self, *drafts: Draft) -> Sequence[Saved]:
        """By request; returns when they are committed."""
        reply = await self.bus.ask(self.tenant, PutDocuments(documents=drafts), seconds_max=QUERY_SECONDS_MAX)
        return reply.results

    async def count(self, collection: str | None = None) -> int:
        """How many documents the database has."""
        stats = await self.bus.ask(self.tenant, GetStats(collection=collection), seconds_max=QUERY_SECONDS_MAX)
        return stats.documents

    async def until_committed(self, count: int, collection: str | None = None, *, seconds_max: float) -> None:
        """Until the database has so many documents. More than that are as wrong as fewer."""
        found = 0

        async def all_there() -> bool:
            nonlocal found
            found = await self.count(collection)
            if found < count:
                await asyncio.sleep(COUNT_PAUSE_SECONDS)
            return found >= count

        await self._stage.until(f"{count} documents committed", all_there, seconds_max=seconds_max)
        self._stage.expect("documents in the database", found, count)


@asynccontextmanager
async def connected(stage: Stage) -> AsyncIterator[Client]:
    wire = await NatsWire.connect(stage.system.url, name="bench")
    try:
        yield Client(Bus(wire), stage)
    finally:
        await wire.close()


def payload_of(ids: Sequence[str], document_bytes: int) -> bytes:
    """A message with so many documents, each of about that size."""
    text = "x" * max(1, document_bytes - ENVELOPE_BYTES)
    return orjson.dumps([{"id": id, "text": text, "author": "bench"} for id in ids])
