"""The analysis beside the real database service, in memory and in simulated time; its workers are none of their own."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

from services.analysis.catalogue import Catalogue
from services.analysis.service import AnalysisService, Tools
from services.analysis.step import Desk, Finding, Finish, Noted, Step
from services.analysis.workers.running import Running
from services.analysis.workers.task import Notes, Task
from services.database.memory import MemoryStore
from services.database.service import DatabaseService
from services.database.store import Save
from shared.bus.bus import Bus
from shared.bus.memory import MemoryBroker, MemoryWire
from shared.contracts.annotations import Note
from shared.contracts.changes import Change, ListChanges
from shared.contracts.documents import DeleteDocument, Document, Draft, GetDocument
from shared.contracts.saving import SaveDocuments, seal
from shared.errors import NotFound
from shared.runtime.runner import Runner
from shared.runtime.service import Service
from shared.settings import AnalysisSettings, Settings
from tests.simulation.loop import Simulation, run_simulated
from tests.until import until

LOOK_SECONDS = 0.1


class InlineCrew:
    """Runs the pure halves where it stands."""

    restarts = 0

    def __init__(self, catalogue: Catalogue, settings: AnalysisSettings) -> None:
        self._running = Running(settings.text_count_max)
        self._catalogue = catalogue
        self._stopping = asyncio.Event()
        self.tasks: list[Task] = []

    async def run(self, tasks: Sequence[Task]) -> Sequence[Notes]:
        self.tasks += tasks
        return [self._running.notes(task.json, task.steps, task.asked, lambda _: None) for task in tasks]

    async def keep(self) -> None:
        await self._stopping.wait()

    def stop(self) -> None:
        self._stopping.set()


class FixedEmbedder:
    model = "fixed"
    dimensions = 1

    async def embed(self, texts: Sequence[str]) -> Sequence[bytes]:
        return [len(text).to_bytes(2, "little") for text in texts]


class House:
    def __init__(self, simulation: Simulation, steps: Sequence[Step], analysis: AnalysisSettings) -> None:
        self.settings = Settings(analysis=analysis)
        self.clock = simulation.clock
        self.broker = MemoryBroker(simulation.clock, simulation.chance)
        self.bus = Bus(self.wire("test"))
        self.catalogue = Catalogue(steps)
        self.crew = InlineCrew(self.catalogue, analysis)
        self._store = MemoryStore(simulation.clock)
        self._running: dict[str, tuple[Runner, asyncio.Task[None]]] = {}

    def add(self, step: Step) -> None:
        """One more, or another version of one, from the next start on."""
        self.catalogue = Catalogue([*({**self.catalogue.steps, step.name: step}.values())])

    def wire(self, name: str) -> MemoryWire:
        return MemoryWire(self.broker, name)

    async def open_database(self) -> None:
        bus = Bus(self.wire("database"))
        await self._open(DatabaseService(self._store, bus, self.settings, self.clock), bus)

    async def open_analysis(self) -> AnalysisService:
        bus = Bus(self.wire("analysis"))
        self.crew = InlineCrew(self.catalogue, self.settings.analysis)
        tools = Tools(self.catalogue, self.crew, lambda _: FixedEmbedder())
        service = AnalysisService(bus, tools, self.settings, self.clock)
        await self._open(service, bus)
        return service

    async def _open(self, service: Service, bus: Bus) -> None:
        runner = Runner(service, bus, self.settings, self.clock)
        ready = asyncio.Event()
        self._running[service.name] = runner, asyncio.create_task(runner.run(ready.set))
        await ready.wait()

    async def close(self, name: str) -> None:
        runner, running = self._running.pop(name)
        runner.stopping.set()
        await running

    async def close_all(self) -> None:
        for name in sorted(self._running):
            await self.close(name)

    async def put(self, id: str, text: str = "one two", collection: str = "notes", tenant: str = "main") -> None:
        sealed = seal(Draft(id=id, text=text, collection=collection), id, collection)
        await self.bus.ask(tenant, SaveDocuments(documents=(sealed,)))

    async def put_unannounced(self, id: str) -> None:
        """Where the feed does not see it."""
        await self._store.commit([Save("main", [seal(Draft(id=id, text=id), id, "notes")])])

    async def delete(self, id: str) -> None:
        await self.bus.ask("main", DeleteDocument(id=id))

    async def get(self, id: str, tenant: str = "main") -> Document:
        return await self.bus.ask(tenant, GetDocument(id=id))

    async def notes(self, id: str, tenant: str = "main") -> dict[str, Note]:
        """Those of its present version."""
        document = await self.get(id, tenant)
        return {note.step: note for note in document.annotations if note.version == document.version}

    async def until_noted(
        self, id: str, *steps: str, tenant: str = "main", status: str | None = None, seconds_max: float = 60
    ) -> dict[str, Note]:
        async def noted() -> bool:
            with suppress(NotFound):
                notes = await self.notes(id, tenant)
                return all(step in notes and status in (None, notes[step].status) for step in steps)
            return False

        await until(noted, seconds_max=seconds_max, look_seconds=LOOK_SECONDS)
        return await self.notes(id, tenant)

    async def changes(self, tenant: str = "main") -> Sequence[Change]:
        items: list[Change] = []
        while page := (await self.bus.ask(tenant, ListChanges(since=items[-1].seq if items else 0, limit=500))).items:
            items += page
        return items

    async def annotating(self, id: str) -> list[Change]:
        """The changes of a document that are notes."""
        return [change for change in await self.changes() if change.op == "annotate" and change.id == id]


Story = Callable[[House], Awaitable[None]]


def live(
    story: Story, steps: Sequence[Step], analysis: AnalysisSettings | None = None, *, seconds_max: float = 36_000
) -> None:
    """Tell the story in a house in which the database is there; the analysis is the story's affair."""

    async def tell(simulation: Simulation) -> None:
        house = House(simulation, steps, analysis or AnalysisSettings())
        await house.open_database()
        await story(house)
        await house.close_all()

    run_simulated(tell, 1, seconds_max=seconds_max)


def words(name: str = "words", version: int = 1) -> Step:
    """A step that counts words."""
    return Step(name, version, lambda document: len((document.text or "").split()))


def finishing(find: Callable[[Noted], Finding]) -> Finish:
    """A second half that looks at each document by itself."""

    async def finish(noted: Sequence[Noted], desk: Desk) -> Sequence[Finding]:
        return [find(each) for each in noted]

    return finish
