"""What most scenarios do to Postil: publish documents, put them, and count what has arrived in the database."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import orjson

from benchmarks.stage import Stage
from shared.bus.bus import Bus
from shared.bus.nats import NatsWire
from shared.contracts.documents import Document, Draft, ListDocuments
from shared.contracts.saving import PutDocuments, Saved
from shared.contracts.stats import GetStats, Stats

QUERY_SECONDS_MAX = 30.0
QUIET_SECONDS_MAX = 60.0
COUNT_PAUSE_SECONDS = 0.002
QUIET_PAUSE_SECONDS = 0.01
PAGE_COUNT = 1_000
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

    async def put_payload(self, payload: bytes) -> None:
        """The same with documents that are JSON already and name their collection; whether all are there, count."""
        await self.bus.ask_raw(self.tenant, PutDocuments.verb, payload, seconds_max=QUERY_SECONDS_MAX)

    async def count(self, collection: str | None = None) -> int:
        """How many documents the database has: of the tenant, or of one of its collections."""
        stats = await self._stats(collection)
        return stats.documents if collection is None else sum(each.documents for each in stats.collections)

    async def documents(self) -> Sequence[Document]:
        """All that the tenant has."""
        found: list[Document] = []
        after: str | None = None
        while True:
            query = ListDocuments(limit=PAGE_COUNT, after=after)
            page = await self.bus.ask(self.tenant, query, seconds_max=QUERY_SECONDS_MAX)
            found += page.items
            after = page.next
            if after is None:
                return found

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

    async def until_quiet(self, *, seconds_max: float = QUIET_SECONDS_MAX) -> None:
        """Until everything that was given is announced and annotated: else what is measured next would pay for it."""

        async def quiet() -> bool:
            before = await self._stats()
            streams = await self.bus.wire.streams()
            waiting = any(each.waiting or each.unacknowledged for stream in streams for each in stream.consumers)
            # An annotation that was committed in between is still to be announced.
            after = await self._stats()
            if waiting or not before.last_seq == after.last_seq == after.announced_seq:
                await asyncio.sleep(QUIET_PAUSE_SECONDS)
                return False
            return True

        await self._stage.until("nothing left to do", quiet, seconds_max=seconds_max)

    async def _stats(self, collection: str | None = None) -> Stats:
        return await self.bus.ask(self.tenant, GetStats(collection=collection), seconds_max=QUERY_SECONDS_MAX)


@asynccontextmanager
async def connected(stage: Stage) -> AsyncIterator[Client]:
    wire = await NatsWire.connect(stage.system.url, name="bench")
    try:
        yield Client(Bus(wire), stage)
    finally:
        await wire.close()


def payload_of(ids: Sequence[str], document_bytes: int, collection: str | None = None) -> bytes:
    """A message with so many documents, each of about that size; for `put` they have to name their collection."""
    text = "x" * max(1, document_bytes - ENVELOPE_BYTES)
    named = {} if collection is None else {"collection": collection}
    return orjson.dumps([{"id": id, **named, "text": text, "author": "bench"} for id in ids])
