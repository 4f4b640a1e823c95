"""The feed: every commit is announced once and in order, whatever happened before or in between."""

import asyncio
from collections.abc import Sequence
from random import Random

import pytest

from services.database.feed import Feed
from services.database.memory import MemoryStore
from services.database.store import MarkAnnounced, Run, Save
from shared.bus.bus import Bus
from shared.bus.memory import MemoryBroker, MemoryWire
from shared.bus.streams import CHANGES, CONSUMERS, STREAMS
from shared.bus.wire import NO_HEADERS, Headers
from shared.contracts.changes import PREVIOUS_SEQ_HEADER, decode_changes
from shared.errors import TooLarge, Unavailable
from shared.runtime.patience import Patience
from shared.settings import DatabaseSettings
from tests.conformance.store.ground import draft
from tests.simulation.loop import Simulation, run_simulated
from tests.until import until


class House:
    def __init__(self, simulation: Simulation) -> None:
        self.broker = MemoryBroker(simulation.clock, Random(1))
        self.wire = MemoryWire(self.broker, "database")
        self.store = MemoryStore(simulation.clock)

    async def open(self) -> None:
        await self.wire.ensure(STREAMS, CONSUMERS)

    def feed(self, wire: MemoryWire | None = None, **limits: int) -> Feed:
        settings = DatabaseSettings(**limits)  # type: ignore[arg-type] # only the numbers are set here
        return Feed(self.store, Bus(wire or self.wire), settings, Patience(0.1, 1.0))

    async def commit(self, collection: str, *texts: str, tenant: str = "main") -> Sequence[Run]:
        drafts = [draft(text, collection, text=text) for text in texts]
        return (await self.store.commit([Save(tenant, drafts)])).runs

    async def announced(self, tenant: str = "main") -> list[int]:
        pages = await self.wire.read(CHANGES, f"postil.{tenant}.changes.>", 0, 1_000)
        return [change.seq for page in pages for change in decode_changes(page.payload)]

    async def headers(self) -> list[str]:
        pages = await self.wire.read(CHANGES, CHANGES.subject, 0, 1_000)
        return [page.headers[PREVIOUS_SEQ_HEADER] for page in pages]


async def stopped(feed: Feed, running: "asyncio.Task[None]") -> None:
    feed.stop()
    await running


def test_what_was_committed_before_a_start_is_announced_from_where_the_stream_ends() -> None:
    async def story(simulation: Simulation) -> tuple[list[int], int]:
        house = House(simulation)
        await house.open()
        first = house.feed()
        running = asyncio.create_task(first.run())
        await until(lambda: first._opened)
        first.offer(await house.commit("notes", "a", "b"))
        await stopped(first, running)
        await house.commit("notes", "c")
        await house.commit("tickets", "d", "e")
        second = house.feed()
        running = asyncio.create_task(second.run())
        await until(lambda: second.announced.get("main") == 5)
        second.offer(await house.commit("notes", "f"))
        await stopped(second, running)
        return await house.announced(), second.lag

    assert run_simulated(story, 1) == ([1, 2, 3, 4, 5, 6], 0)


def test_what_is_offered_before_the_feed_knows_where_it_stands_is_not_lost() -> None:
    async def story(simulation: Simulation) -> list[int]:
        house = House(simulation)
        await house.open()
        feed = house.feed()
        feed.offer(await house.commit("notes", "a"))
        running = asyncio.create_task(feed.run())
        feed.offer(await house.commit("notes", "b"))
        await until(lambda: feed.lag == 0)
        await stopped(feed, running)
        return await house.announced()

    assert run_simulated(story, 1) == [1, 2]


def test_a_commit_that_was_thought_to_have_failed_is_announced_all_the_same() -> None:
    async def story(simulation: Simulation) -> list[int]:
        house = House(simulation)
        await house.open()
        feed = house.feed()
        running = asyncio.create_task(feed.run())
        await until(lambda: feed._opened)
        feed.offer(await house.commit("notes", "a"))
        await house.commit("notes", "b")
        feed.doubt()
        await until(lambda: feed.announced.get("main") == 2)
        house.broker.down()
        feed.offer(await house.commit("notes", "c"))
        await house.commit("notes", "d")
        feed.doubt()
        feed.offer(await house.commit("notes", "e"))
        house.broker.up()
        await until(lambda: feed.announced.get("main") == 5)
        await stopped(feed, running)
        return await house.announced()

    assert run_simulated(story, 1) == [1, 2, 3, 4, 5]


def test_a_feed_that_has_no_more_room_reads_the_log_and_says_everything_once() -> None:
    async def story(simulation: Simulation) -> tuple[list[int], list[int]]:
        house = House(simulation)
        await house.open()
        feed = house.feed(announce_waiting_max=3, announce_count_max=2)
        running = asyncio.create_task(feed.run())
        for number in range(20):
            feed.offer(await house.commit("notes", f"a{number}", f"b{number}"))
            feed.offer(await house.commit("notes", f"c{number}", tenant="acme"))
        await until(lambda: feed.lag == 0)
        await stopped(feed, running)
        return await house.announced(), await house.announced("acme")

    assert run_simulated(story, 1) == (list(range(1, 41)), list(range(1, 21)))


