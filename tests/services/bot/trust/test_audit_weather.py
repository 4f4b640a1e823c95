"""Two bots write one chain, whatever gets lost on the way, and however often the database dies."""

import asyncio
from itertools import islice

import pytest

from services.bot.trust.audit import AuditBook
from shared.bus.bus import Bus
from shared.bus.memory import Faults
from shared.contracts.audit import AUDIT_COLLECTION
from shared.contracts.documents import Document, ListDocuments
from shared.errors import Unavailable
from shared.shelf import Shelf
from tests.services.bot.entries import checked, data_of, facts
from tests.services.bot.shelves import let_pass
from tests.simulation.house import LOOK_SECONDS, House
from tests.simulation.loop import Simulation, run_simulated
from tests.until import until

ENTRIES = 100


class Writer:
    """A bot that records its commands one after another or several at a time, and never says one twice."""

    def __init__(self, simulation: Simulation, house: House, name: str) -> None:
        self._simulation = simulation
        self._chance = house.chance
        self.name = name
        self.book = AuditBook(Shelf(Bus(house.wire(name))), house.clock)
        self.unsure = 0

    async def record_all(self) -> None:
        numbers = iter(range(ENTRIES))
        while some := list(islice(numbers, self._chance.randint(1, 5))):
            await asyncio.gather(*map(self._record, some))

    async def _record(self, number: int) -> None:
        event = facts(f"{self.name} {number}", self.name)
        if self._chance.random() < 0.3:
            self.book.note("main", event)
            return
        try:
            await self.book.record("main", event)
        except Unavailable:
            self.unsure += 1
            await let_pass(self._simulation, self._chance.uniform(0, 1))

    @property
    def is_done(self) -> bool:
        return self.book.vitals()["audit_waiting"] == 0 and not self.book.is_behind


async def all_entries(bus: Bus) -> list[Document]:
    found: list[Document] = []
    after: str | None = None
    while True:
        page = await bus.ask("main", ListDocuments(collection=AUDIT_COLLECTION, after=after))
        found += page.items
        if page.next is None:
            return found
        after = page.next


async def two_writers(simulation: Simulation, faults: Faults, death_rate: float) -> tuple[int, int]:
    """Returns how many records were unsure for their writers, and how often a process died."""
    house = House(simulation, faults, death_rate)
    writers = [Writer(simulation, house, "one"), Writer(simulation, house, "two")]

    async def story() -> None:
        running = [asyncio.create_task(writer.book.run()) for writer in writers]
        if not death_rate:
            await house.everybody_is_back()
        await asyncio.gather(*(writer.record_all() for writer in writers))
        await house.calm_down()
        await house.everybody_is_back()
        await until(lambda: all(writer.is_done for writer in writers), seconds_max=300, look_seconds=LOOK_SECONDS)
        found = await all_entries(Bus(house.wire("judge")))
        expected = sorted(f"{writer.name} {number}" for writer in writers for number in range(ENTRIES))
        assert sorted(map(str, data_of(found, "command"))) == expected
        assert checked(found) == []
        for writer in writers:
            writer.book.stop()
        await asyncio.gather(*running)

    await house.while_living(story)
    return sum(writer.unsure for writer in writers), sum(process.deaths for process in house.processes)


@pytest.mark.parametrize("seed", range(2))
def test_two_writers_make_one_chain_though_requests_and_replies_get_lost(seed: int) -> None:
    faults = Faults(request_lost=0.05, reply_lost=0.05, delayed=0.2, delay_seconds_max=3.0)
    unsure, _ = run_simulated(lambda simulation: two_writers(simulation, faults, 0.0), seed)
    assert unsure > 0


@pytest.mark.parametrize("seed", range(2))
def test_two_writers_make_one_chain_though_the_database_dies_again_and_again(seed: int) -> None:
    _, deaths = run_simulated(lambda simulation: two_writers(simulation, Faults(reply_lost=0.02), 0.01), seed)
    assert deaths > 1


def test_two_writers_in_fine_weather_are_never_unsure() -> None:
    assert run_simulated(lambda simulation: two_writers(simulation, Faults(), 0.0), 1) == (0, 0)
