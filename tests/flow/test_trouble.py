"""A full disk, a locked file, a vanished broker: nothing that was acknowledged is lost, and nobody has to restart."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import orjson
import pytest

from services.database.service import DatabaseService
from services.database.sqlite import driver
from services.database.sqlite.store import SqliteStore
from services.ingest.service import IngestService
from shared.bus.bus import Bus
from shared.bus.nats import NatsWire
from shared.bus.streams import DEAD, DOCS
from shared.clock import SystemClock
from shared.contracts.documents import Draft
from shared.contracts.saving import PutDocuments
from shared.contracts.stats import GetStats
from shared.errors import Unavailable
from shared.runtime.dead import Undertaker
from shared.runtime.runner import Runner
from shared.runtime.service import Service
from shared.settings import RuntimeSettings, Settings
from tests.broker import BrokerForTests
from tests.until import until

SETTINGS = Settings(runtime=RuntimeSettings(retry_seconds_min=0.02, retry_seconds_max=0.2))
TEXT = "x" * 10_000


@dataclass(frozen=True, slots=True)
class Spine:
    path: Path
    store: SqliteStore
    wire: NatsWire

    async def publish(self, *ids: str) -> None:
        payload = orjson.dumps([{"id": id, "text": TEXT} for id in ids])
        await self.wire.append("postil.main.docs.notes", payload)

    async def put(self, id: str) -> None:
        draft = Draft(id=id, collection="notes", text=TEXT)
        await Bus(self.wire).ask("main", PutDocuments(documents=(draft,)))

    async def documents(self) -> int:
        return (await Bus(self.wire).ask("main", GetStats())).documents

    async def has(self, documents: int) -> bool:
        try:
            return await self.documents() == documents
        except Unavailable:
            return False

    async def pragma(self, text: str) -> int:
        rows = await self.store.writer.run(lambda connection: connection.execute(f"PRAGMA {text}").fetchall())
        return int(rows[0][0])


@asynccontextmanager
async def running_spine(url: str, folder: Path) -> AsyncIterator[Spine]:
    clock, path = SystemClock(), folder / "postil.db"
    store = await SqliteStore.open(path, clock, busy_seconds_max=0.1)
    buses = {name: Bus(await NatsWire.connect(url, name=name)) for name in ("database", "ingest", "client")}
    bury = Undertaker(buses["ingest"], clock).bury
    services: list[Service] = [
        DatabaseService(store, buses["database"], SETTINGS, clock),
        IngestService(buses["ingest"], bury, SETTINGS, clock, os.urandom),
    ]
    runners = [Runner(service, buses[service.name], SETTINGS, clock) for service in services]
    ready = [asyncio.Event() for _ in runners]
    running = [asyncio.create_task(runner.run(is_ready.set)) for runner, is_ready in zip(runners, ready, strict=True)]
    try:
        await asyncio.gather(*(each.wait() for each in ready))
        yield Spine(path, store, buses["client"].wire)  # type: ignore[arg-type]  # all wires here are of NATS
    finally:
        for runner, task in reversed(list(zip(runners, running, strict=True))):
            runner.stopping.set()
            await task
        for bus in buses.values():
            await bus.wire.close()


async def waiting_in(wire: NatsWire) -> int:
    return next(state.messages for state in await wire.streams() if state.name == DOCS.name)


async def test_a_full_disk(own_broker: BrokerForTests, tmp_path: Path) -> None:
    async with running_spine(own_broker.url, tmp_path) as spine:
        await spine.put("first")
        room = await spine.pragma("page_count")
        await spine.pragma(f"max_page_count = {room}")
        with pytest.raises(Unavailable, match="full"):
            await spine.put("second")
        await spine.publish("a", "b", "c")
        await spine.publish("d")
        assert await spine.documents() == 1
        await spine.pragma(f"max_page_count = {room + 10_000}")
        await until(lambda: spine.has(5))
        await spine.put("second")
        assert await spine.documents() == 6
        assert await spine.wire.read(DEAD, DEAD.subject, 0, 1) == []
        assert await waiting_in(spine.wire) == 0


async def test_a_file_that_somebody_else_has_locked(own_broker: BrokerForTests, tmp_path: Path) -> None:
    async with running_spine(own_broker.url, tmp_path) as spine:
        await spine.put("first")
        other = driver.connect(str(spine.path), busy_seconds_max=1)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Unavailable, match="locked"):
            await spine.put("second")
        await spine.publish("a")
        assert await spine.documents() == 1
        other.execute("ROLLBACK")
        other.close()
        await until(lambda: spine.has(2))


async def test_a_broker_that_vanishes_and_comes_back(own_broker: BrokerForTests, tmp_path: Path) -> None:
    async with running_spine(own_broker.url, tmp_path) as spine:
        await spine.publish(*(f"before-{number}" for number in range(200)))
        await own_broker.kill()
        with pytest.raises(Unavailable):
            await spine.put("meanwhile")
        await own_broker.start()
        await until(lambda: spine.has(200))
        await spine.publish("after")
        await spine.put("after too")
        await until(lambda: spine.has(202))
        assert await spine.wire.read(DEAD, DEAD.subject, 0, 1) == []
