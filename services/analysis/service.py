"""The analysis service: reads the change feed in batches, has the steps run, and answers for its models."""

import asyncio
import os
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from services.analysis import steps
from services.analysis.analysing import Analysing
from services.analysis.calm import Calm
from services.analysis.catalogue import Catalogue, load_catalogue
from services.analysis.desk import BusDesk
from services.analysis.digest import Digesting
from services.analysis.fastlane import FastLane
from services.analysis.language_model.careful import CarefulModel, open_language_model
from services.analysis.models.embedder import Embedder, embedder_for
from services.analysis.news import News
from services.analysis.notebook import NoteBook
from services.analysis.repairs import Caretaker, Errand, Wanting
from services.analysis.slowlane import SlowLane
from services.analysis.work import redoing
from services.analysis.workers.pool import Pool
from services.analysis.workers.task import Crew, Setup
from shared.bus.bus import Bus
from shared.bus.streams import ANALYSIS
from shared.bus.wire import Delivery
from shared.clock import Clock
from shared.contracts.analysis import Analyse, AnalyseProgress, Digest, Summarise
from shared.contracts.search import Embed, Embeddings
from shared.runtime.process import Context
from shared.runtime.service import Service, answer, consume
from shared.settings import Settings
from shared.vectors import text_of_bytes

# After each batch: the notes of what comes meanwhile share a commit, and documents find the database free.
REST_SECONDS = 0.02


class KeptCrew(Crew, Protocol):
    """A crew whose loop the service runs."""

    async def keep(self) -> None: ...

    def stop(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Tools:
    """What the service works with, beside the bus."""

    catalogue: Catalogue
    crew: KeptCrew
    # By the name of a model; without one, the newest.
    embedder: Callable[[str | None], Embedder]
    language_model: CarefulModel | None = None


class AnalysisService(Service):
    name = "analysis"
    description = "Annotates what has changed."

    def __init__(self, bus: Bus, tools: Tools, settings: Settings, clock: Clock) -> None:
        analysis = settings.analysis
        desk, notebook = BusDesk(bus, analysis, tools.language_model, clock), NoteBook(bus)
        self._clock = clock
        self._catalogue, self._crew, self._embedder = tools.catalogue, tools.crew, tools.embedder
        self._language_model = tools.language_model
        self._news = News([settings.tenant])
        self._calm = Calm()
        self._fast = FastLane(tools.catalogue, tools.crew, desk, notebook, analysis)
        self._slow = SlowLane(tools.catalogue, tools.crew, desk, notebook, analysis.language_model.concurrency)
        self._analysing = Analysing(bus, tools.catalogue, tools.crew, self._fast, self._slow, analysis)
        secrets = tools.catalogue.steps.get("secrets")
        self._digesting = Digesting(bus, tools.crew, secrets, tools.language_model, settings)
        errands = (
            Errand(tools.catalogue.fast, self._redo),
            Errand(
                tools.catalogue.slow,
                self._offer,
                analysis.summarise,
                analysis.summarise_kinds,
                doubted=self._slow.overflowed,
            ),
        )
        self._doubted = [errand.doubted for errand in errands]
        self._caretakers = [
            Caretaker(bus, each, lambda: self._news.tenants, self._calm, analysis) for each in errands if each.steps
        ]
        self._stopping = asyncio.Event()
        self._lag_ms = 0.0

    def loops(self) -> Sequence[Coroutine[Any, Any, None]]:
        lanes = [self._slow.run(), *(caretaker.run() for caretaker in self._caretakers)]
        return [self._crew.keep(), *(_until(self._stopping, lane) for lane in lanes)]

    async def stop(self) -> None:
        self._stopping.set()
        self._crew.stop()

    async def close(self) -> None:
        if self._language_model is not None:
            await self._language_model.close()

    @consume(ANALYSIS)
    async def annotate(self, batch: Sequence[Delivery]) -> None:
        with self._calm:
            arrivals = await self._news.read(batch)
            for doubted in self._doubted:
                doubted.update(self._news.gaps)
            self._news.gaps.clear()
            for work in await self._fast.take_in(arrivals):
                if work.wanted_by:
                    self._slow.offer(work.tenant, work.document.id)
        if self._news.newest_at is not None:
            self._lag_ms = (self._clock.now() - self._news.newest_at).total_seconds() * 1000
        await asyncio.sleep(REST_SECONDS)

    @answer
    async def embed(self, tenant: str, query: Embed) -> Embeddings:
        embedder = self._embedder(query.model)
        vectors = await embedder.embed(query.texts)
        return Embeddings(model=embedder.model, vectors=tuple(map(text_of_bytes, vectors)))

    @answer
    async def analyse(self, tenant: str, query: Analyse) -> AnalyseProgress:
        return await self._analysing.look(tenant, query)

    @answer
    async def summarise(self, tenant: str, query: Summarise) -> Digest:
        return await self._digesting.digest(tenant, query)

    def vitals(self) -> Mapping[str, object]:
        return {
            "annotated": self._fast.done,
            "waiting": self._fast.waiting,
            "slow_annotated": self._slow.done,
            "slow_waiting": self._slow.waiting,
            "worker_restarts": self._crew.restarts,
            "lag_ms": round(self._lag_ms),
            **(self._language_model.vitals() if self._language_model else {}),
        }

    async def _redo(self, tenant: str, wanting: Sequence[Wanting]) -> None:
        works = [redoing(tenant, document, names, self._catalogue) for document, names in wanting]
        # The notes of the slow steps may have waited for these.
        for work in works:
            work.asked = self._catalogue.slow
        for work in await self._fast.redo(works):
            if work.wanted_by:
                self._slow.offer(tenant, work.document.id)

    async def _offer(self, tenant: str, wanting: Sequence[Wanting]) -> None:
        for document, _ in wanting:
            self._slow.offer(tenant, document.id)
        await self._slow.room()


async def _until(stopping: asyncio.Event, working: Coroutine[Any, Any, None]) -> None:
    """Do it until we are told to stop, or until it breaks. The store knows what is not done then."""
    task, told = asyncio.create_task(working), asyncio.create_task(stopping.wait())
    try:
        await asyncio.wait((task, told), return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            task.result()
    finally:
        told.cancel()
        task.cancel()
        await asyncio.gather(task, told, return_exceptions=True)


async def build(context: Context) -> Service:
    settings = context.settings.analysis
    catalogue = load_catalogue(steps, settings)
    tools = Tools(
        catalogue,
        Pool(Setup(steps.__name__, settings, context.settings.logs), list(catalogue.steps.values())),
        lambda model: embedder_for(settings, model),
        open_language_model(settings.language_model, context.bus, context.clock, os.urandom),
    )
    return AnalysisService(context.bus, tools, context.settings, context.clock)
