"""What an event-driven write costs the processors, beside the same write made directly."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass

import orjson

from benchmarks.client import ENVELOPE_BYTES, Client, connected, payload_of
from benchmarks.closed_loop import closed_loop
from benchmarks.scenario import Figure, Ratio, Scenario
from benchmarks.stage import Stage
from shared.contracts.documents import Draft
from shared.contracts.problem import Problem
from shared.contracts.saving import PutDocuments, SaveDocuments, SaveReceipts, SaveResults, lines_of, seal
from shared.contracts.stats import GetStats

COLLECTION = "cost"
DOCUMENT_BYTES = 1_024
TEXT = "x" * (DOCUMENT_BYTES - ENVELOPE_BYTES)
EVENTS_IN_FLIGHT = 100
GROUP = 50
GROUPS_IN_FLIGHT = 4
REPLY_SECONDS_MAX = 10.0
# Long beside the work of a round, so that being asked whether it is done hardly adds to it. It costs no processor time.
SETTLE_SECONDS = 0.05
MICROSECONDS = 1_000_000

Write = Callable[[Client, Sequence[str]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Size:
    documents: int
    rounds: int
    seconds_max: float


@dataclass(frozen=True, slots=True)
class Path:
    """One way for documents into the database, so many in each message or request."""

    write: Write
    group: int
    in_flight: int


class EventCost(Scenario[Size]):
    name = "event-cost"
    about = (
        "Processor time, user and system, of the publisher and all processes of the system for a document of 1 KiB, "
        "until it is committed and announced; analysis and search are paused. Events: each document is published as a "
        f"message of its own, {EVENTS_IN_FLIGHT} in flight. Direct: the same documents as `save` requests to the "
        "database, one after the other, with as many in each as a commit had in the events' round. "
        f"By {GROUP}: that many in each message or request, {GROUPS_IN_FLIGHT} in flight. Before they are committed, "
        "events are on the broker's disk as well; and they are checked, as those of a `put` are and those of a `save` "
        "are not."
    )
    figures = (
        Figure("events", "µs"),
        Figure("direct, in the same commits", "µs"),
        Figure(f"events by {GROUP}", "µs"),
        Figure(f"direct by {GROUP}", "µs"),
        Figure(f"put by {GROUP}", "µs"),
    )
    ratios = (
        Ratio("events", "direct, in the same commits", 1.05),
        Ratio(f"events by {GROUP}", f"direct by {GROUP}", 1.05),
        Ratio(f"events by {GROUP}", f"put by {GROUP}"),
    )
    full = Size(documents=500, rounds=8, seconds_max=30)
    smoke = Size(documents=100, rounds=1, seconds_max=2)

    async def measure(self, stage: Stage, size: Size) -> None:
        spent: defaultdict[str, float] = defaultdict(float)
        async with connected(stage) as client:
            await client.until_quiet()
            with stage.system.paused("analysis"), stage.system.paused("search"):
                rounds = Rounds(stage, client, size)
                # The first one is there to warm up.
                for number in range(size.rounds + 1):
                    stage.progress(f"round {number} of {size.rounds}")
                    for figure, seconds in (await rounds.next()).items():
                        spent[figure] += seconds if number else 0
        for figure, seconds in spent.items():
            stage.note(figure, seconds / (size.rounds * size.documents) * MICROSECONDS)


class Rounds:
    """In each of them every path brings as many documents."""

    def __init__(self, stage: Stage, client: Client, size: Size) -> None:
        self._stage = stage
        self._client = client
        self._size = size
        self._given = 0

    async def next(self) -> dict[str, float]:
        """The seconds that each of them took."""
        commits = await _commits(self._client)
        events = await self._spent(Path(_publish, 1, EVENTS_IN_FLIGHT))
        commits = await _commits(self._client) - commits
        return {
            "events": events,
            "direct, in the same commits": await self._spent(Path(_save, max(1, self._size.documents // commits), 1)),
            f"events by {GROUP}": await self._spent(Path(_publish, GROUP, GROUPS_IN_FLIGHT)),
            f"direct by {GROUP}": await self._spent(Path(_save, GROUP, GROUPS_IN_FLIGHT)),
            f"put by {GROUP}": await self._spent(Path(_put, GROUP, GROUPS_IN_FLIGHT)),
        }

    async def _spent(self, path: Path) -> float:
        ids = [f"{COLLECTION}-{self._given + number}" for number in range(self._size.documents)]
        groups = [ids[begin : begin + path.group] for begin in range(0, len(ids), path.group)]
        self._given += len(ids)

        async def write(number: int) -> None:
            await path.write(self._client, groups[number])

        system, publisher = self._system_seconds(), time.process_time()
        await closed_loop(range(len(groups)), path.in_flight, write)
        publisher = time.process_time() - publisher
        await self._until_settled()
        return self._system_seconds() - system + publisher

    async def _until_settled(self) -> None:
        """All documents are in the database, and the feed has announced them."""

        async def settled() -> bool:
            await asyncio.sleep(SETTLE_SECONDS)
            stats = await self._client.bus.ask(self._client.tenant, GetStats())
            return stats.documents >= self._given and stats.announced_seq == stats.last_seq

        what = f"{self._given} documents committed and announced"
        await self._stage.until(what, settled, seconds_max=self._size.seconds_max)
        self._stage.expect("documents in the database", await self._client.count(), self._given)

    def _system_seconds(self) -> float:
        system = self._stage.system
        return sum(system.cpu_seconds(name) for name in system.pids)


async def _publish(client: Client, ids: Sequence[str]) -> None:
    await client.publish(COLLECTION, payload_of(ids, DOCUMENT_BYTES, COLLECTION))


async def _put(client: Client, ids: Sequence[str]) -> None:
    payload = payload_of(ids, DOCUMENT_BYTES, COLLECTION)
    reply = await client.bus.ask_raw(client.tenant, PutDocuments.verb, payload, seconds_max=REPLY_SECONDS_MAX)
    _look_at(each.error for each in SaveResults.decode(reply.payload).results)


async def _save(client: Client, ids: Sequence[str]) -> None:
    """As ingest does it, with documents that need no check."""
    sealed = [seal(Draft(id=id, text=TEXT, author="bench"), id, COLLECTION) for id in ids]
    reply = await client.bus.ask_raw(client.tenant, SaveDocuments.verb, lines_of(sealed), seconds_max=REPLY_SECONDS_MAX)
    _look_at(each.error for each in SaveReceipts.decode(reply.payload).receipts())


def _look_at(errors: Iterable[Problem | None]) -> None:
    """Who writes directly sees what became of it."""
    for error in errors:
        if error is not None:
            raise error.error()


async def _commits(client: Client) -> int:
    """How many transactions the database has made so far."""
    reply = await client.bus.wire.request("$SRV.STATS.postil-database", b"", seconds_max=REPLY_SECONDS_MAX)
    return int(orjson.loads(reply.payload)["data"]["commits"])


scenario = EventCost()
