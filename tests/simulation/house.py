"""Ingest and database in a simulation: processes that may die anywhere, on a store that survives them."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from random import Random

from services.database.memory import MemoryStore
from services.database.service import DatabaseService
from services.database.store import Commit, Work
from services.ingest.service import IngestService
from shared.bus.bus import Bus
from shared.bus.memory import Faults, MemoryBroker, MemoryWire
from shared.bus.streams import CONSUMERS, STREAMS
from shared.clock import Clock
from shared.runtime.dead import Undertaker
from shared.runtime.runner import Runner
from shared.runtime.service import Service
from shared.settings import DatabaseSettings, RuntimeSettings, Settings
from tests.simulation.loop import Simulation
from tests.until import until

RESTART_SECONDS_MAX = 2.0
SETTINGS = Settings(
    runtime=RuntimeSettings(retry_seconds_min=0.05, retry_seconds_max=1.0),
    database=DatabaseSettings(sweep_seconds=20),
)
# Looking costs, and time does not.
LOOK_SECONDS = 0.5

Build = Callable[["Life", Bus], Service]


class Life:
    """One run of a process. Once it is over, nothing that is left of it does anything any more."""

    def __init__(self, house: "House", name: str) -> None:
        self._house = house
        self._name = name
        self.is_over = False
        self.ended = asyncio.Event()
        self.wire = MemoryWire(house.broker, name, self.come_to)
        self.task: asyncio.Task[None] | None = None

    def come_to(self, point: str) -> None:
        """A moment at which it may die."""
        if self.is_over:
            raise asyncio.CancelledError
        if self._house.chance.random() < self._house.death_rate:
            self._house.broker.weather.note(f"{self._name} dies at {point}")
            self.is_over = True
            self.ended.set()
            self.wire.crash()
            assert self.task is not None
            self.task.cancel()
            raise asyncio.CancelledError


class MortalStore(MemoryStore):
    """The store as one life of the database sees it, which may end before a commit or between it and its answer."""

    def __init__(self, store: MemoryStore, life: Life) -> None:
        vars(self).update(vars(store))
        self._store = store
        self._life = life

    async def commit(self, works: Sequence[Work]) -> Commit:
        self._life.come_to("commit")
        commit = await self._store.commit(works)
        self._life.come_to("committed")
        return commit


class Process:
    """A service that is started again whenever it has died, as `postil up` does it."""

    def __init__(self, house: "House", name: str, build: Build) -> None:
        self._house = house
        self._name = name
        self._build = build
        self._runner: Runner | None = None
        self.deaths = 0
        self.is_closing = False

    async def live(self) -> None:
        while not self.is_closing:
            life = Life(self._house, self._name)
            bus = Bus(life.wire)
            self._runner = Runner(self._build(life, bus), bus, SETTINGS, self._house.clock)
            life.task = asyncio.create_task(self._runner.run())
            # What is left of a dead process may hang for ever; nobody waits for it.
            ended = asyncio.create_task(life.ended.wait())
            await asyncio.wait([life.task, ended], return_when=asyncio.FIRST_COMPLETED)
            ended.cancel()
            if life.is_over:
                self.deaths += 1
                await asyncio.sleep(self._house.chance.uniform(0, RESTART_SECONDS_MAX))
            else:
                await life.wire.close()
                life.task.result()

    def close(self) -> None:
        self.is_closing = True
        if self._runner is not None:
            self._runner.stopping.set()


class House:
    def __init__(self, simulation: Simulation, faults: Faults, death_rate: float) -> None:
        self.chance: Random = simulation.chance
        self.clock: Clock = simulation.clock
        self.death_rate = death_rate
        self._faults = faults
        self.broker = MemoryBroker(simulation.clock, simulation.chance)
        self.store = MemoryStore(simulation.clock)
        self.processes = [Process(self, "database", self._database), Process(self, "ingest", self._ingest)]

    def wire(self, name: str) -> MemoryWire:
        return MemoryWire(self.broker, name)

    async def calm_down(self) -> None:
        self.death_rate = 0.0
        self.broker.faults = Faults()
        self.broker.up()

    async def everybody_is_back(self) -> None:
        wire = self.wire("porter")
        await until(lambda: self._all_answer(wire), seconds_max=60, look_seconds=LOOK_SECONDS)

    async def _all_answer(self, wire: MemoryWire) -> bool:
        return {state.name for state in await wire.services(1)} == {"postil-database", "postil-ingest"}

    async def while_living(self, story: Callable[[], Awaitable[None]]) -> None:
        """Tell the story while the processes live and die; then end them properly."""
        await self.wire("setup").ensure(STREAMS, CONSUMERS)
        self.broker.faults = self._faults
        living = [asyncio.create_task(process.live()) for process in self.processes]
        telling = asyncio.ensure_future(story())
        await asyncio.wait([telling, *living], return_when=asyncio.FIRST_COMPLETED)
        for process in reversed(self.processes):
            process.close()
        await telling
        await asyncio.gather(*living)

    def _database(self, life: Life, bus: Bus) -> Service:
        return DatabaseService(MortalStore(self.store, life), bus, SETTINGS, self.clock)

    def _ingest(self, life: Life, bus: Bus) -> Service:
        bury = Undertaker(bus, self.clock).bury
        return IngestService(bus, bury, SETTINGS, self.clock, self.chance.randbytes)
