"""How soon a document is annotated that comes when others do: 200 of them a second, each when it pleases.

All notes of the fast steps are written at once, so the first annotation that the feed tells of is the one that counts.
That it holds every one of them is looked up in the database when the clocks have stopped.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import orjson

from benchmarks.client import Client, connected
from benchmarks.latencies import Latencies
from benchmarks.open_loop import Arrival, open_loop, poisson
from benchmarks.passages import payload_of, texts
from benchmarks.scenario import ALL_STEPS, Figure, Ratio, Scenario
from benchmarks.scenarios.fast_lane import STEPS
from benchmarks.stage import Stage
from shared.bus.wire import Delivery
from shared.contracts.documents import Document
from shared.contracts.message import subject_for

PER_SECOND = 200
COLLECTION = "annotated"
TEXTS_COUNT = 2_000
STORED, ANNOTATED = "stored", "annotated"


@dataclass(frozen=True, slots=True)
class Size:
    warming_count: int
    # Of one round.
    count: int
    rounds: int
    finish_seconds_max: float


class AnnotatedLatency(Scenario[Size]):
    name = "annotated-latency"
    about = (
        f"{PER_SECOND} documents of 540 characters a second, each published by itself when chance has it: from the "
        "moment at which it was to be published until the feed tells that it is annotated by all fast steps. Beside "
        "the moment at which the feed tells of the same document that it is stored."
    )
    settings = ALL_STEPS
    figures = tuple(
        Figure(f"{what}, {percentile}", "ms") for what in (STORED, ANNOTATED) for percentile in ("p50", "p95", "p99")
    )
    ratios = (Ratio("annotated, p50", "stored, p50"), Ratio("annotated, p95", "stored, p95"))
    full = Size(warming_count=100, count=1_000, rounds=2, finish_seconds_max=20.0)
    smoke = Size(warming_count=5, count=40, rounds=1, finish_seconds_max=10.0)

    async def measure(self, stage: Stage, size: Size) -> None:
        said = texts(TEXTS_COUNT)
        heard, late = {STORED: Latencies(), ANNOTATED: Latencies()}, Latencies()
        ids: list[str] = []
        async with connected(stage) as client:
            for number in range(size.rounds + 1):
                stage.progress(f"round {number}" if number else "the first documents")
                flow = Flowing(stage, client, f"round-{number}", said)
                count = size.count if number else size.warming_count
                late_now = await flow.run(count, size.finish_seconds_max)
                ids += flow.ids
                await client.until_quiet()
                if number:
                    late.add(late_now)
                    for what, latencies in flow.heard.items():
                        heard[what].add(latencies)
            expect_annotated(stage, await client.documents(), ids)
        for what, latencies in heard.items():
            for percentile in (50, 95, 99):
                stage.note(f"{what}, p{percentile}", latencies.ms(percentile))
            stage.note_latencies(what, latencies)
        stage.note_latencies("sender late", late)


@dataclass(slots=True)
class Awaited:
    arrival: Arrival
    stored: asyncio.Event = field(default_factory=asyncio.Event)
    annotated: asyncio.Event = field(default_factory=asyncio.Event)


class Flowing:
    """Documents that are published at their moments, and what the feed tells of them."""

    def __init__(self, stage: Stage, client: Client, name: str, said: Sequence[str]) -> None:
        self._stage = stage
        self._client = client
        self._name = name
        self._said = said
        self._awaited: dict[str, Awaited] = {}
        self.heard = {STORED: Latencies(), ANNOTATED: Latencies()}

    @property
    def ids(self) -> Sequence[str]:
        return list(self._awaited)

    async def run(self, count: int, seconds_max: float) -> Latencies:
        """Returns how late the sender was."""
        moments = poisson(count, PER_SECOND, self._stage.random)
        # What the broker says it could not deliver is never heard of, and that is counted.
        pattern = subject_for(self._client.tenant, "changes.>")
        listening = await self._client.bus.wire.watch(pattern, self._hear, lambda: None)
        try:
            flow = await open_loop(moments, self._publish, seconds_max=seconds_max)
        finally:
            await listening.stop()
        self._stage.expect("documents that nobody has heard to be annotated", flow.unfinished, 0)
        return flow.late

    async def _publish(self, arrival: Arrival) -> None:
        id = f"{self._name}-{arrival.number}"
        self._awaited[id] = awaited = Awaited(arrival)
        payload = payload_of([id], [self._said[arrival.number % len(self._said)]])
        await self._client.publish(COLLECTION, payload)
        await awaited.stored.wait()
        await awaited.annotated.wait()

    def _hear(self, announcement: Delivery) -> None:
        for change in orjson.loads(announcement.payload):
            awaited = self._awaited.get(change["id"])
            if awaited is not None and change["op"] == "put":
                self._note(STORED, awaited, awaited.stored)
            elif awaited is not None and change["op"] == "annotate":
                self._note(ANNOTATED, awaited, awaited.annotated)

    def _note(self, what: str, awaited: Awaited, event: asyncio.Event) -> None:
        """Once: the feed may tell of it again."""
        if not event.is_set():
            self.heard[what].record(awaited.arrival.elapsed_seconds)
            event.set()


def expect_annotated(stage: Stage, documents: Sequence[Document], ids: Sequence[str]) -> None:
    """All of them are there, each with a note of every fast step."""
    notes = {document.id: {note.step for note in document.annotations} & set(STEPS) for document in documents}
    stage.expect("documents in the database", sorted(notes), sorted(ids))
    lacking = {id: sorted(set(STEPS) - found) for id, found in notes.items() if found != set(STEPS)}
    stage.expect("steps without a note, by document", lacking, {})


scenario = AnnotatedLatency()
