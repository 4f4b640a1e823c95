"""The fast lane: documents through the workers in batches, then the second halves of the steps, then their notes."""

import asyncio
from collections import defaultdict
from collections.abc import Coroutine, Iterator, Sequence
from itertools import islice
from time import perf_counter
from typing import Any, TypeVar

from services.analysis.catalogue import Catalogue, in_stages
from services.analysis.finishing import finish
from services.analysis.news import Arrival
from services.analysis.notebook import NoteBook, Page
from services.analysis.step import Desk, Step
from services.analysis.work import Work, bare
from services.analysis.workers.task import Crew
from shared.contracts.documents import Document
from shared.settings import AnalysisSettings

T = TypeVar("T")

# Who has asked others waits no longer than this, because the whole batch waits with him.
FINISH_SECONDS_MAX = 10.0


class FastLane:
    def __init__(
        self, catalogue: Catalogue, crew: Crew, desk: Desk, notebook: NoteBook, settings: AnalysisSettings
    ) -> None:
        self._catalogue = catalogue
        self._crew = crew
        self._desk = desk
        self._notebook = notebook
        self._settings = settings
        # While one batch has its second halves, the workers are at the next one.
        self._slots = asyncio.Semaphore(settings.workers + 1)
        self.done = 0
        self.waiting = 0

    async def take_in(self, arrivals: Sequence[Arrival]) -> Sequence[Work]:
        """Returns when the notes are saved; what is returned is there still. Raises `Unavailable`."""
        portions = _in_portions(arrivals, self._settings.batch_count_max)
        return await self._counted(len(arrivals), [self._take_in(some) for some in portions])

    async def redo(self, works: Sequence[Work]) -> Sequence[Work]:
        """The same for documents that are stored already."""
        portions = _in_portions(works, self._settings.batch_count_max)
        return await self._counted(len(works), [self._analyse(some) for some in portions])

    async def _counted(self, count: int, doing: Sequence[Coroutine[Any, Any, Sequence[Work]]]) -> Sequence[Work]:
        self.waiting += count
        try:
            # All of them end before the first error is told: nothing is left running behind the caller's back.
            results = await asyncio.gather(*doing, return_exceptions=True)
        finally:
            self.waiting -= count
        saved: list[Work] = []
        for result in results:
            if isinstance(result, BaseException):
                raise result
            saved += result
        return saved

    async def _take_in(self, arrivals: Sequence[Arrival]) -> Sequence[Work]:
        async with self._slots:
            works = [work for arrival in arrivals if (work := await self._begin(arrival)) is not None]
            await self._find_out(works)
        return await self._save(works)

    async def _analyse(self, works: Sequence[Work]) -> Sequence[Work]:
        async with self._slots:
            await self._find_out(works)
        return await self._save(works)

    async def _begin(self, arrival: Arrival) -> Work | None:
        """None if the document is gone."""
        if arrival.json:
            document, json = Document.decode(arrival.json), arrival.json
            # A long one takes its time.
            await asyncio.sleep(0)
        else:
            fetched = await self._desk.get(arrival.tenant, arrival.id)
            if fetched is None:
                return None
            document = bare(fetched)
            json = document.encode()
        return Work(arrival.tenant, document, json, self._catalogue.fast, self._catalogue.slow)

    async def _find_out(self, works: Sequence[Work]) -> None:
        if not works:
            return
        for work, notes in zip(works, await self._crew.run([work.task for work in works]), strict=True):
            work.take(notes)
        by_tenant: dict[str, list[Work]] = defaultdict(list)
        for work in works:
            by_tenant[work.tenant].append(work)
        await asyncio.gather(*(self._finish_all(some) for some in by_tenant.values()))

    async def _finish_all(self, works: Sequence[Work]) -> None:
        """Of one tenant. Each step after those that it needs, and those together that don't need each other."""
        for together in in_stages([step for step in self._catalogue.fast if step.finish is not None]):
            await asyncio.gather(*(self._finish(step, works) for step in together))

    async def _finish(self, step: Step, works: Sequence[Work]) -> None:
        count_max = self._settings.text_count_max
        both = [(work, noted) for work in works if (noted := work.noted_for(step, count_max)) is not None]
        if not both:
            return
        begun = perf_counter()
        findings = await finish(step, [noted for _, noted in both], self._desk, FINISH_SECONDS_MAX)
        each_ms = (perf_counter() - begun) * 1000 / len(both)
        for (work, noted), finding in zip(both, findings, strict=True):
            # Most of them have nothing to add.
            if finding is not noted.findings[step.name]:
                work.finish(step, finding, each_ms)

    async def _save(self, works: Sequence[Work]) -> Sequence[Work]:
        by_tenant: dict[str, list[Work]] = defaultdict(list)
        for work in works:
            by_tenant[work.tenant].append(work)
        saved: list[Work] = []
        for tenant, some in by_tenant.items():
            there = await self._notebook.write(tenant, [Page(work.document.id, work.news()) for work in some])
            saved += [work for work in some if work.document.id in there]
        self.done += len(saved)
        return saved


def _in_portions(items: Sequence[T], count_max: int) -> Iterator[Sequence[T]]:
    left = iter(items)
    while some := list(islice(left, count_max)):
        yield some
