"""The service as it is built: its real steps in real worker processes, of which one is killed on the way."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random

from services.analysis.service import build
from services.database.memory import MemoryStore
from services.database.service import DatabaseService
from shared.bus.bus import Bus
from shared.bus.memory import MemoryBroker, MemoryWire
from shared.clock import SystemClock
from shared.contracts.changes import Change, ListChanges
from shared.contracts.documents import Draft
from shared.contracts.saving import SaveDocuments, seal
from shared.contracts.search import Embed
from shared.runtime.process import Context
from shared.runtime.runner import Runner
from shared.settings import Settings
from tests.system import children
from tests.until import until

COUNT = 100


@asynccontextmanager
async def system() -> AsyncIterator[Bus]:
    clock, settings = SystemClock(), Settings()
    broker = MemoryBroker(clock, Random(1))
    store_bus, analysis_bus = Bus(MemoryWire(broker, "database")), Bus(MemoryWire(broker, "analysis"))
    analysis = await build(Context(analysis_bus, settings, clock))
    runners = [
        Runner(analysis, analysis_bus, settings, clock),
        Runner(DatabaseService(MemoryStore(clock), store_bus, settings, clock), store_bus, settings, clock),
    ]
    ready = [asyncio.Event() for _ in runners]
    running = [asyncio.create_task(runner.run(each.set)) for runner, each in zip(runners, ready, strict=True)]
    for each in ready:
        await each.wait()
    try:
        yield Bus(MemoryWire(broker, "test"))
    finally:
        for runner, task in zip(runners, running, strict=True):
            runner.stopping.set()
            await task


async def changes(bus: Bus) -> list[Change]:
    items: list[Change] = []
    while page := (await bus.ask("main", ListChanges(since=items[-1].seq if items else 0, limit=500))).items:
        items += page
    return items


async def annotated(bus: Bus) -> list[str]:
    return [change.id for change in await changes(bus) if change.op == "annotate"]


async def test_every_document_is_annotated_once_though_a_worker_is_killed() -> None:
    before = children()
    async with system() as bus:
        ids = [f"d{number}" for number in range(COUNT)]
        documents = [seal(Draft(id=id, text=f"Build {id} is broken"), id, "notes") for id in ids]
        await bus.ask("main", SaveDocuments(documents=tuple(documents)))
        await until(lambda: children() > before)
        (children() - before).pop().kill()

        async def all_annotated() -> bool:
            return set(await annotated(bus)) == set(ids)

        await until(all_annotated, seconds_max=60, look_seconds=0.05)
        assert sorted(await annotated(bus)) == sorted(ids)
        assert not [n for change in await changes(bus) for n in change.annotations or () if n.status == "failed"]
        assert len((await bus.ask("main", Embed(texts=("a ticket", "")))).vectors) == 2
    assert children() == before
