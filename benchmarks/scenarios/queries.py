"""Queries while documents are flowing in, beside the same queries at rest, and beside an echo that needs no database.

The documents are numbered in the order in which they are sent, by one connection into one collection. So the database
must have them in that order, and what it answers can be checked: the newest come without a hole between them.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from itertools import takewhile
from time import perf_counter

from benchmarks.client import Client, connected, payload_of
from benchmarks.closed_loop import closed_loop
from benchmarks.latencies import Latencies
from benchmarks.open_loop import Arrival, evenly, open_loop
from benchmarks.players.echo import Echo
from benchmarks.playing import playing
from benchmarks.scenario import Figure, Ratio, Scenario
from benchmarks.sending import during
from benchmarks.stage import Stage
from shared.contracts.documents import GetDocument, RecentDocuments
from shared.contracts.stats import GetStats

DOCUMENT_BYTES = 1_024
COLLECTION = "queried"
RECENT_COUNT = 10
CALLERS = 4
IN_FLIGHT = 8
PER_SECOND = 500
# Far more than the queries take.
FLOWING_SECONDS_MAX = 60
ECHO_TEXT = "x" * 128

QUERIES = ("get", "recent", "stats")
AT_REST, WRITING = "at rest", "while writing"


@dataclass(frozen=True, slots=True)
class Size:
    # Messages of a hundred documents, which are there before the first query.
    stored_messages: int
    # For each kind of query, at rest and while writing.
    seconds: float
    rounds: int
    commit_seconds_max: float


Ask = Callable[[Client], Awaitable[None]]


@dataclass(slots=True)
class Asked:
    """How one kind of query did, in all rounds together."""

    latencies: Latencies = field(default_factory=Latencies)
    seconds: float = 0.0

    async def ask(self, ask: Ask, callers: Sequence[Client], seconds: float) -> None:
        """For so long, and until the last reply is there."""
        begun = perf_counter()

        async def ask_once(number: int) -> None:
            asked_at = perf_counter()
            await ask(callers[number % len(callers)])
            self.latencies.record(perf_counter() - asked_at)

        await closed_loop(during(seconds), IN_FLIGHT, ask_once)
        self.seconds += perf_counter() - begun

    @property
    def per_second(self) -> float:
        return len(self.latencies) / self.seconds


class Queries(Scenario[Size]):
    name = "queries"
    about = (
        f"`get`, `recent` ({RECENT_COUNT} documents) and `stats`, {IN_FLIGHT} in flight over {CALLERS} connections, "
        f"while {PER_SECOND} documents of 1 KiB a second flow in through the stream: beside the same queries at rest, "
        "and beside an echo on our bus. Every reply is decoded, and checked against what was sent."
    )
    figures = tuple(
        figure
        for when in (AT_REST, WRITING)
        for kind in (*QUERIES, "echo")
        for figure in (Figure(f"{kind} {when}", "queries/s", "higher"), Figure(f"{kind} {when}, p99", "ms"))
    )
    ratios = (
        *(Ratio(f"{kind} {WRITING}", f"{kind} {AT_REST}") for kind in (*QUERIES, "echo")),
        *(Ratio(f"{kind} {when}", f"echo {when}") for when in (AT_REST, WRITING) for kind in QUERIES),
    )
    full = Size(stored_messages=10, seconds=0.4, rounds=2, commit_seconds_max=15.0)
    smoke = Size(stored_messages=1, seconds=0.04, rounds=1, commit_seconds_max=1.5)

    async def measure(self, stage: Stage, size: Size) -> None:
        async with AsyncExitStack() as stack:
            writer, *callers = [await stack.enter_async_context(connected(stage)) for _ in range(1 + CALLERS)]
            documents = Documents(stage, writer, size)
            await documents.store()
            await stack.enter_async_context(playing("benchmarks.players.echo", "bus", stage.system.url))
            replies = Replies(stage, documents)
            asked: defaultdict[str, Asked] = defaultdict(Asked)

            async def ask_all(when: str) -> None:
                for kind, ask in replies.kinds.items():
                    stage.progress(f"{kind} {when}")
                    await asked[f"{kind} {when}"].ask(ask, callers, size.seconds)

            for _ in range(size.rounds):
                await writer.until_quiet()
                await ask_all(AT_REST)
                async with documents.flowing():
                    await ask_all(WRITING)
        for what, each in asked.items():
            stage.note(what, each.per_second)
            stage.note(f"{what}, p99", each.latencies.ms(99))
            stage.note_latencies(what, each.latencies)
        stage.note_latencies("sender of the documents late", documents.late)


class Documents:
    """Those that were sent, by their numbers, and how many of them are known to be stored."""

    def __init__(self, stage: Stage, writer: Client, size: Size) -> None:
        self._stage = stage
        self._writer = writer
        self._size = size
        self.sent = 0
        self.stored = 0
        # Whether they have really come at their rate.
        self.late = Latencies()

    async def store(self) -> None:
        for _ in range(self._size.stored_messages):
            ids = [self._next_id() for _ in range(100)]
            await self._writer.publish(COLLECTION, payload_of(ids, DOCUMENT_BYTES))
        await self._until_stored()

    @asynccontextmanager
    async def flowing(self) -> AsyncIterator[None]:
        """While the block runs; then it waits until all of them are stored."""
        over = False
        moments = takewhile(lambda _: not over, evenly(PER_SECOND * FLOWING_SECONDS_MAX, PER_SECOND))
        flowing = asyncio.create_task(open_loop(moments, self._send, seconds_max=self._size.commit_seconds_max))
        try:
            yield
            self._stage.expect("documents stopped flowing in before the queries did", flowing.done(), False)
            over = True
            flow = await flowing
        finally:
            flowing.cancel()
            await asyncio.gather(flowing, return_exceptions=True)
        self.late.add(flow.late)
        self._stage.expect("documents that the broker did not take", flow.unfinished, 0)
        await self._until_stored()

    async def _send(self, _: Arrival) -> None:
        await self._writer.publish(COLLECTION, payload_of([self._next_id()], DOCUMENT_BYTES))

    async def _until_stored(self) -> None:
        await self._writer.until_committed(self.sent, seconds_max=self._size.commit_seconds_max)
        self.stored = self.sent

    def _next_id(self) -> str:
        self.sent += 1
        return f"d{self.sent}"


class Replies:
    """What is asked, and whether the reply can be true."""

    def __init__(self, stage: Stage, documents: Documents) -> None:
        self.stage = stage
        self._documents = documents
        # The newest document, and the number of them, that any reply has told of.
        self._newest = self._count = documents.stored
        self.kinds: Mapping[str, Ask] = {
            "get": self.get,
            "recent": self.recent,
            "stats": self.stats,
            "echo": self.echo,
        }

    async def get(self, caller: Client) -> None:
        id = f"d{self.stage.random.randint(1, self._documents.stored)}"
        document = await caller.bus.ask(caller.tenant, GetDocument(id=id))
        self.stage.expect("the document that was asked for", document.id, id)

    async def recent(self, caller: Client) -> None:
        known = self._newest
        query = RecentDocuments(collection=COLLECTION, limit=RECENT_COUNT)
        numbers = [int(item.id[1:]) for item in (await caller.bus.ask(caller.tenant, query)).items]
        newest = max(numbers, default=0)
        self.stage.expect("the newest documents", numbers, list(range(newest, newest - RECENT_COUNT, -1)))
        self.stage.expect(f"{newest} is no older than {known}", newest >= known, True)
        self._newest = max(self._newest, newest)

    async def stats(self, caller: Client) -> None:
        known = self._count
        found = (await caller.bus.ask(caller.tenant, GetStats())).documents
        possible = known <= found <= self._documents.sent
        self.stage.expect(f"{found} documents, between {known} and {self._documents.sent}", possible, True)
        self._count = max(self._count, found)

    async def echo(self, caller: Client) -> None:
        said = (await caller.bus.ask(caller.tenant, Echo(text=ECHO_TEXT))).text
        self.stage.expect("the echo", said, ECHO_TEXT)


scenario = Queries()
