"""Documents through the stream at full rate while the search service makes their words findable.

Two clocks run from the first message on: one until the database has all documents, one until a search finds all of
them. The second is the search service's affair, and nobody who publishes waits for it. The analysis runs as it does
for everybody, and gets as far as it gets; its notes are taken in by the same index.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean
from time import perf_counter

from benchmarks.client import Client, connected
from benchmarks.closed_loop import closed_loop
from benchmarks.limits.storage import documents_a_second
from benchmarks.passages import payload_of, texts
from benchmarks.scenario import ALL_STEPS, Figure, Ratio, Scenario
from benchmarks.sending import Backlog, Load, during
from benchmarks.stage import Stage
from shared.contracts.search import Filter, Search

TEXTS_COUNT = 4_096
# A passage, its fields and its punctuation.
DOCUMENT_BYTES = 620
FIRST = Load("first", DOCUMENT_BYTES, batch_count=64, in_flight=16)
FLOWING = Load("flowing", DOCUMENT_BYTES, batch_count=64, in_flight=16)
LOOK_PAUSE_SECONDS = 0.02
SEARCH_SECONDS_MAX = 30.0
PROCESSES = ("database", "search", "analysis")


@dataclass(frozen=True, slots=True)
class Size:
    seconds: float
    # The messages by which the system gets warm, and whose documents SQLite alone stores again.
    first_count: int
    commit_seconds_max: float
    find_seconds_max: float


class SpineWithText(Scenario[Size]):
    name = "spine-with-text"
    about = (
        "Documents of 540 characters of text through the stream, 64 in a message and 16 messages in flight, for ten "
        "seconds and until all are committed; and until a search in text mode finds all of them. Beside what SQLite "
        "alone stores of the same rows in one thread, as the mean of before and after. Everything runs: the search "
        "takes in what is committed, and the analysis annotates as far as it gets."
    )
    settings = ALL_STEPS
    figures = (
        Figure("documents", "documents/s", "higher"),
        Figure("found", "documents/s", "higher"),
        Figure("from the last commit until all are found", "s"),
        Figure("SQLite alone", "documents/s", "higher"),
        *(Figure(f"{process}, CPU", "µs/document") for process in PROCESSES),
    )
    ratios = (Ratio("documents", "SQLite alone"), Ratio("found", "documents"))
    repeats_max = 2
    full = Size(seconds=10.0, first_count=256, commit_seconds_max=30.0, find_seconds_max=90.0)
    smoke = Size(seconds=0.2, first_count=4, commit_seconds_max=1.5, find_seconds_max=10.0)

    async def measure(self, stage: Stage, size: Size) -> None:
        async with connected(stage) as client:
            sending = Sending(stage, client, texts(TEXTS_COUNT), size)
            stage.progress("the first documents")
            await sending.committed(FIRST, range(size.first_count))
            before = await _alone(stage)
            stage.progress(f"{size.seconds:g} s at full rate")
            begun = perf_counter()
            spent = {process: stage.system.cpu_seconds(process) for process in PROCESSES}
            count = await sending.committed(FLOWING, during(size.seconds))
            committed = perf_counter()
            stage.progress("until they are found")
            await sending.found(FLOWING, count)
            found = perf_counter()
            for process, seconds in spent.items():
                stage.note(f"{process}, CPU", (stage.system.cpu_seconds(process) - seconds) / count * 1_000_000)
            after = await _alone(stage)
        stage.note("documents", count / (committed - begun))
        stage.note("found", count / (found - begun))
        stage.note("from the last commit until all are found", found - committed)
        stage.note("SQLite alone", fmean((before, after)))


class Sending:
    def __init__(self, stage: Stage, client: Client, said: Sequence[str], size: Size) -> None:
        self._stage = stage
        self._client = client
        self._said = said
        self._size = size

    async def committed(self, load: Load, numbers: Iterable[int]) -> int:
        """The messages of these numbers. Returns how many documents they were, when the database has all of them."""
        backlog = Backlog(self._stage, self._client, load, seconds_max=self._size.commit_seconds_max)
        sent = 0

        async def send(number: int) -> None:
            nonlocal sent
            await backlog.admit(load.batch_count)
            await self._client.publish(load.collection, self._payload(load, number))
            sent += load.batch_count

        await closed_loop(numbers, load.in_flight, send)
        await self._client.until_committed(sent, load.collection, seconds_max=self._size.commit_seconds_max)
        return sent

    async def found(self, load: Load, count: int) -> None:
        """Until a search counts all of them."""
        query = Search(mode="text", filter=Filter(collection=load.collection), limit=1)
        total = 0

        async def all_there() -> bool:
            nonlocal total
            found = await self._client.bus.ask(self._client.tenant, query, seconds_max=SEARCH_SECONDS_MAX)
            total = found.total
            if total < count:
                await asyncio.sleep(LOOK_PAUSE_SECONDS)
            return total >= count

        await self._stage.until(f"{count} documents found", all_there, seconds_max=self._size.find_seconds_max)
        self._stage.expect("documents that are found", total, count)

    def _payload(self, load: Load, number: int) -> bytes:
        first = number * load.batch_count
        ids = [f"{load.collection}-{index}" for index in range(first, first + load.batch_count)]
        at = first % TEXTS_COUNT
        return payload_of(ids, self._said[at : at + load.batch_count])


async def _alone(stage: Stage) -> float:
    stage.progress("SQLite alone")
    # Both have a long way to go yet, and would take a part of the machine for it.
    with stage.system.paused("analysis"), stage.system.paused("search"):
        return await documents_a_second(stage, FIRST.collection)


scenario = SpineWithText()
