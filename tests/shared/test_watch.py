"""The past joined to the present, over a bus that loses what it can."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.bus.bus import Bus, reply_of_error, reply_with
from shared.bus.memory import Faults, MemoryBroker, MemoryWire
from shared.bus.wire import Calling, Delivery, Endpoint, Reply
from shared.contracts.changes import PREVIOUS_SEQ_HEADER, Change, ChangePage, Changes, ListChanges
from shared.contracts.message import subject_for
from shared.errors import Unavailable
from shared.settings import WatchSettings
from shared.watch import Overflow, Watcher
from tests.simulation.loop import Simulation, run_simulated

MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
PAGE = 5


class Log:
    """A change log with its feed, as the database is one, without what a watcher does not see."""

    def __init__(self, broker: MemoryBroker) -> None:
        self.wire = MemoryWire(broker, "log")
        self.changes: list[Change] = []
        self.is_away = False

    async def open(self) -> None:
        calling = Calling("log", "1.0.0", "", dict)
        await self.wire.answer(calling, [Endpoint("changes", "postil.*.changes", self._answer, 10)])

    async def commit(self, collection: str, count: int) -> None:
        previous = max((change.seq for change in self.changes if change.collection == collection), default=0)
        fresh = [
            Change(seq=len(self.changes) + 1 + n, op="put", collection=collection, id="a", version=1, at=MOMENT)
            for n in range(count)
        ]
        self.changes += fresh
        await self.announce(fresh, previous)

    async def announce(self, changes: Sequence[Change], previous: int) -> None:
        event = Changes(collection=changes[0].collection, items=tuple(changes))
        await self.wire.publish(
            subject_for("main", event.address), event.encode(), {PREVIOUS_SEQ_HEADER: str(previous)}
        )

    async def _answer(self, request: Delivery) -> Reply:
        if self.is_away:
            return reply_of_error(Unavailable("away"))
        query = ListChanges.decode(request.payload)
        found = [
            change
            for change in self.changes
            if change.seq > query.since and query.collection in (None, change.collection)
        ][:PAGE]
        last_seq = found[-1].seq if len(found) == PAGE else max(query.since, len(self.changes))
        return reply_with(ChangePage(items=tuple(found), last_seq=last_seq))


def watcher(broker: MemoryBroker, *, since: int = 0, collection: str | None = None, waiting: int = 1_000) -> Watcher:
    limits = WatchSettings(waiting_count_max=waiting, idle_seconds=5)
    return Watcher(Bus(MemoryWire(broker, "watcher")), "main", limits, since=since, collection=collection)


async def take(changes: AsyncIterator[Change | Overflow], count: int) -> list[int]:
    seqs: list[int] = []
    while len(seqs) < count:
        change = await anext(changes)
        assert isinstance(change, Change)
        seqs.append(change.seq)
    return seqs


async def opened(simulation: Simulation, faults: Faults | None = None) -> tuple[MemoryBroker, Log]:
    broker = MemoryBroker(simulation.clock, simulation.chance, faults or Faults())
    log = Log(broker)
    await log.open()
    return broker, log


def test_the_past_is_followed_by_the_present() -> None:
    async def story(simulation: Simulation) -> list[int]:
        broker, log = await opened(simulation)
        await log.commit("x", 12)
        changes = watcher(broker).changes()
        seen = await take(changes, 12)
        following = asyncio.create_task(take(changes, 3))
        await asyncio.sleep(1)
        await log.commit("y", 3)
        return seen + await following

    assert run_simulated(story, 1) == list(range(1, 16))


def test_a_watcher_resumes_where_it_was() -> None:
    async def story(simulation: Simulation) -> list[int]:
        broker, log = await opened(simulation)
        await log.commit("x", 9)
        return await take(watcher(broker, since=6).changes(), 3)

    assert run_simulated(story, 1) == [7, 8, 9]


def test_a_lost_last_word_is_found_in_the_log_after_a_silence() -> None:
    async def story(simulation: Simulation) -> tuple[list[int], float]:
        broker, log = await opened(simulation)
        changes = watcher(broker).changes()
        following = asyncio.create_task(take(changes, 1))
        await asyncio.sleep(1)
        log.changes.append(Change(seq=1, op="delete", collection="x", id="a", version=1, at=MOMENT))
        seen = await following
        return seen, asyncio.get_running_loop().time()

    seen, seconds = run_simulated(story, 1)
    assert seen == [1]
    assert seconds < 11


def test_a_watcher_that_is_too_slow_is_told_where_to_resume() -> None:
    async def story(simulation: Simulation) -> tuple[list[int], Change | Overflow, list[int]]:
        broker, log = await opened(simulation)
        await log.commit("x", 1)
        changes = watcher(broker, waiting=10).changes()
        seen = await take(changes, 1)
        following = asyncio.create_task(take(changes, 1))
        await asyncio.sleep(1)
        await log.commit("x", 1)
        seen += await following
        for _ in range(20):
            await log.commit("x", 1)
        await asyncio.sleep(1)
        rest = [change async for change in changes]
        assert all(isinstance(change, Change) for change in rest[:-1])
        end = rest[-1]
        assert isinstance(end, Overflow)
        return seen, end, await take(watcher(broker, since=end.resume_seq).changes(), 22 - end.resume_seq)

    seen, end, resumed = run_simulated(story, 1)
    assert seen == [1, 2]
    assert isinstance(end, Overflow)
    assert resumed == list(range(end.resume_seq + 1, 23))


def test_what_a_stranger_writes_into_the_feed_is_not_believed() -> None:
    async def story(simulation: Simulation) -> list[int]:
        broker, log = await opened(simulation)
        changes = watcher(broker).changes()
        following = asyncio.create_task(take(changes, 2))
        await asyncio.sleep(1)
        await log.wire.publish("postil.main.changes.x", b"garbage")
        await log.wire.publish("postil.main.changes.x", b"[]", {PREVIOUS_SEQ_HEADER: "many"})
        await log.commit("x", 2)
        return await following

    assert run_simulated(story, 1) == [1, 2]


def test_while_the_database_is_away_a_watcher_waits() -> None:
    async def story(simulation: Simulation) -> list[int]:
        broker, log = await opened(simulation)
        await log.commit("x", 2)
        log.is_away = True
        following = asyncio.create_task(take(watcher(broker).changes(), 2))
        await asyncio.sleep(30)
        log.is_away = False
        return await following

    assert run_simulated(story, 1) == [1, 2]


@pytest.mark.parametrize("collection", [None, "x"])
@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    commits=st.lists(st.tuples(st.sampled_from("xyz"), st.integers(1, 8)), min_size=1, max_size=30),
    since=st.integers(0, 10),
    watch_lost=st.sampled_from([0.0, 0.2, 0.9]),
)
def test_nothing_is_missed_and_nothing_comes_twice(
    collection: str | None, seed: int, commits: list[tuple[str, int]], since: int, watch_lost: float
) -> None:
    faults = Faults(watch_lost=watch_lost, missed_seconds_max=2, delayed=0.3, delay_seconds_max=0.5)

    async def story(simulation: Simulation) -> tuple[list[int], list[int]]:
        broker, log = await opened(simulation, faults)
        seen: list[int] = []

        async def follow() -> None:
            async for change in watcher(broker, since=since, collection=collection).changes():
                assert isinstance(change, Change)
                seen.append(change.seq)

        following = asyncio.create_task(follow())
        chance = Random(simulation.seed)
        for name, count in commits:
            await log.commit(name, count)
            await asyncio.sleep(chance.uniform(0, 0.5))
        await asyncio.sleep(20)
        following.cancel()
        expected = [
            change.seq for change in log.changes if change.seq > since and collection in (None, change.collection)
        ]
        return seen, expected

    seen, expected = run_simulated(story, seed)
    assert seen == expected
