"""Sending for a while at full rate: what ends it is the clock, and what bounds it is what has been committed."""

import asyncio
from collections.abc import Iterator
from time import perf_counter

from benchmarks.client import Client
from benchmarks.stage import Stage

BACKLOG_BYTES_MAX = 8 * 1024 * 1024
LOOK_PAUSE_SECONDS = 0.01


class During:
    """The numbers 0, 1, 2… until the time is up; `count` says how many were given out."""

    def __init__(self, seconds: float) -> None:
        self._end = perf_counter() + seconds
        self.count = 0

    def __iter__(self) -> Iterator[int]:
        # At least one, so that there is something to measure.
        while not self.count or perf_counter() < self._end:
            self.count += 1
            yield self.count - 1


class Backlog:
    """Holds a publisher back while much of what it has published is not committed yet.

    A stream takes documents in several times as fast as they are committed. Without a bound, a run of ten seconds
    would be a short one of publishing and a long one of catching up, and neither is what a system bears for good.
    """

    def __init__(
        self, stage: Stage, client: Client, collection: str, *, document_bytes: int, seconds_max: float
    ) -> None:
        self._stage = stage
        self._client = client
        self._collection = collection
        self._count_max = BACKLOG_BYTES_MAX // document_bytes
        self._seconds_max = seconds_max
        self._published = 0
        self._committed = 0
        self._turn = asyncio.Lock()

    async def admit(self, count: int) -> None:
        """Return when there is room for so many more documents."""
        async with self._turn:
            if self._published + count - self._committed > self._count_max:
                # Seldom, because asking is work for the database, too; and never so late that it runs out of work.
                await self._stage.until("half of the backlog committed", self._half, seconds_max=self._seconds_max)
            self._published += count

    async def _half(self) -> bool:
        self._committed = await self._client.count(self._collection)
        if self._published - self._committed <= self._count_max // 2:
            return True
        await asyncio.sleep(LOOK_PAUSE_SECONDS)
        return False
