"""The search service: the database's second process. It reads the log, keeps the indexes, and answers from them."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any, TypeVar

import structlog

from services.database.search.announcing import Announcer
from services.database.search.examining import confirm, examination_of, suspect
from services.database.search.index_set import NAMES, Indexes, IndexSet, News
from services.database.search.indexer import Indexer
from services.database.search.keeping import Keeping, feedback_page
from services.database.search.query_vectors import QueryVectors
from services.database.search.readers import Readers
from services.database.search.searching import Searching
from services.database.search.similar import Resembling
from services.database.search.standing import note_matches
from services.database.search.states import reports_of
from services.database.sqlite.following import Follower
from shared.bus.bus import Bus
from shared.clock import Clock
from shared.contracts.documents import Deleted
from shared.contracts.feedback import (
    FeedbackItems,
    FeedbackSummaries,
    GiveFeedback,
    ListFeedback,
    SummariseFeedback,
)
from shared.contracts.figures import Figures, GetFigures
from shared.contracts.message import Encoded
from shared.contracts.saving import Saved
from shared.contracts.search import (
    ExamineIndexes,
    FindAlike,
    Found,
    GetIndexes,
    IndexExamination,
    IndexReport,
    IndexReports,
    Neighbourhood,
    Neighbourhoods,
    RebuildIndexes,
    Search,
    Similar,
)
from shared.contracts.standing import DropStanding, ListStanding, SaveStanding, StandingQueries
from shared.errors import Invalid, NotFound
from shared.runtime.patience import Patience
from shared.runtime.process import Context
from shared.runtime.service import Service, answer
from shared.settings import Settings

log = structlog.get_logger()

ResultT = TypeVar("ResultT")
# Two cores are busy with two; more would only take turns.
READERS = 2

NOBODY = Found(hits=(), total=0)


class SearchService(Service):
    name = "search"
    description = "Finds documents by what they say, and keeps the figures."
    alone = True

    def __init__(self, bus: Bus, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        patience = Patience(settings.runtime.retry_seconds_min, settings.runtime.retry_seconds_max)
        self._indexer = Indexer(settings.database_path, settings, self._note_matches, self._tell_announcer, patience)
        self._readers = Readers(settings.database_path, READERS, "searching")
        self._examiner = Readers(settings.database_path, 1, "examining")
        vectors = QueryVectors(bus, settings.search.embed_seconds_max)
        self._searching = Searching(self._readers, vectors, settings.search, clock)
        self._resembling = Resembling(self._readers, vectors, settings.search, clock)
        self._keeping = Keeping(bus, clock)
        patience = Patience(settings.runtime.retry_seconds_min, settings.runtime.retry_seconds_max)
        self._announcer = Announcer(bus, self._indexer, self._readers, patience)
        self._searches = 0

    async def start(self) -> None:
        await self._indexer.start()

    def loops(self) -> Sequence[Coroutine[Any, Any, None]]:
        return [self._indexer.run(), self._announcer.run()]

    async def stop(self) -> None:
        self._indexer.stop()
        self._announcer.stop()

    async def close(self) -> None:
        for readers in (self._readers, self._examiner):
            await asyncio.to_thread(readers.close)
        await self._indexer.close()

    def _note_matches(self, indexes: IndexSet, news: Sequence[News]) -> None:
        note_matches(indexes, news, self._settings.search.standing_count_max, self._clock)

    def _tell_announcer(self) -> None:
        self._announcer.something_may_be_there()

    @answer
    async def search(self, tenant: str, query: Search) -> Encoded[Found]:
        self._searches += 1
        indexes = await self._indexer.of(tenant)
        if indexes is None:
            self._searching.understood(query)
            return Encoded(NOBODY.encode())
        return await self._searching.search(indexes, self._indexer.last_seq(tenant), query)

    @answer
    async def similar(self, tenant: str, query: Similar) -> Encoded[Found]:
        return await self._resembling.similar(await self._of(tenant), self._indexer.last_seq(tenant), query)

    @answer
    async def alike(self, tenant: str, query: FindAlike) -> Neighbourhoods:
        indexes = await self._indexer.of(tenant)
        if indexes is None:
            return Neighbourhoods(items=tuple(Neighbourhood(id=item.id) for item in query.items), applied_seq=0)
        return await self._resembling.alike(indexes, query)

    @answer
    async def figures(self, tenant: str, query: GetFigures) -> Figures:
        indexes = await self._indexer.of(tenant)
        if indexes is None:
            return Figures(documents=0, authors=0)
        return await self._ask(indexes, lambda using: using.figures.figures(query))

    @answer
    async def feedback(self, tenant: str, query: GiveFeedback) -> Saved:
        return await self._keeping.feedback(tenant, query)

    @answer
    async def feedback_list(self, tenant: str, query: ListFeedback) -> FeedbackItems:
        indexes = await self._indexer.of(tenant)
        if indexes is None:
            return FeedbackItems(items=())
        return await self._ask(indexes, lambda using: feedback_page(using.figures, query))

    @answer
    async def feedback_summary(self, tenant: str, query: SummariseFeedback) -> FeedbackSummaries:
        indexes = await self._indexer.of(tenant)
        if indexes is None:
            return FeedbackSummaries(items=())
        applied_seq = indexes.applied_seq
        items = await self._ask(indexes, lambda using: using.figures.feedback_summary(query.step))
        return FeedbackSummaries(items=tuple(items), applied_seq=applied_seq)

    @answer
    async def standing_save(self, tenant: str, query: SaveStanding) -> Saved:
        known = (await self.standing_list(tenant, ListStanding())).items
        if len(known) >= self._settings.search.standing_count_max and query.name not in {each.name for each in known}:
            raise Invalid(f"there are {len(known)} standing queries already, which is the most: drop one")
        return await self._keeping.save_standing(tenant, query)

    @answer
    async def standing_list(self, tenant: str, query: ListStanding) -> StandingQueries:
        indexes = await self._indexer.of(tenant)
        if indexes is None:
            return StandingQueries(items=())
        return StandingQueries(items=tuple(await self._ask(indexes, lambda using: using.figures.standing())))

    @answer
    async def standing_drop(self, tenant: str, query: DropStanding) -> Deleted:
        return await self._keeping.drop_standing(tenant, query.name)

    @answer
    async def indexes(self, tenant: str, query: GetIndexes) -> IndexReports:
        indexes = await self._indexer.of(tenant)
        return IndexReports(indexes=() if indexes is None else await self._reports(indexes))

    @answer
    async def reindex(self, tenant: str, query: RebuildIndexes) -> IndexReports:
        unknown = sorted(set(query.names) - set(NAMES))
        if unknown:
            raise Invalid(f"there is no index {unknown[0]!r}; there are {', '.join(NAMES)}")
        indexes = await self._of(tenant)
        await self._indexer.do(lambda: indexes.rebuild(query.names))
        return IndexReports(indexes=await self._reports(indexes))

    @answer
    async def examine_indexes(self, tenant: str, query: ExamineIndexes) -> IndexExamination:
        indexes = await self._indexer.of(tenant)
        if indexes is None:
            return IndexExamination(findings=(), documents_read=0, applied_seq=0)
        suspicions = await self._examiner.do(lambda follower: suspect(follower, indexes))

        def examined() -> IndexExamination:
            follower = self._indexer.follower
            with follower.at_one_moment():
                self._indexer.catch_up(indexes)
                return examination_of(follower, indexes, confirm(follower, indexes, suspicions))

        return await self._indexer.do(examined)

    def vitals(self) -> Mapping[str, object]:
        return {
            "tenants": len(self._indexer.sets),
            "index_lag": self._indexer.lag,
            "searches": self._searches,
            "building": sum(len(indexes.building) for indexes in self._indexer.sets),
        }

    async def _of(self, tenant: str) -> IndexSet:
        indexes = await self._indexer.of(tenant)
        if indexes is None:
            raise NotFound(f"tenant {tenant!r} has no documents yet")
        return indexes

    async def _reports(self, indexes: IndexSet) -> tuple[IndexReport, ...]:
        last_seq, stale_count = self._indexer.last_seq(indexes.tenant), self._settings.search.stale_count
        return await self._readers.do(lambda _: reports_of(indexes, last_seq, stale_count))

    async def _ask(self, indexes: IndexSet, question: Callable[[Indexes], ResultT]) -> ResultT:
        def asked(_: Follower) -> ResultT:
            with indexes.using() as using:
                return question(using)

        return await self._readers.do(asked)


async def build(context: Context) -> Service:
    return SearchService(context.bus, context.settings, context.clock)
