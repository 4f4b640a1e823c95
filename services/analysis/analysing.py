"""`analyse`: running a step over what is stored, a look at a time, with the price said beforehand."""

from collections.abc import Sequence
from time import perf_counter

from services.analysis.catalogue import Catalogue
from services.analysis.fastlane import FastLane
from services.analysis.noting import finding_of
from services.analysis.repairs import ASK_SECONDS_MAX, PAGE_COUNT
from services.analysis.slowlane import SlowLane
from services.analysis.step import Step
from services.analysis.work import notes_on, redoing
from services.analysis.workers.task import Crew
from shared.bus.bus import Bus
from shared.contracts.analysis import Analyse, AnalyseProgress
from shared.contracts.annotations import Cost
from shared.contracts.documents import Document
from shared.contracts.house import is_kept_apart
from shared.contracts.pending import ListPending, PendingPage
from shared.errors import NotFound
from shared.settings import AnalysisSettings

# So many documents are tried out to say how long all of them will take.
SAMPLE_COUNT = 4
SLOW_DOCUMENTS_EACH = 2


class Analysing:
    def __init__(
        self, bus: Bus, catalogue: Catalogue, crew: Crew, fast: FastLane, slow: SlowLane, settings: AnalysisSettings
    ) -> None:
        self._bus = bus
        self._catalogue = catalogue
        self._crew = crew
        self._fast = fast
        self._slow = slow
        self._settings = settings

    async def look(self, tenant: str, query: Analyse) -> AnalyseProgress:
        step = self._catalogue.steps.get(query.step)
        if step is None:
            raise NotFound(f"there is no step {query.step!r}; there are {', '.join(self._catalogue.steps)}")
        page = await self._page(tenant, step, query)
        documents = [each.document for each in page.items if self._wants(step, each.document)]
        if query.dry_run:
            seconds, cost = await self._estimate(tenant, step, documents)
            return _progress(page, documents, seconds=seconds, cost=cost)
        begun = perf_counter()
        done, failed, cost = await self._do(tenant, step, documents)
        seconds = perf_counter() - begun
        return _progress(page, documents, seconds=seconds, cost=cost, done=done, failed=failed)

    @staticmethod
    def _wants(step: Step, document: Document) -> bool:
        """Without a language model, what was done without one would become no better."""
        if is_kept_apart(document.collection) or not step.wants(document):
            return False
        known = notes_on(document, {step.name: step}).get(step.name)
        return step.repairable or known is None or known.status == "failed"

    async def _page(self, tenant: str, step: Step, query: Analyse) -> PendingPage:
        pending = ListPending(
            steps={step.name: step.version},
            collections=(query.collection,) if query.collection else (),
            limit=min(query.limit or PAGE_COUNT, self._count_max(step, query)),
            after=query.after,
        )
        return await self._bus.ask(tenant, pending, seconds_max=ASK_SECONDS_MAX)

    def _count_max(self, step: Step, query: Analyse) -> int:
        if step.lane == "slow" and not query.dry_run:
            return self._settings.language_model.concurrency * SLOW_DOCUMENTS_EACH
        return PAGE_COUNT

    async def _do(self, tenant: str, step: Step, documents: Sequence[Document]) -> tuple[int, int, Cost]:
        if step.lane == "slow":
            notes = await self._slow.redo(tenant, documents, step)
        else:
            works = [redoing(tenant, document, [step.name], self._catalogue) for document in documents]
            notes = [work.notes[step.name] for work in await self._fast.redo(works) if step.name in work.notes]
        findings = [finding_of(note)[0] for note in notes]
        failed = sum(finding.status == "failed" for finding in findings)
        return len(findings) - failed, failed, _sum([finding.cost for finding in findings if finding.cost])

    async def _estimate(self, tenant: str, step: Step, documents: Sequence[Document]) -> tuple[float | None, Cost]:
        cost = _sum([step.estimate(document) for document in documents]) if step.estimate else Cost()
        if not documents:
            return 0.0, cost
        each_seconds = self._remembered_seconds(step, documents) or await self._tried_seconds(tenant, step, documents)
        if each_seconds is None:
            return None, cost
        lanes = self._settings.language_model.concurrency if step.lane == "slow" else self._settings.workers
        return each_seconds * len(documents) / lanes, cost

    @staticmethod
    def _remembered_seconds(step: Step, documents: Sequence[Document]) -> float | None:
        """What it took for these documents before, in whichever version."""
        took = [
            note.duration_ms / 1000
            for document in documents
            for note in document.annotations
            if note.step == step.name and note.duration_ms
        ]
        return sum(took) / len(took) if took else None

    async def _tried_seconds(self, tenant: str, step: Step, documents: Sequence[Document]) -> float | None:
        """What it takes for some of them. None where asking others is most of the work."""
        if step.finish is not None:
            return None
        sample = [redoing(tenant, document, [step.name], self._catalogue) for document in documents[:SAMPLE_COUNT]]
        begun = perf_counter()
        await self._crew.run([work.task for work in sample])
        return (perf_counter() - begun) / len(sample)


def _progress(
    page: PendingPage,
    documents: Sequence[Document],
    *,
    seconds: float | None,
    cost: Cost,
    done: int = 0,
    failed: int = 0,
) -> AnalyseProgress:
    return AnalyseProgress(
        looked_at=page.looked_at,
        pending=len(documents),
        done=done,
        failed=failed,
        next=page.next,
        seconds=seconds,
        cost=cost,
    )


def _sum(costs: Sequence[Cost]) -> Cost:
    return Cost(
        tokens_in=sum(cost.tokens_in for cost in costs),
        tokens_out=sum(cost.tokens_out for cost in costs),
        micro_usd=sum(cost.micro_usd for cost in costs),
    )
