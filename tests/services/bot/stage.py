"""A voice on a stage, in simulated time: a real database in memory, and a network that does as it is told."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from random import Random
from typing import Literal

from services.bot.command import Answer, Call, Command, Person, Place, Result
from services.bot.rehearsal import RehearsalDesk
from services.bot.saying.backlog import COLLECTION, Entry
from services.bot.saying.speaking import Voice
from services.database.memory import MemoryStore
from services.database.service import DatabaseService
from services.ingest.service import IngestService
from shared.bus.bus import Bus, reply_of_error, reply_with
from shared.bus.memory import MemoryBroker, MemoryWire, Point
from shared.bus.streams import CONSUMERS, STREAMS
from shared.bus.wire import Calling, Delivery, Endpoint, Reply, Stoppable
from shared.contracts.chat import Said, Say
from shared.contracts.documents import Document
from shared.errors import Invalid, PostilError, TimedOut, Unavailable
from shared.runtime.dead import Undertaker
from shared.runtime.runner import Runner
from shared.settings import BotSettings, DatabaseSettings, Settings
from shared.shelf import Shelf
from tests.simulation.loop import Simulation, run_simulated

Mood = Literal["says", "is away", "gives up", "refuses", "is silent"]
HERE = Place("irc", "python")
ADA = Person("ada")
REFUSALS: dict[Mood, PostilError] = {
    "is away": Unavailable("not connected"),
    "gives up": TimedOut("the server did not answer"),
    "refuses": Invalid("there is no such channel"),
}
DAY_SECONDS = 86_400.0


async def passing(simulation: Simulation, seconds: float) -> None:
    """Let made-up time go by."""
    await asyncio.sleep(seconds)


class Network:
    """What it was asked to say is `asked`; what its people have heard is `said`."""

    def __init__(self, broker: MemoryBroker, simulation: Simulation) -> None:
        self._simulation = simulation
        self.wire = MemoryWire(broker, "network")
        self.mood: Mood = "says"
        # So many lines it still takes as its mood is; then it says them again.
        self.mood_count = DAY_SECONDS
        self.asked: list[Say] = []
        self.said: list[Say] = []
        self._door: Stoppable | None = None

    async def open(self) -> None:
        endpoint = Endpoint("say", "postil.*.say.irc.>", self._say, 1_000)
        self._door = await self.wire.answer(Calling("postil-irc", "1.0.0", "", dict), [endpoint])

    async def close(self) -> None:
        assert self._door is not None
        await self._door.stop()

    @property
    def texts(self) -> list[str]:
        return [say.text for say in self.said]

    async def _say(self, request: Delivery) -> Reply:
        say = Say.decode(request.payload)
        self.asked.append(say)
        self.mood_count -= 1
        if self.mood_count < 0:
            self.mood = "says"
        if self.mood in REFUSALS:
            return reply_of_error(REFUSALS[self.mood])
        self.said.append(say)
        if self.mood == "is silent":
            await passing(self._simulation, DAY_SECONDS)
        return reply_with(Said())


class Stage:
    def __init__(self, simulation: Simulation, settings: BotSettings) -> None:
        self._simulation = simulation
        self.clock = simulation.clock
        self.chance = simulation.chance
        self.settings = settings
        self.broker = MemoryBroker(simulation.clock, simulation.chance)
        self.network = Network(self.broker, simulation)
        self.audience = Bus(MemoryWire(self.broker, "audience"))
        self.shelf = Shelf(self.audience)
        self._store = MemoryStore(simulation.clock)
        self._house: list[tuple[Runner, asyncio.Task[None]]] = []

    async def passing(self, seconds: float) -> None:
        await passing(self._simulation, seconds)

    async def open_database(self) -> None:
        await self.audience.wire.ensure(STREAMS, CONSUMERS)
        # Nothing expires in here, and sweeps would take most of the time.
        settings = Settings(database=DatabaseSettings(sweep_seconds=10 * DAY_SECONDS))
        bus = Bus(MemoryWire(self.broker, "database"))
        ingest = Bus(MemoryWire(self.broker, "ingest"))
        for runner in (
            Runner(DatabaseService(self._store, bus, settings, self.clock), bus, settings, self.clock),
            Runner(
                IngestService(ingest, Undertaker(ingest, self.clock).bury, settings, self.clock, self.chance.randbytes),
                ingest,
                settings,
                self.clock,
            ),
        ):
            ready = asyncio.Event()
            self._house.append((runner, asyncio.create_task(runner.run(ready.set))))
            await ready.wait()

    async def close_database(self) -> None:
        for runner, running in reversed(self._house):
            runner.stopping.set()
            await running
        self._house = []

    def bot(self, reached: Callable[[Point], None] = lambda point: None) -> "Bot":
        return Bot(self, MemoryWire(self.broker, "bot", reached))

    async def documents(self, tenant: str = "main") -> Sequence[Document]:
        return [document async for document in self.shelf.all(tenant, COLLECTION)]

    async def entries(self, tenant: str = "main") -> Sequence[Entry]:
        entries = [Entry.of(document) for document in await self.documents(tenant)]
        return [entry for entry in entries if entry is not None]

    async def states(self) -> Sequence[tuple[str, str, int]]:
        return [(each.say.text, each.state, each.tries) for each in await self.entries()]


class Bot:
    """One run of the bot."""

    def __init__(self, stage: Stage, wire: MemoryWire) -> None:
        self.wire = wire
        bus = Bus(wire)
        self.voice = Voice(bus, Shelf(bus), stage.settings, stage.clock, "house", stage.chance)
        self.running = asyncio.create_task(self.voice.run())

    async def stop(self) -> None:
        self.voice.stop()
        await self.running

    def kill(self) -> None:
        self.wire.crash()
        self.running.cancel()


async def silence() -> Result:
    return ()


def call_of(place: Place = HERE, who: Person = ADA, *, private: bool = False) -> Call:
    command = Command("test", "Tries the voice.", silence, private=private)
    at = RehearsalDesk.started_at
    return Call(RehearsalDesk(), "main", place, who, at, Random(0), command, "", "line-1")


def lines(*texts: str) -> Answer:
    return Answer(texts)


def staged(
    story: Callable[[Stage], Awaitable[None]],
    seed: int = 1,
    *,
    settings: BotSettings | None = None,
    has_network: bool = True,
    seconds_max: float = 10 * DAY_SECONDS,
) -> None:
    async def told(simulation: Simulation) -> None:
        stage = Stage(simulation, settings or BotSettings(confirm_seconds_max=20))
        await stage.open_database()
        if has_network:
            await stage.network.open()
        await story(stage)
        await stage.close_database()

    run_simulated(told, seed, seconds_max=seconds_max)
