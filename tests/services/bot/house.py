"""The whole bot with the real ingest and database, in simulated time, and a network that hears what it says."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import orjson
from pydantic import JsonValue

from services.bot.arguments import Span
from services.bot.catalogue import Catalogue
from services.bot.command import Call, Command
from services.bot.service import BotService, assemble
from services.database.memory import MemoryStore
from services.database.service import DatabaseService
from services.ingest.service import IngestService
from shared.bus.bus import Bus, reply_with
from shared.bus.memory import MemoryBroker, MemoryWire
from shared.bus.wire import MESSAGE_ID_HEADER, NO_HEADERS, Calling, Delivery, Endpoint, Reply
from shared.contracts.audit import AUDIT_COLLECTION
from shared.contracts.chat import Said, Say
from shared.contracts.documents import Document, ListDocuments
from shared.runtime.dead import Undertaker
from shared.runtime.runner import Runner
from shared.runtime.service import Service
from shared.settings import BotSettings, Grant, Settings
from tests.simulation.loop import Simulation, run_simulated
from tests.until import until

OWNER = Grant(who="olga", role="owner")


def wait_command(simulation: Simulation) -> Command:
    async def wait(call: Call, span: Span) -> str:
        await asyncio.sleep(span.total_seconds())
        return "waited"

    return Command("wait", "takes its time", wait)


async def pass_time(simulation: Simulation, seconds: float) -> None:
    await asyncio.sleep(seconds)


class House:
    def __init__(self, simulation: Simulation, bot: BotSettings, commands: Sequence[Command] | None) -> None:
        self.simulation = simulation
        self.clock = simulation.clock
        self.settings = Settings(bot=bot)
        self.broker = MemoryBroker(simulation.clock, simulation.chance)
        self.bus = Bus(self.wire("test"))
        self.said: list[Say] = []
        # What `reload` finds.
        self.written: BotSettings | Exception = bot
        self.bot: BotService | None = None
        self._commands = commands
        self._store = MemoryStore(simulation.clock)
        self._running: dict[str, tuple[Runner, asyncio.Task[None]]] = {}

    def wire(self, name: str) -> MemoryWire:
        return MemoryWire(self.broker, name)

    async def open_network(self) -> None:
        async def say(request: Delivery) -> Reply:
            self.said.append(Say.decode(request.payload))
            return reply_with(Said())

        endpoint = Endpoint("say", "postil.*.say.>", say, 1_000)
        await self.wire("network").answer(Calling("network", "1.0.0", "", dict), [endpoint])

    async def muffle(self, *verbs: str) -> None:
        """Somebody who takes these questions and never answers them."""

        async def silence(request: Delivery) -> Reply:
            await asyncio.Event().wait()
            raise AssertionError

        endpoints = [Endpoint(verb, f"postil.*.{verb}", silence, 1_000) for verb in verbs]
        await self.wire("mute").answer(Calling("mute", "1.0.0", "", dict), endpoints)

    async def open_bot(self) -> BotService:
        bus = Bus(self.wire("bot"))
        given = self._commands
        catalogue = None if given is None else Catalogue([*given, wait_command(self.simulation)])
        self.bot = assemble(bus, self.settings, self.clock, self.simulation.chance, self.read_anew, catalogue)
        await self._open("bot", self.bot, bus)
        return self.bot

    async def wait(self, seconds: float) -> None:
        await pass_time(self.simulation, seconds)

    def read_anew(self) -> tuple[BotSettings, Path]:
        if isinstance(self.written, Exception):
            raise self.written
        return self.written, self.settings.commands_path

    async def open_database(self) -> None:
        bus = Bus(self.wire("database"))
        await self._open("database", DatabaseService(self._store, bus, self.settings, self.clock), bus)
        bus = Bus(self.wire("ingest"))
        bury = Undertaker(bus, self.clock).bury
        await self._open(
            "ingest", IngestService(bus, bury, self.settings, self.clock, self.simulation.chance.randbytes), bus
        )

    async def close(self, *names: str) -> None:
        """Drain those, or all that are open: those that ask before those that answer."""
        for name in names or ("bot", "ingest", "database"):
            if name in self._running:
                runner, running = self._running.pop(name)
                runner.stopping.set()
                await running

    async def publish(self, payload: bytes, channel: str = "irc.py", message_id: str | None = None) -> None:
        headers = NO_HEADERS if message_id is None else {MESSAGE_ID_HEADER: message_id}
        await self.bus.wire.append(f"postil.main.docs.chat.{channel}", payload, headers)

    async def line(self, text: str, channel: str = "irc.py", **fields: JsonValue) -> None:
        await self.publish(orjson.dumps({"author": "ada", "text": text, **fields}), channel)

    async def answer_to(self, text: str, channel: str = "irc.py", *, lines: int = 1, **fields: JsonValue) -> list[str]:
        """What it says to a line, at least so many lines of it."""
        before = len(self.said)
        await self.line(text, channel, **fields)
        await until(lambda: len(self.said) >= before + lines, seconds_max=60)
        return [say.text for say in self.said[before:]]

    def texts(self) -> dict[str, list[str]]:
        """What was said, by channel."""
        found: dict[str, list[str]] = defaultdict(list)
        for say in self.said:
            found[say.channel].append(say.text)
        return dict(found)

    def vital(self, name: str) -> object:
        assert self.bot is not None
        return self.bot.vitals()[name]

    async def audit(self) -> list[dict[str, JsonValue]]:
        found = [document.data for document in await self.documents(AUDIT_COLLECTION)]
        return [data for data in found if isinstance(data, dict)]

    async def documents(self, collection: str) -> Sequence[Document]:
        return (await self.bus.ask("main", ListDocuments(collection=collection))).items

    async def _open(self, name: str, service: Service, bus: Bus) -> None:
        runner = Runner(service, bus, self.settings, self.clock)
        ready = asyncio.Event()
        self._running[name] = runner, asyncio.create_task(runner.run(ready.set))
        await ready.wait()


Story = Callable[[House], Awaitable[None]]


def in_house(
    story: Story,
    *,
    bot: BotSettings | None = None,
    commands: Sequence[Command] | None = None,
    seed: int = 1,
    with_database: bool = True,
) -> House:
    """Tell a story in a house where all are at work, and end them properly.

    It has our commands, or else those that are given, and `wait`.
    """

    async def tell(simulation: Simulation) -> House:
        house = House(simulation, bot or BotSettings(roles=(OWNER,)), commands)
        await house.open_network()
        if with_database:
            await house.open_database()
        await house.open_bot()
        await story(house)
        await house.close()
        return house

    return run_simulated(tell, seed)
