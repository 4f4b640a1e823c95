"""Documents at full rate through either door, for a while or so many, until all of them are found committed."""

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from time import perf_counter
from typing import Literal

from benchmarks.client import Client, payload_of
from benchmarks.closed_loop import closed_loop
from benchmarks.stage import Stage

BACKLOG_BYTES_MAX = 16 * 1024 * 1024
# Asking is work for the database, too.
LOOK_PAUSE_SECONDS = 0.03

Door = Literal["docs", "put"]


@dataclass(frozen=True, slots=True)
class Load:
    """What is sent, and how many messages of it are under way at a time."""

    collection: str
    document_bytes: int
    batch_count: int
    in_flight: int

    def payload(self, number: int) -> bytes:
        """The message of that number; its documents are like no others."""
        first = number * self.batch_count
        ids = [f"{self.collection}-{index}" for index in range(first, first + self.batch_count)]
        return payload_of(ids, self.document_bytes, self.collection)


@dataclass(frozen=True, slots=True)
class Stored:
    documents: int
    seconds: float

    @property
    def a_second(self) -> float:
        return self.documents / self.seconds


def during(seconds: float) -> Iterator[int]:
    """0, 1, 2… until the time is up, which runs from the first one on."""
    end = perf_counter() + seconds
    number = 0
    while perf_counter() < end:
        yield number
        number += 1


async def store(
    stage: Stage, client: Client, door: Door, load: Load, numbers: Iterable[int], *, seconds_max: float
) -> Stored:
    """The messages of these numbers: from the first one until the database has all of their documents."""
    backlog = Backlog(stage, client, load, seconds_max=seconds_max)
    sent = 0

    async def send(number: int) -> None:
        nonlocal sent
        if door == "put":
            await client.put_payload(load.payload(number))
        else:
            await backlog.admit(load.batch_count)
            await client.publish(load.collection, load.payload(number))
        sent += load.batch_count

    begun = perf_counter()
    await closed_loop(numbers, load.in_flight, send)
    await client.until_committed(sent, load.collection, seconds_max=seconds_max)
    return Stored(sent, perf_counter() - begun)


class Backlog:
    """Holds a publisher back while much of what it has published is not committed yet.

    A stream takes documents in several times as fast as they are committed. Without a bound, a run of ten seconds
    would be a short one of publishing and a long one of catching up, and neither is what a system bears for good.
    """

    def __init__(self, stage: Stage, client: Client, load: Load, *, seconds_max: float) -> None:
        self._stage = stage
        self._client = client
        self._collection = load.collection
        self._count_max = BACKLOG_BYTES_MAX // load.document_bytes
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
