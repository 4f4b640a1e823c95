"""The database service: owns all persistence, and is the only one who speaks to the store."""

from collections.abc import Coroutine, Mapping, Sequence
from typing import Any, cast

import structlog

from services.database.encoding import change_page, document_items, document_page, pending_page
from services.database.feed import Feed
from services.database.sqlite.store import SqliteStore
from services.database.store import Annotate as AnnotateWork
from services.database.store import Delete, Save, Store
from services.database.sweeper import Sweeper
from services.database.writer import Writer
from shared.bus.bus import Bus
from shared.clock import Clock
from shared.contracts.annotations import Annotate, AnnotateOutcome, AnnotateResults
from shared.contracts.changes import ChangePage, ListChanges
from shared.contracts.documents import (
    Deleted,
    DeleteDocument,
    Document,
    DocumentItems,
    DocumentPage,
    GetDocument,
    ListDocuments,
    RecentDocuments,
)
from shared.contracts.message import Encoded
from shared.contracts.pending import ListPending, PendingPage
from shared.contracts.saving import Receipt, SaveDocuments, SaveReceipts
from shared.contracts.stats import GetStats, Stats
from shared.contracts.upkeep import Examination, Examine
from shared.errors import Invalid, Unavailable
from shared.runtime.patience import Patience
from shared.runtime.process import Context
from shared.runtime.service import Service, answer
from shared.settings import Settings

log = structlog.get_logger()


class DatabaseService(Service):
    name = "database"
    alone = True
    description = "Keeps every document and every change, and answers for them."

    def __init__(self, store: Store, bus: Bus, settings: Settings, clock: Clock) -> None:
        self._store = store
        self._settings = settings.database
        runtime = settings.runtime
        self._feed = Feed(store, bus, settings.database, Patience(runtime.retry_seconds_min, runtime.retry_seconds_max))
        self._writer = Writer(store, self._feed.offer, self._feed.doubt, count_max=settings.database.commit_count_max)
        self._sweeper = Sweeper(self._writer, self._feed, settings.database, clock)

    def loops(self) -> Sequence[Coroutine[Any, Any, None]]:
        return [self._feed.run(), self._sweeper.run()]

    async def stop(self) -> None:
        self._sweeper.stop()
        await self._writer.drain()
        self._feed.stop()

    async def close(self) -> None:
        try:
            await self._sweeper.mark_announced()
        except Unavailable as error:
            # Only a hint is lost: the stream knows better where it ends.
            log.warning("announced_not_noted", because=error.detail)
        finally:
            await self._store.close()

    @answer
    async def save(self, tenant: str, query: SaveDocuments) -> SaveReceipts:
        receipts = await self._writer.do(Save(tenant, query.documents))
        return SaveReceipts.of(cast(Sequence[Receipt], receipts))

    @answer
    async def delete(self, tenant: str, query: DeleteDocument) -> Deleted:
        return cast(Deleted, await self._writer.do(Delete(tenant, query.id, query.if_version, query.erase)))

    @answer
    async def annotate(self, tenant: str, query: Annotate) -> AnnotateResults:
        outcomes = await self._writer.do(AnnotateWork(tenant, query.annotations, query.once))
        return AnnotateResults(results=tuple(cast(Sequence[AnnotateOutcome], outcomes)))

    @answer
    async def get(self, tenant: str, query: GetDocument) -> Encoded[Document]:
        return Encoded(await self._store.get(tenant, query.id, query.at))

    @answer
    async def list(self, tenant: str, query: ListDocuments) -> Encoded[DocumentPage]:
        limit = self._limit(query.limit)
        rows = await self._store.list(tenant, query.collection, limit, self._settings.page_bytes_max, query.after)
        return document_page(rows)

    @answer
    async def recent(self, tenant: str, query: RecentDocuments) -> Encoded[DocumentItems]:
        limit = self._limit(query.limit)
        return document_items(await self._store.recent(tenant, query.collection, limit, self._settings.page_bytes_max))

    @answer
    async def changes(self, tenant: str, query: ListChanges) -> Encoded[ChangePage]:
        limit = self._limit(query.limit)
        rows = await self._store.changes(tenant, query.since, query.collection, limit, self._settings.page_bytes_max)
        return change_page(rows)

    @answer
    async def pending(self, tenant: str, query: ListPending) -> Encoded[PendingPage]:
        limit = self._limit(query.limit)
        return pending_page(await self._store.pending(tenant, query, limit, self._settings.page_bytes_max))

    @answer
    async def stats(self, tenant: str, query: GetStats) -> Stats:
        stats = await self._store.stats(tenant, query.collection)
        # The store's note of it is only renewed now and then.
        announced = max(stats.announced_seq, self._feed.announced.get(tenant, 0))
        return stats.model_copy(update={"announced_seq": announced})

    @answer
    async def examine(self, tenant: str, query: Examine) -> Examination:
        return await self._store.examine(tenant, query.repair)

    def vitals(self) -> Mapping[str, object]:
        return {
            "commits": self._writer.commits,
            "writes_waiting": self._writer.waiting,
            "feed_lag": self._feed.lag,
        }

    def _limit(self, asked: int | None) -> int:
        if asked is None:
            return self._settings.page_count
        if asked > self._settings.page_count_max:
            raise Invalid(f"limit: at most {self._settings.page_count_max} items on a page")
        return asked


async def build(context: Context) -> Service:
    store = await SqliteStore.open(context.settings.database_path, context.clock)
    return DatabaseService(store, context.bus, context.settings, context.clock)
