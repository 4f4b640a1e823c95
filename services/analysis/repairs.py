"""Looks after what was left undone: what has failed is tried again, and what was missed the store knows.

One caretaker for each lane. It walks through what `ListPending` shows, page by page and while the feed is at rest, so
that no new document waits for an old one. What is done twice is written once.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

import structlog

from services.analysis.backoff import Backoff
from services.analysis.calm import Calm
from services.analysis.step import Step
from services.analysis.work import notes_on
from shared.bus.bus import Bus
from shared.contracts.annotations import Step as StepName
from shared.contracts.documents import Document
from shared.contracts.house import is_kept_apart
from shared.contracts.pending import ListPending, Pending, PendingPage
from shared.errors import PostilError
from shared.settings import AnalysisSettings

log = structlog.get_logger()

PAGE_COUNT = 64
# A round of repairs goes on where the one before has ended.
PAGES_IN_ROUND_MAX = 16
ASK_SECONDS_MAX = 30.0

Wanting = tuple[Document, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Errand:
    """What a caretaker does for its lane: for which steps, where, and how."""

    steps: Sequence[Step]
    redo: Callable[[str, Sequence[Wanting]], Awaitable[None]]
    collections: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    # Tenants of which something was missed.
    doubted: set[str] = field(default_factory=set)


@dataclass(slots=True)
class _Walks:
    """Where the caretaker stands with one tenant."""

    doubt_seconds: float
    swept_at: float = 0.0
    sweep_at: float = 0.0
    after: str | None = None


class Caretaker:
    def __init__(
        self, bus: Bus, errand: Errand, tenants: Callable[[], Sequence[str]], calm: Calm, settings: AnalysisSettings
    ) -> None:
        self._bus = bus
        self._errand = errand
        self._steps = {step.name: step for step in errand.steps}
        self._tenants = tenants
        self._calm = calm
        self._settings = settings
        self._now = asyncio.get_running_loop().time
        self._backoff = Backoff(settings, self._now)
        self._walks: dict[str, _Walks] = defaultdict(lambda: _Walks(settings.repair_seconds))

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            for tenant in self._tenants():
                try:
                    await self._look_after(tenant)
                except PostilError as error:
                    log.warning("not_looked_after", tenant=tenant, because=error.detail)
            await asyncio.sleep(self._settings.repair_seconds)

    async def _look_after(self, tenant: str) -> None:
        walks = self._walks[tenant]
        if tenant in self._errand.doubted:
            # A doubt that was vain makes the next one wait longer: others may read the same feed beside us.
            walks.sweep_at = min(walks.sweep_at, walks.swept_at + walks.doubt_seconds)
        if walks.sweep_at <= self._now():
            self._errand.doubted.discard(tenant)
            await self._sweep(tenant, walks)
        await self._repair(tenant, walks)

    async def _sweep(self, tenant: str, walks: _Walks) -> None:
        found = 0
        after: str | None = None
        while True:
            page, count = await self._look_at(tenant, "all", after)
            found += count
            if (after := page.next) is None:
                break
        if found:
            log.info("swept", tenant=tenant, found=found)
        vain_seconds = min(walks.doubt_seconds * 2, self._settings.sweep_seconds)
        walks.doubt_seconds = self._settings.repair_seconds if found else vain_seconds
        walks.swept_at = self._now()
        walks.sweep_at = walks.swept_at + self._settings.sweep_seconds

    async def _repair(self, tenant: str, walks: _Walks) -> None:
        for _ in range(PAGES_IN_ROUND_MAX):
            page, _ = await self._look_at(tenant, "failed", walks.after)
            walks.after = page.next
            if page.next is None:
                break

    async def _look_at(self, tenant: str, only: Literal["all", "failed"], after: str | None) -> tuple[PendingPage, int]:
        """The page, and how many of its documents something was done for."""
        await self._calm.wait()
        query = ListPending(
            steps={step.name: step.version for step in self._errand.steps},
            only=only,
            collections=self._errand.collections,
            kinds=self._errand.kinds,
            limit=PAGE_COUNT,
            after=after,
        )
        page = await self._bus.ask(tenant, query, seconds_max=ASK_SECONDS_MAX)
        due = [(each.document, names) for each in page.items if (names := self._due(tenant, each))]
        if due:
            await self._errand.redo(tenant, due)
        return page, len(due)

    def _due(self, tenant: str, pending: Pending) -> Sequence[StepName]:
        document = pending.document
        if is_kept_apart(document.collection):
            return ()
        notes = notes_on(document, self._steps)
        due: list[StepName] = []
        for name in pending.steps:
            known = notes.get(name)
            if known is None:
                due.append(name)
            elif known.status == "failed" or self._steps[name].repairable:
                key = (tenant, document.id, document.version, name)
                if self._backoff.is_due(key):
                    self._backoff.tried(key)
                    due.append(name)
        return due
