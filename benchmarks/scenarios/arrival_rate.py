"""Documents that arrive at a rate, by either door: how long until each is committed, and until it is found.

The rate is a share of what the door can take, which is found first, by keeping it as busy as it can be. Then strangers
send single documents at moments that were drawn beforehand (`benchmarks/open_loop.py`), and each latency runs from the
moment that was meant.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import perf_counter
from typing import Protocol

import nats
import orjson
from nats.aio.client import Client as NatsPy

from benchmarks.client import Client, connected, payload_of
from benchmarks.closed_loop import closed_loop
from benchmarks.latencies import Latencies
from benchmarks.limits.disk import fsync_latencies
from benchmarks.open_loop import Arrival, open_loop, poisson
from benchmarks.scenario import Figure, Ratio, Scenario
from benchmarks.stage import Stage, WorkMissing
from shared.bus.wire import Delivery
from shared.contracts.documents import GetDocument
from shared.contracts.message import subject_for
from shared.errors import NotFound

DOCUMENT_BYTES = 1_024
WRITE_BYTES = 4_096
IN_FLIGHT = 256
# Who looks for a document asks again and again; of more than that the asking would be a load of its own.
SOUGHT_OF = 10
SOUGHT_PER_SECOND_MAX = 100
LOW, HALF = 1, 50
LIMIT = "one fsync + two round trips"
# A machine that had nothing to do answers later, so the limit is measured at about the lowest rate's pace.
PACE_SECONDS = 0.015


@dataclass(frozen=True, slots=True)
class Size:
    # For how many seconds at each share of the maximal rate, in hundredths of it.
    seconds: Mapping[int, float]
    saturating_count: int
    limit_count: int
    finish_seconds_max: float


class Door(Protocol):
    name: str

    async def commit(self, id: str) -> None:
        """Send a document, and return when it is known to be committed."""


@dataclass(slots=True)
class Found:
    """Of the documents at one rate."""

    committed: Latencies
    findable: Latencies
    late: Latencies


class ArrivalRate(Scenario[Size]):
    name = "arrival-rate"
    about = (
        "Single documents of 1 KiB that arrive at shares of the maximal rate of their door, by chance and whether or "
        "not it keeps up: from the moment at which each was to be sent until it is committed, and until `get` finds "
        "it. By `put`, committed is what the reply says; by the stream, what the change feed says, so there it is an "
        "upper bound. Beside one fsync of 4 KiB and two round trips to the broker, at the pace of the lowest rate. At "
        "half of the maximal rate the p99 should be 15 ms at the most, which is a time and so no ratio."
    )
    figures = (
        *(Figure(f"{door}, maximal rate", "documents/s", "higher") for door in ("put", "stream")),
        *(
            Figure(f"{door} at {share} %, {percentile}", "ms")
            for door in ("put", "stream")
            for share in (LOW, HALF)
            for percentile in ("p50", "p99", "findable p50")
        ),
        Figure("sender late, p99", "ms"),
        Figure(LIMIT, "ms"),
    )
    ratios = (
        Ratio(f"put at {LOW} %, p50", LIMIT, 3.0),
        Ratio(f"stream at {LOW} %, p50", LIMIT),
        Ratio(f"put at {LOW} %, findable p50", f"put at {LOW} %, p50"),
        Ratio(f"stream at {LOW} %, findable p50", f"stream at {LOW} %, p50"),
    )
    full = Size(
        seconds={LOW: 1.5, 10: 0.6, 25: 0.6, HALF: 0.75, 75: 0.4, 90: 0.4},
        saturating_count=2_500,
        limit_count=30,
        finish_seconds_max=15.0,
    )
    smoke = Size(seconds={LOW: 0.1, HALF: 0.1}, saturating_count=100, limit_count=5, finish_seconds_max=1.5)

    async def measure(self, stage: Stage, size: Size) -> None:
        async with connected(stage) as client, heard_on_feed(client) as stream:
            run = Run(stage, client, size)
            await run.measure((PutDoor(client), stream))


class Run:
    """One repeat. Its documents are numbered, and all of them must be in the database whenever it looks."""

    def __init__(self, stage: Stage, client: Client, size: Size) -> None:
        self._stage = stage
        self._client = client
        self._size = size
        self._sent = 0

    async def measure(self, doors: Sequence[Door]) -> None:
        stage, size = self._stage, self._size
        late, fsyncs, round_trips = Latencies(), Latencies(), Latencies()
        rates = {door.name: await self._maximal_rate(door) for door in doors}
        plain = await nats.connect(stage.system.url)
        try:
            for share in size.seconds:
                for door in doors:
                    await self._client.until_quiet()
                    if share == LOW:
                        fsyncs.add(await self._fsyncs())
                        round_trips.add(await _round_trips(plain, size.limit_count))
                    found = await self._at_rate(door, share, rates[door.name] * share / 100)
                    self._note(f"{door.name} at {share} %", found, share in (LOW, HALF))
                    late.add(found.late)
        finally:
            await plain.close()
        stage.note("sender late, p99", late.ms(99))
        stage.note(LIMIT, fsyncs.ms(50) + 2 * round_trips.ms(50))
        stage.note_latencies("one fsync", fsyncs)
        stage.note_latencies("one round trip", round_trips)

    async def _fsyncs(self) -> Latencies:
        count, folder = self._size.limit_count, self._stage.system.data
        return await fsync_latencies(folder, write_bytes=WRITE_BYTES, count=count, pause_seconds=PACE_SECONDS)

    async def _maximal_rate(self, door: Door) -> float:
        count = self._size.saturating_count
        # The first documents meet a system that has just started.
        await self._saturate(door, count // 10)
        rate = await self._saturate(door, count)
        self._stage.note(f"{door.name}, maximal rate", rate)
        return rate

    async def _saturate(self, door: Door, count: int) -> float:
        self._stage.progress(f"{door.name}, {IN_FLIGHT} in flight")
        begun = perf_counter()
        committing = closed_loop(range(count), IN_FLIGHT, lambda _: door.commit(self._next_id()))
        try:
            await asyncio.wait_for(committing, self._size.finish_seconds_max)
        except TimeoutError as error:
            raise WorkMissing(f"{door.name}: documents whose commit was not heard of") from error
        await self._until_committed()
        return count / (perf_counter() - begun)

    async def _at_rate(self, door: Door, share: int, rate: float) -> Found:
        stage, size = self._stage, self._size
        stage.progress(f"{door.name}, at {share} % of its maximal rate")
        committed, findable = Latencies(), Latencies()
        sought_of = max(SOUGHT_OF, round(rate / SOUGHT_PER_SECOND_MAX))

        async def commit(id: str, arrival: Arrival) -> None:
            await door.commit(id)
            committed.record(arrival.elapsed_seconds)

        async def find(id: str, arrival: Arrival) -> None:
            await stage.until(f"{id} findable", lambda: self._is_there(id), seconds_max=size.finish_seconds_max)
            findable.record(arrival.elapsed_seconds)

        async def send(arrival: Arrival) -> None:
            id = self._next_id()
            if arrival.number % sought_of:
                await commit(id, arrival)
            else:
                await asyncio.gather(commit(id, arrival), find(id, arrival))

        moments = poisson(max(1, round(rate * size.seconds[share])), rate, stage.random)
        flow = await open_loop(moments, send, seconds_max=size.finish_seconds_max)
        stage.expect(f"{door.name}: documents whose commit was not heard of", flow.unfinished, 0)
        await self._until_committed()
        return Found(committed, findable, flow.late)

    async def _is_there(self, id: str) -> bool:
        try:
            document = await self._client.bus.ask(self._client.tenant, GetDocument(id=id))
        except NotFound:
            return False
        return document.id == id

    async def _until_committed(self) -> None:
        await self._client.until_committed(self._sent, seconds_max=self._size.finish_seconds_max)

    def _next_id(self) -> str:
        self._sent += 1
        return f"arrival-{self._sent}"

    def _note(self, name: str, found: Found, as_figures: bool) -> None:
        stage = self._stage
        stage.note_latencies(f"{name}, committed", found.committed)
        stage.note_latencies(f"{name}, findable", found.findable)
        stage.note_latencies(f"{name}, sender late", found.late)
        if as_figures:
            stage.note(f"{name}, p50", found.committed.ms(50))
            stage.note(f"{name}, p99", found.committed.ms(99))
            stage.note(f"{name}, findable p50", found.findable.ms(50))


class PutDoor:
    name = "put"

    def __init__(self, client: Client) -> None:
        self._client = client

    async def commit(self, id: str) -> None:
        await self._client.put_payload(payload_of([id], DOCUMENT_BYTES, "put"))


class StreamDoor:
    """Its publisher learns only that the broker has the document; that it is committed, he hears on the feed.

    That comes after the commit, by the time of an announcement: a document is committed a little sooner than heard of.
    """

    name = "stream"

    def __init__(self, client: Client) -> None:
        self._client = client
        self._awaited: dict[str, asyncio.Future[None]] = {}

    async def commit(self, id: str) -> None:
        heard = self._awaited[id] = asyncio.get_running_loop().create_future()
        await self._client.publish("stream", payload_of([id], DOCUMENT_BYTES))
        await heard

    def hear(self, announcement: Delivery) -> None:
        # As bare JSON: it is heard in the process that keeps the time.
        for change in orjson.loads(announcement.payload):
            if change["op"] == "put" and (heard := self._awaited.pop(change["id"], None)) and not heard.done():
                heard.set_result(None)


@asynccontextmanager
async def heard_on_feed(client: Client) -> AsyncIterator[StreamDoor]:
    door = StreamDoor(client)
    # What is missed is a document whose commit is never heard of, which is counted.
    listening = await client.bus.wire.watch(subject_for(client.tenant, "changes.stream"), door.hear, lambda: None)
    try:
        yield door
    finally:
        await listening.stop()


async def _round_trips(plain: NatsPy, count: int) -> Latencies:
    latencies = Latencies()
    for _ in range(count):
        await asyncio.sleep(PACE_SECONDS)
        begun = perf_counter()
        await plain.flush()
        latencies.record(perf_counter() - begun)
    return latencies


scenario = ArrivalRate()
