"""Reading the outbox: which tenants have one, and when to look there for entries that are not held in memory.

It goes on beside the saying, because an outbox may be long. What is found is handed over, entry by entry.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

import structlog

from services.bot.saying.backlog import COLLECTION
from services.bot.saying.tenants import Tenants
from shared.clock import Clock
from shared.contracts.documents import Document
from shared.errors import PostilError, Unavailable
from shared.runtime.patience import Patience
from shared.shelf import Shelf

log = structlog.get_logger()

TENANTS_COUNT_MAX = 10_000
AWAY_SECONDS_MIN, AWAY_SECONDS_MAX = 0.5, 30.0
# So that a clock that was set is noticed.
SLEEP_SECONDS_MIN, SLEEP_SECONDS_MAX = 0.001, 60.0


class Reading:
    def __init__(self, shelf: Shelf, tenants: Tenants, clock: Clock, found: Callable[[Document], None]) -> None:
        self._shelf, self._tenants, self._clock, self._found = shelf, tenants, clock, found
        self._due: dict[str, datetime] = {}
        self._heard: set[str] = set()
        self._knows_tenants = False
        self._news = asyncio.Event()

    def hear_of(self, tenant: str) -> None:
        """A tenant that was seen: it is read once."""
        if tenant not in self._heard and len(self._heard) < TENANTS_COUNT_MAX:
            self._heard.add(tenant)
            self.at(tenant, self._clock.now())

    def at(self, tenant: str, moment: datetime) -> None:
        self._due[tenant] = min(moment, self._due.get(tenant, moment))
        self._news.set()

    async def run(self) -> None:
        """For ever. Raises nothing of ours: whoever is away comes back."""
        patience = Patience(AWAY_SECONDS_MIN, AWAY_SECONDS_MAX)
        while True:
            self._news.clear()
            try:
                await self._read()
            except Unavailable as error:
                pause = patience.next_pause_seconds()
                log.warning("outbox_not_read_yet", because=error.detail, pause_seconds=pause)
                await asyncio.sleep(pause)
                continue
            patience.reset()
            await until_news(self._news, self._clock, min(self._due.values(), default=None))

    async def _read(self) -> None:
        if not self._knows_tenants:
            for tenant in await self._tenants.all():
                self.at(tenant, self._clock.now())
            self._knows_tenants = True
        for tenant in [each for each, at in self._due.items() if at <= self._clock.now()]:
            at = self._due.pop(tenant)
            try:
                async for document in self._shelf.all(tenant, COLLECTION):
                    self._found(document)
            except Unavailable:
                self.at(tenant, at)
                raise
            except PostilError as error:
                log.warning("outbox_not_read", tenant=tenant, because=error.detail)


async def until_news(news: asyncio.Event, clock: Clock, at: datetime | None) -> None:
    """Or until that moment."""
    seconds = SLEEP_SECONDS_MAX if at is None else (at - clock.now()).total_seconds()
    with suppress(TimeoutError):
        async with asyncio.timeout(min(max(seconds, SLEEP_SECONDS_MIN), SLEEP_SECONDS_MAX)):
            await news.wait()
