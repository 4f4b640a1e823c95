"""The memory of the system's processes, while it works at full rate for a minute and through a million documents."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count, pairwise
from statistics import median
from time import perf_counter

from benchmarks.client import connected
from benchmarks.scenario import Figure, Ratio, Scenario
from benchmarks.sending import Load, store
from benchmarks.stage import Stage

LOAD = Load("memory", document_bytes=1_024, batch_count=64, in_flight=16)
PROCESSES = ("database", "ingest", "analysis", "broker")
PARTS = 10
TOLD_MESSAGES = 1_024

Sample = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Size:
    """As long as that, and as many as that."""

    seconds: float
    messages: int
    look_seconds: float
    commit_seconds_max: float
    seconds_max: float


class Memory(Scenario[Size]):
    name = "memory"
    about = (
        "Documents of 1 KiB, 64 in a message and 16 messages in flight, for a minute and until a million are "
        "committed. The resident memory of the processes, as the median over a tenth of that time: the last tenth "
        "beside the second one, because in the first one the caches fill. What Linux itself caches of the files is "
        "not in it."
    )
    figures = (
        Figure("database and ingest, second tenth", "MiB"),
        Figure("database and ingest, last tenth", "MiB"),
        Figure("analysis, last tenth", "MiB"),
        Figure("broker, last tenth", "MiB"),
        Figure("documents", "documents/s", "higher"),
    )
    ratios = (Ratio("database and ingest, last tenth", "database and ingest, second tenth", 1.1),)
    repeats_max = 1
    full = Size(seconds=60, messages=15_625, look_seconds=0.1, commit_seconds_max=60, seconds_max=300)
    smoke = Size(seconds=0.2, messages=16, look_seconds=0.01, commit_seconds_max=1.5, seconds_max=10)

    async def measure(self, stage: Stage, size: Size) -> None:
        async with (
            connected(stage) as client,
            asyncio.timeout(size.seconds_max),
            watched(stage, size.look_seconds) as samples,
        ):
            numbers = _numbers(stage, size)
            stored = await store(stage, client, "docs", LOAD, numbers, seconds_max=size.commit_seconds_max)
        _, second, *_, last = (_median(part) for part in in_parts(samples, PARTS))
        stage.note("database and ingest, second tenth", second["database"] + second["ingest"])
        stage.note("database and ingest, last tenth", last["database"] + last["ingest"])
        stage.note("analysis, last tenth", last["analysis"])
        stage.note("broker, last tenth", last["broker"])
        stage.note("documents", stored.a_second)


@asynccontextmanager
async def watched(stage: Stage, look_seconds: float) -> AsyncIterator[Sequence[Sample]]:
    """What the processes have, again and again as long as this is open; at least once."""
    samples: list[Sample] = []

    async def watch() -> None:
        while True:
            samples.append({name: stage.system.memory_mib(name) for name in PROCESSES})
            await asyncio.sleep(look_seconds)

    watching = asyncio.create_task(watch())
    try:
        yield samples
    finally:
        watching.cancel()
        await asyncio.wait([watching])
    if not watching.cancelled():
        watching.result()


def in_parts(samples: Sequence[Sample], count: int) -> list[Sequence[Sample]]:
    """Equal parts of the time; where there are too few samples, one may be in two of them."""
    bounds = [index * len(samples) // count for index in range(count + 1)]
    return [samples[begin : max(begin + 1, end)] for begin, end in pairwise(bounds)]


def _median(part: Sequence[Sample]) -> Sample:
    return {name: median(sample[name] for sample in part) for name in PROCESSES}


def _numbers(stage: Stage, size: Size) -> Iterator[int]:
    end = perf_counter() + size.seconds
    for number in count():
        if number >= size.messages and perf_counter() >= end:
            return
        if number % TOLD_MESSAGES == 0:
            stage.progress(f"{number * LOAD.batch_count:,} documents")
        yield number


scenario = Memory()
