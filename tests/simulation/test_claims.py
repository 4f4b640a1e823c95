"""Claims while everything goes wrong: never two who know that they hold it, and numbers that grow with the holders."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

from shared.bus.bus import Bus
from shared.contracts.claims import claim_id, claim_of, releasing, taking
from shared.errors import Conflict, NotFound, Unavailable
from shared.shelf import Shelf
from tests.simulation.house import House
from tests.simulation.loop import Simulation, run_simulated
from tests.simulation.schedules import faults_from

PEOPLE = 20
ROUNDS = 15
SECONDS = 60
TENANT = "main"


@dataclass(slots=True)
class Holding:
    """From when to when somebody knew that the thing was theirs."""

    holder: str
    number: int
    since: float
    until: float


class Claimant:
    def __init__(self, house: House, name: str) -> None:
        self._house = house
        self._name = name
        self._shelf = Shelf(Bus(house.wire(name)))
        self.holdings: list[Holding] = []

    async def live(self) -> None:
        for _ in range(ROUNDS):
            try:
                if self._house.chance.random() < 0.7:
                    await self._claim()
                else:
                    await self._release()
            except (Conflict, NotFound, Unavailable):
                pass
            await asyncio.sleep(self._house.chance.uniform(0, SECONDS))

    async def _claim(self) -> None:
        loop = asyncio.get_running_loop()
        standing = await self._shelf.get(TENANT, claim_id("T-17"))
        asked_at = loop.time()
        saved = await self._shelf.put(TENANT, taking("T-17", self._name, SECONDS, standing))
        claim = None if standing is None else claim_of(standing)
        number = (saved.version or 0) if claim is None else claim.number
        if self.holdings and self.holdings[-1].number == number:
            self.holdings[-1].until = asked_at + SECONDS
        else:
            self.holdings.append(Holding(self._name, number, loop.time(), asked_at + SECONDS))

    async def _release(self) -> None:
        standing = releasing("T-17", self._name, await self._shelf.get(TENANT, claim_id("T-17")))
        if self.holdings:
            self.holdings[-1].until = min(self.holdings[-1].until, asyncio.get_running_loop().time())
        await self._shelf.take(TENANT, standing)


def holdings_of(seed: int) -> list[Holding]:
    """In the order in which they began."""

    async def story(simulation: Simulation) -> list[Holding]:
        house = House(simulation, faults_from(simulation.chance), 0.01)
        people = [Claimant(house, f"p{number}") for number in range(PEOPLE)]

        async def all_of_them() -> None:
            await asyncio.gather(*(each.live() for each in people))

        await house.while_living(all_of_them)
        return sorted((each for person in people for each in person.holdings), key=lambda each: each.since)

    return run_simulated(story, seed, seconds_max=timedelta(hours=10).total_seconds())


def test_never_two_hold_it_and_the_numbers_grow() -> None:
    count = 0
    for seed in range(8):
        holdings = holdings_of(seed)
        count += len(holdings)
        for earlier, later in pairwise(holdings):
            assert earlier.until <= later.since, (seed, earlier, later)
            assert earlier.number < later.number, (seed, earlier, later)
    assert count > 20
