"""Lanes: in one place in order, places beside each other, and a bound for everything."""

import asyncio
from collections import defaultdict

from services.bot.command import Place
from services.bot.listening.lanes import Lanes, Work
from tests.services.bot.house import pass_time
from tests.simulation.loop import Simulation, simulated
from tests.until import until


class Street:
    """Lanes, and what has become of the work in them."""

    def __init__(self, simulation: Simulation, *, at_a_time_max: int = 256, waiting_count_max: int = 20) -> None:
        self._simulation = simulation
        self.complaints: list[tuple[str, int]] = []
        self.done: dict[str, list[int]] = defaultdict(list)
        self.busy = self.busiest = 0
        self.lanes = Lanes(
            self.complain, simulation.clock, at_a_time_max=at_a_time_max, waiting_count_max=waiting_count_max
        )

    async def complain(self, tenant: str, place: Place, count: int) -> None:
        self.complaints.append((place.channel, count))

    def put(self, channel: str, number: int = 0, seconds: float = 1.0) -> bool:
        return self.lanes.put("main", Place("irc", channel), self.work(channel, number, seconds))

    def work(self, channel: str, number: int, seconds: float) -> Work:
        async def work() -> None:
            self.busy += 1
            self.busiest = max(self.busiest, self.busy)
            await pass_time(self._simulation, seconds)
            self.busy -= 1
            self.done[channel].append(number)

        return work


@simulated
async def test_fifty_places_each_in_order_and_none_waits_for_another(simulation: Simulation) -> None:
    street = Street(simulation)
    assert all(
        street.put(f"c{place}", number, simulation.chance.random()) for number in range(20) for place in range(50)
    )
    await until(lambda: street.lanes.places == 0, seconds_max=20.5)
    assert dict(street.done) == {f"c{place}": list(range(20)) for place in range(50)}
    assert (street.busiest, street.lanes.dropped, street.complaints) == (50, 0, [])


@simulated
async def test_who_hangs_in_one_place_holds_up_only_that_one(simulation: Simulation) -> None:
    street = Street(simulation)
    assert street.put("slow", seconds=1_000)
    assert street.put("fast", seconds=0.001)
    await until(lambda: street.done["fast"] == [0], seconds_max=0.1)
    assert street.lanes.places == 1


@simulated
async def test_no_more_is_worked_on_at_a_time_than_may_be(simulation: Simulation) -> None:
    street = Street(simulation, at_a_time_max=3)
    assert all(street.put(f"c{place}") for place in range(30))
    await until(lambda: street.lanes.places == 0, seconds_max=60)
    assert street.busiest == 3
    assert len(street.done) == 30


@simulated
async def test_beyond_what_may_wait_it_is_dropped_and_told_once_a_minute(simulation: Simulation) -> None:
    street = Street(simulation, waiting_count_max=2)
    assert [street.put("a", number) for number in range(6)] == [True, True, False, False, False, False]
    assert street.put("b")
    await until(lambda: street.lanes.places == 0)
    assert (street.done["a"], street.complaints, street.lanes.dropped) == ([0, 1], [("a", 4)], 4)
    for number in range(5):
        street.put("a", number)
    await until(lambda: street.lanes.places == 0)
    assert (len(street.complaints), street.lanes.dropped) == (1, 7)
    await asyncio.sleep(60)
    for number in range(5):
        street.put("a", number)
    await until(lambda: street.lanes.places == 0)
    assert street.complaints == [("a", 4), ("a", 3)]


@simulated
async def test_what_waits_in_all_places_has_a_bound_too(simulation: Simulation) -> None:
    street = Street(simulation, at_a_time_max=2, waiting_count_max=2)
    assert [street.put(f"c{place}") for place in range(6)] == [True] * 4 + [False] * 2
    await until(lambda: street.lanes.places == 0)
    assert sorted(street.done) == ["c0", "c1", "c2", "c3"]


@simulated
async def test_what_breaks_costs_only_itself(simulation: Simulation) -> None:
    street = Street(simulation)

    async def broken() -> None:
        raise RuntimeError("by design")

    assert street.lanes.put("main", Place("irc", "a"), broken)
    assert street.put("a", 7)
    await until(lambda: street.done["a"] == [7])


@simulated
async def test_draining_does_what_there_is_and_gives_up_what_hangs(simulation: Simulation) -> None:
    street = Street(simulation)
    for number in range(3):
        street.put("a", number)
    street.put("b", seconds=1_000)
    street.put("b", 1)
    await street.lanes.drain(5)
    assert (dict(street.done), street.lanes.dropped, street.lanes.waiting) == ({"a": [0, 1, 2]}, 1, 0)
    await street.lanes.drain(5)
    assert simulation.clock.loop.time() < 6
