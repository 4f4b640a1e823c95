"""Seeded schedules of lost acknowledgements, doubles, delays, reordering and deaths, for ingest and database.

`python -m tests.simulation.schedules 17 18` runs the one with seed 17: a seed gives the same run again, to the order
of every callback.
"""

import asyncio
import logging
import sys
from collections.abc import AsyncIterator
from random import Random

import orjson
import structlog

from shared.bus.bus import Bus
from shared.bus.memory import Faults, MemoryWire
from shared.bus.streams import CHANGES, DEAD, DOCS
from shared.bus.wire import MESSAGE_ID_HEADER
from shared.contracts.changes import Change, decode_changes
from shared.contracts.documents import Draft, GetDocument, ListDocuments
from shared.contracts.saving import PutDocuments
from shared.errors import Unavailable
from shared.settings import WatchSettings
from shared.watch import Overflow, Watcher
from tests.simulation.house import LOOK_SECONDS, House
from tests.simulation.loop import Simulation, run_simulated
from tests.until import until

STORM_SECONDS_MAX = 600.0
TENANT = "main"
COLLECTIONS = ("notes", "tickets")


def faults_from(chance: Random) -> Faults:
    """Each schedule has its own weather: mostly mild, sometimes everything at once."""

    def some() -> float:
        return chance.choice((0.0, 0.02, 0.1, 0.3))

    return Faults(
        append_lost=some(),
        append_ack_lost=some(),
        request_lost=some(),
        reply_lost=some(),
        ack_lost=some(),
        delivery_doubled=some(),
        claim_forgotten=some(),
        deliveries_shuffled=some(),
        watch_lost=some(),
        delayed=some(),
        delay_seconds_max=chance.choice((0.01, 0.5, 3.0)),
    )


class Publisher:
    """Publishes by the stream or by request, and retries until it is told that the document is safe."""

    def __init__(self, wire: MemoryWire, name: str, chance: Random) -> None:
        self._wire = wire
        self._name = name
        self._chance = chance
        self.names: list[str] = []

    async def publish(self, count: int) -> None:
        for number in range(count):
            collection = self._chance.choice(COLLECTIONS)
            text = f"{self._name} {number}"
            if self._chance.random() < 0.5:
                await self._patiently_append(collection, text)
            else:
                await self._patiently_put(collection, text)
            self.names.append(text)

    async def _patiently_append(self, collection: str, text: str) -> None:
        payload = orjson.dumps({"text": text})
        while True:
            try:
                await self._wire.append(f"postil.{TENANT}.docs.{collection}", payload, {MESSAGE_ID_HEADER: text})
            except Unavailable:
                await asyncio.sleep(self._chance.uniform(0, 1))
            else:
                return

    async def _patiently_put(self, collection: str, text: str) -> None:
        query = PutDocuments(documents=(Draft(collection=collection, text=text, idempotency_key=text),))
        while True:
            try:
                reply = await Bus(self._wire).ask(TENANT, query, seconds_max=3)
            except Unavailable:
                await asyncio.sleep(self._chance.uniform(0, 1))
            else:
                assert reply.results[0].error is None
                return


class Reader:
    """A watcher that is killed and resumed along the way, and keeps what it saw."""

    def __init__(self, wire: MemoryWire, chance: Random) -> None:
        self._bus = Bus(wire)
        self._chance = chance
        self.seen: list[Change] = []

    async def read(self) -> None:
        while True:
            since = self.seen[-1].seq if self.seen else 0
            try:
                async with asyncio.timeout(self._chance.uniform(0.5, 20)):
                    await self._read_from(since)
            except TimeoutError:
                continue

    async def _read_from(self, since: int) -> None:
        settings = WatchSettings(waiting_count_max=50, idle_seconds=2)
        async for change in Watcher(self._bus, TENANT, settings, since=since).changes():
            if isinstance(change, Overflow):
                assert change.resume_seq == (self.seen[-1].seq if self.seen else 0)
                return
            self.seen.append(change)


async def schedule(simulation: Simulation) -> int:
    """Returns how many documents were published, and are there."""
    chance = simulation.chance
    house = House(simulation, faults_from(chance), chance.choice((0.0, 0.005, 0.02, 0.05)))
    publishers = [Publisher(house.wire(f"p{number}"), f"p{number}", chance) for number in range(3)]
    reader = Reader(house.wire("reader"), chance)

    async def story() -> None:
        reading = asyncio.create_task(reader.read())
        storming = asyncio.create_task(storm(house))
        await asyncio.gather(*(publisher.publish(chance.randint(1, 12)) for publisher in publishers))
        storming.cancel()
        await house.calm_down()
        expected = sorted(name for publisher in publishers for name in publisher.names)
        await house.everybody_is_back()
        assert not reading.done()
        await until(lambda: len(reader.seen) >= len(expected), seconds_max=300, look_seconds=LOOK_SECONDS)
        await expect_everything_once(house, reader, expected)
        reading.cancel()

    await house.while_living(story)
    return sum(len(publisher.names) for publisher in publishers)


async def storm(house: House) -> None:
    """The broker goes away now and then; and even the worst weather ends."""
    loop = asyncio.get_running_loop()
    while loop.time() < STORM_SECONDS_MAX:
        await asyncio.sleep(house.chance.uniform(1, 30))
        house.broker.down()
        await asyncio.sleep(house.chance.uniform(0, 3))
        house.broker.up()
    await house.calm_down()


async def expect_everything_once(house: House, reader: Reader, expected: list[str]) -> None:
    wire = house.wire("judge")
    bus = Bus(wire)
    stored = [document async for document in all_documents(bus)]
    assert sorted(stored) == expected
    assert [change.seq for change in reader.seen] == list(range(1, len(reader.seen) + 1))
    assert sorted(str(change.document and change.document.text) for change in reader.seen) == expected
    await until(lambda: _stream_ends_at(wire, len(reader.seen)), seconds_max=60, look_seconds=LOOK_SECONDS)
    announced = [
        change.seq
        for each in await wire.read(CHANGES, CHANGES.subject, 0, 10_000)
        for change in decode_changes(each.payload)
    ]
    assert announced == list(range(1, len(reader.seen) + 1))
    assert await wire.read(DEAD, DEAD.subject, 0, 10) == []
    await until(lambda: _is_empty(wire), seconds_max=60, look_seconds=LOOK_SECONDS)


async def _stream_ends_at(wire: MemoryWire, seq: int) -> bool:
    last = await wire.last(CHANGES, CHANGES.subject)
    return last is not None and decode_changes(last.payload)[-1].seq == seq


async def _is_empty(wire: MemoryWire) -> bool:
    return next(state.messages for state in await wire.streams() if state.name == DOCS.name) == 0


async def all_documents(bus: Bus) -> AsyncIterator[str]:
    after: str | None = None
    while True:
        page = await bus.ask(TENANT, ListDocuments(after=after, limit=7))
        for document in page.items:
            assert await bus.ask(TENANT, GetDocument(id=document.id)) == document
            yield str(document.text)
        if page.next is None:
            return
        after = page.next


def main() -> None:
    first, last = (int(argument) for argument in sys.argv[1:3])
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    documents = sum(run_simulated(schedule, seed) for seed in range(first, last))
    sys.stdout.write(f"{last - first} schedules {documents} documents\n")


if __name__ == "__main__":
    main()
