"""Publishes what standing queries have matched. Each match waits in the figures until the stream has it."""

import asyncio
from collections.abc import Sequence

import structlog

from services.database.search.figures.standing import Due
from services.database.search.index_set import IndexSet
from services.database.search.indexer import Indexer
from services.database.search.readers import Readers
from services.database.sqlite.following import Follower
from shared.bus.bus import Bus
from shared.contracts.documents import Document
from shared.contracts.standing import Match
from shared.errors import TooLarge, Unavailable
from shared.runtime.patience import Patience, pause_unless

log = structlog.get_logger()

PORTION = 100
# After a start, what an earlier life has left is looked for without being told.
LOOK_SECONDS = 5.0


class Announcer:
    def __init__(self, bus: Bus, indexer: Indexer, readers: Readers, patience: Patience) -> None:
        self._bus = bus
        self._indexer = indexer
        self._readers = readers
        self._patience = patience
        self._something = asyncio.Event()
        self._stopping = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    def something_may_be_there(self) -> None:
        """From any thread."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._something.set)

    def stop(self) -> None:
        self._stopping.set()
        self._something.set()

    async def run(self) -> None:
        self._loop = asyncio.get_running_loop()
        while not self._stopping.is_set():
            try:
                # Before it is looked: what comes later sets it again.
                self._something.clear()
                for indexes in self._indexer.sets:
                    while await self._announce(indexes) and not self._stopping.is_set():
                        pass
                self._patience.reset()
                await pause_unless(self._something, LOOK_SECONDS)
            except Unavailable as error:
                pause = self._patience.next_pause_seconds()
                log.warning("waiting", because=error.detail, pause_seconds=pause)
                await pause_unless(self._stopping, pause)

    async def _announce(self, indexes: IndexSet) -> bool:
        """Whether there may be more."""
        waiting = await self._readers.do(lambda follower: _waiting(follower, indexes))
        for due, document, channel in waiting:
            if document is not None:
                await self._tell(indexes.tenant, due, Document.decode(document), channel)
        if waiting:
            keys = [due.key for due, _, _ in waiting]
            await self._indexer.do(lambda: _sent(indexes, keys))
        return len(waiting) == PORTION

    async def _tell(self, tenant: str, due: Due, document: Document, channel: str | None) -> None:
        match = Match(
            name=due.name,
            id=document.id,
            version=due.version,
            at=document.updated_at,
            channel=channel,
            document=document,
        )
        message_id = f"{tenant}-{due.name}-{document.id}-{due.version}"
        try:
            await self._bus.publish(tenant, match, message_id=message_id)
        except TooLarge:
            # `get` has the rest.
            bare = document.model_copy(
                update={"text": None, "data": None, "tags": (), "parents": (), "annotations": ()}
            )
            await self._bus.publish(tenant, match.model_copy(update={"document": bare}), message_id=message_id)


def _waiting(follower: Follower, indexes: IndexSet) -> list[tuple[Due, bytes | None, str | None]]:
    with indexes.using() as using:
        outbox = using.figures.outbox(PORTION)
        channels = {standing.name: standing.channel for standing in using.figures.standing()} if outbox else {}
    documents = follower.documents([each.no for each in outbox])
    return [(each, documents.get(each.no), channels.get(each.name)) for each in outbox]


def _sent(indexes: IndexSet, keys: Sequence[str]) -> None:
    """In the writing thread, between two batches."""
    with indexes.telling(), indexes.using() as using:
        using.figures.sent(keys)