def test_while_the_broker_is_away_it_waits_and_then_goes_on_without_a_double() -> None:
    async def story(simulation: Simulation) -> list[int]:
        house = House(simulation)
        await house.open()
        feed = house.feed()
        running = asyncio.create_task(feed.run())
        house.broker.down()
        feed.offer(await house.commit("notes", "a", "b"))
        feed.offer(await house.commit("tickets", "c"))
        await asyncio.sleep(10)
        house.broker.up()
        await until(lambda: feed.lag == 0)
        await stopped(feed, running)
        return await house.announced()

    assert run_simulated(story, 1) == [1, 2, 3]


def test_stopping_while_the_broker_is_away_leaves_the_rest_to_the_next_start() -> None:
    async def story(simulation: Simulation) -> tuple[int, list[int]]:
        house = House(simulation)
        await house.open()
        feed = house.feed()
        running = asyncio.create_task(feed.run())
        await until(lambda: feed._opened)
        house.broker.down()
        feed.offer(await house.commit("notes", "a"))
        await stopped(feed, running)
        lag = feed.lag
        house.broker.up()
        again = house.feed()
        running = asyncio.create_task(again.run())
        await until(lambda: again.announced.get("main") == 1)
        await stopped(again, running)
        return lag, await house.announced()

    assert run_simulated(story, 1) == (1, [1])


def test_each_announcement_says_what_came_before_it_in_its_collection() -> None:
    async def story(simulation: Simulation) -> list[str]:
        house = House(simulation)
        await house.open()
        feed = house.feed()
        running = asyncio.create_task(feed.run())
        for collection, text in (("x", "a"), ("y", "b"), ("x", "c"), ("y", "d")):
            feed.offer(await house.commit(collection, text))
        await until(lambda: feed.lag == 0)
        await stopped(feed, running)
        return await house.headers()

    assert run_simulated(story, 1) == ["0", "0", "1", "2"]


def test_a_stream_that_was_lost_is_not_filled_with_the_whole_past_again() -> None:
    async def story(simulation: Simulation) -> list[int]:
        house = House(simulation)
        await house.open()
        await house.commit("notes", "a", "b")
        await house.store.commit([MarkAnnounced({"main": 2})])
        feed = house.feed()
        running = asyncio.create_task(feed.run())
        await until(lambda: feed._opened)
        feed.offer(await house.commit("notes", "c"))
        await until(lambda: feed.lag == 0)
        await stopped(feed, running)
        return await house.announced()

    assert run_simulated(story, 1) == [3]


def test_a_log_that_was_set_back_is_announced_from_its_own_end() -> None:
    async def story(simulation: Simulation) -> list[int]:
        house = House(simulation)
        await house.open()
        await house.wire.append(
            "postil.main.changes.notes",
            b'[{"seq":9,"op":"put","collection":"notes","id":"z","version":1,"at":"2026-01-01T00:00:00Z"}]',
        )
        await house.commit("notes", "a")
        feed = house.feed()
        running = asyncio.create_task(feed.run())
        await until(lambda: feed._opened)
        feed.offer(await house.commit("notes", "b"))
        await until(lambda: feed.lag == 0)
        await stopped(feed, running)
        return await house.announced()

    assert run_simulated(story, 1) == [9, 2]


def test_a_change_that_is_too_large_for_the_broker_is_announced_without_its_body() -> None:
    async def story(simulation: Simulation) -> list[bytes]:
        house = House(simulation)
        await house.open()
        feed = house.feed(wire=Narrow(house.broker, "narrow"))
        running = asyncio.create_task(feed.run())
        feed.offer(await house.commit("notes", "a" * 100, "b" * 150))
        await until(lambda: feed.lag == 0)
        await stopped(feed, running)
        return [each.payload for each in await house.wire.read(CHANGES, CHANGES.subject, 0, 10)]

    [payload] = run_simulated(story, 1)
    assert [(change.seq, change.document) for change in decode_changes(payload)] == [(1, None), (2, None)]


class Narrow(MemoryWire):
    """A wire whose broker takes short messages only."""

    payload_bytes_max = 700

    async def append(self, subject: str, payload: bytes, headers: Headers = NO_HEADERS) -> int:
        if len(payload) > self.payload_bytes_max:
            raise TooLarge("the broker takes 700 bytes")
        return await super().append(subject, payload, headers)


def test_a_broker_that_takes_not_even_the_bare_numbers_ends_the_feed_loudly() -> None:
    async def story(simulation: Simulation) -> None:
        house = House(simulation)
        await house.open()
        wire = Narrow(house.broker, "narrow")
        wire.payload_bytes_max = 10
        feed = house.feed(wire=wire)
        feed.offer(await house.commit("notes", "a"))
        with pytest.raises(TooLarge):
            await feed.run()

    run_simulated(story, 1)


def test_a_store_that_is_away_while_the_log_is_read_is_waited_for() -> None:
    async def story(simulation: Simulation) -> list[int]:
        house = House(simulation)
        await house.open()
        await house.commit("notes", "a")
        store = Away(house.store)
        feed = Feed(store, Bus(house.wire), DatabaseSettings(), Patience(0.1, 1.0))
        running = asyncio.create_task(feed.run())
        await until(lambda: feed._opened)
        await until(lambda: feed.lag == 0)
        await stopped(feed, running)
        return await house.announced()

    assert run_simulated(story, 1) == [1]


class Away(MemoryStore):
    """A store that does not answer the first two times."""

    def __init__(self, store: MemoryStore) -> None:
        vars(self).update(vars(store))
        self.refusals = 2

    async def runs(self, tenant: str, since: int, limit: int, bytes_max: int) -> Sequence[Run]:
        if self.refusals:
            self.refusals -= 1
            raise Unavailable("locked")
        return await super().runs(tenant, since, limit, bytes_max)
