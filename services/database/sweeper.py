"""Upkeep in the background: ends documents whose time is up, thins out history, notes how far the feed has come."""

import asyncio
from datetime import timedelta

import structlog

from services.database.feed import Feed
from services.database.store import Expire, MarkAnnounced, Thin
from services.database.writer import Writer
from shared.clock import Clock
from shared.errors import Unavailable
from shared.runtime.patience import pause_unless
from shared.settings import DatabaseSettings

log = structlog.get_logger()


class Sweeper:
    def __init__(self, writer: Writer, feed: Feed, settings: DatabaseSettings, clock: Clock) -> None:
        self._writer = writer
        self._feed = feed
        self._settings = settings
        self._clock = clock
        self._stopping = asyncio.Event()
        self._marked: dict[str, int] = {}

    async def run(self) -> None:
        while not await pause_unless(self._stopping, self._settings.sweep_seconds):
            try:
                await self.sweep()
            except Unavailable as error:
                log.warning("sweep_waits", because=error.detail)

    def stop(self) -> None:
        self._stopping.set()

    async def sweep(self) -> None:
        before = self._clock.now() - timedelta(days=self._settings.history_days)
        expired = await self._writer.do(Expire(self._settings.sweep_count_max))
        thinned = await self._writer.do(Thin(before, self._settings.sweep_count_max))
        if expired or thinned:
            log.info("swept", expired=expired, thinned=thinned)
        await self.mark_announced()

    async def mark_announced(self) -> None:
        announced = dict(self._feed.announced)
        if announced != self._marked:
            await self._writer.do(MarkAnnounced(announced))
            self._marked = announced
