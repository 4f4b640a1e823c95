"""A tenant's documents in a real database file, and a search service over it, on a bus in memory."""

import asyncio
import random
import re
import zlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import orjson
from pydantic import JsonValue

from services.database.search.index_set import Indexes
from services.database.search.service import SearchService
from services.database.service import DatabaseService
from services.database.sqlite.store import SqliteStore
from services.database.store import Annotate
from services.ingest.service import IngestService
from shared.bus.bus import Bus
from shared.bus.memory import MemoryBroker, MemoryWire
from shared.clock import SystemClock
from shared.contracts.annotations import Annotation
from shared.contracts.search import Embed, Embeddings, Found, GetIndexes, IndexReport, Search
from shared.errors import Unavailable
from shared.runtime.dead import Undertaker
from shared.runtime.runner import Runner
from shared.runtime.service import Service, answer
from shared.settings import RuntimeSettings, SearchSettings, Settings
from shared.vectors import Vector, texts_of_vectors
from tests.conformance.store.ground import TENANT, Ground, HandClock, draft, note
from tests.until import until

MODEL = "toy"
DIMENSIONS = 64
# What means the same.
MEANINGS = {"car": "auto", "automobile": "auto", "crash": "fault", "failure": "fault"}


def meaning(text: str) -> Vector:
    """Texts with words in common are near to each other, and so are those with words that mean the same."""
    total = np.zeros(DIMENSIONS, dtype=np.float32)
    for word in re.findall(r"\w+", text.lower()):
        seed = zlib.crc32(MEANINGS.get(word, word).encode())
        total += np.random.default_rng(seed).standard_normal(DIMENSIONS).astype(np.float32)
    length = float(np.linalg.norm(total))
    unit: Vector = total / length if length else total
    return unit


def embedded(text: str, model: str = MODEL) -> JsonValue:
    return {"model": model, "dimensions": DIMENSIONS, "vector": texts_of_vectors(meaning(text)[None])[0]}


class Embedder(Service):
    name = "analysis"
    description = "Has a model, in a test."

    def __init__(self) -> None:
        self.asked = 0

    @answer
    async def embed(self, tenant: str, query: Embed) -> Embeddings:
        self.asked += 1
        vectors = np.stack([meaning(text) for text in query.texts])
        return Embeddings(model=MODEL, vectors=tuple(texts_of_vectors(vectors)))


class House(Ground):
    """The store is written to directly; who wants the doors of the other services opens them."""

    def __init__(self, store: SqliteStore, settings: Settings) -> None:
        super().__init__(store, HandClock())
        self.settings = settings
        self.broker = MemoryBroker(SystemClock(), random.Random(1))
        self.bus = self.wired("client")
        self.embedder = Embedder()
        self._running: dict[str, tuple[Runner, asyncio.Task[None]]] = {}

    async def reopen(self) -> None:
        self.store = await SqliteStore.open(self.settings.database_path, self.clock)

    def wired(self, name: str) -> Bus:
        return Bus(MemoryWire(self.broker, name))

    async def start(self, service: Service, bus: Bus | None = None) -> None:
        runner = Runner(service, bus or self.wired(service.name), self.settings, SystemClock())
        ready = asyncio.Event()
        task = asyncio.create_task(runner.run(ready.set))
        self._running[service.name] = (runner, task)
        await ready.wait()

    async def stop(self, name: str) -> None:
        runner, task = self._running.pop(name)
        runner.stopping.set()
        await task

    async def start_search(self) -> None:
        bus = self.wired("search")
        self.search = SearchService(bus, self.settings, SystemClock())
        await self.start(self.search, bus)

    async def behind_its_back(self, change: Callable[[Indexes], None]) -> None:
        """Something is done to the indexes that nobody has told them."""
        indexer = self.search._indexer
        indexes = await indexer.of(TENANT)
        assert indexes is not None

        def changed() -> None:
            with indexes.using() as using:
                change(using)
                for index in using:
                    index.commit()

        await indexer.do(changed)

    async def restart_search(self) -> None:
        await self.stop("search")
        await self.start_search()

    async def open_doors(self) -> None:
        """To write feedback and standing queries, the search service asks the others."""
        bus = self.wired("database")
        await self.start(DatabaseService(self.store, bus, self.settings, SystemClock()), bus)
        bus = self.wired("ingest")
        bury = Undertaker(bus, SystemClock()).bury
        await self.start(IngestService(bus, bury, self.settings, SystemClock(), random.Random(2).randbytes), bus)

    async def close(self) -> None:
        for name in reversed(list(self._running)):
            await self.stop(name)
        await self.store.close()

    async def write_all(self, texts: Mapping[str, str], **fields: JsonValue) -> None:
        """New ones with their vectors, in two commits."""
        await self.save(*(draft(id, text=text, **fields) for id, text in texts.items()))
        await self.annotate(*(note(id, 1, "embedding", value=embedded(text)) for id, text in texts.items()))

    async def write(self, id: str, text: str, collection: str = "news", /, **fields: JsonValue) -> None:
        """A document with its vector."""
        receipt = await self.put(id, collection, text=text, **fields)
        assert receipt.version is not None
        await self.annotate(note(id, receipt.version, "embedding", value=embedded(text)))

    async def commit_for(self, tenant: str, id: str, text: str) -> None:
        """The same for another tenant."""
        await self.save(draft(id, text=text), tenant=tenant)
        vector = note(id, 1, "embedding", value=embedded(text))
        await self.store.commit([Annotate(tenant, [vector])])

    async def said(self, id: str, step: str, value: JsonValue, version: int = 1) -> None:
        await self.annotate(Annotation(id=id, version=version, step=step, value=value))

    async def reports(self, tenant: str = TENANT) -> Sequence[IndexReport]:
        return (await self.bus.ask(tenant, GetIndexes())).indexes

    async def settled(self, tenant: str = TENANT) -> None:
        """Wait until everything that was written is found, and nothing is being built."""
        last_seq = {state.name: state.last_seq for state in await self.store.tenants()}.get(tenant, 0)

        async def is_settled() -> bool:
            try:
                reports = await self.reports(tenant)
            except Unavailable:
                return False
            ready = all(each.state == "READY" and each.detail is None for each in reports)
            return ready and bool(reports) and min(each.applied_seq for each in reports) >= last_seq

        await until(is_settled)

    async def found(self, query: str, tenant: str = TENANT, /, **options: JsonValue) -> Found:
        return await self.bus.ask(tenant, Search.decode(orjson.dumps({"query": query, **options})))

    async def ids(self, query: str, tenant: str = TENANT, /, **options: JsonValue) -> list[str]:
        return [hit.id for hit in (await self.found(query, tenant, **options)).hits]

    async def pages(self, query: str, between: Sequence[str] = (), /, **options: JsonValue) -> list[str]:
        """The ids of all pages; after each of the first ones, another document is written."""
        ids: list[str] = []
        arriving = iter(between)
        after: str | None = None
        while True:
            page = await self.found(query, after=after, **options)
            ids += [hit.id for hit in page.hits]
            after = page.next
            if after is None:
                return ids
            if (text := next(arriving, None)) is not None:
                await self.write(f"late {text}", text)
                await self.settled()


def settings_for(data: Path) -> Settings:
    return Settings(
        data=data,
        search=SearchSettings(settle_seconds=0.002, commit_seconds=0.0),
        runtime=RuntimeSettings(retry_seconds_min=0.01, retry_seconds_max=0.05),
    )


@asynccontextmanager
async def opened_house(settings: Settings) -> AsyncIterator[House]:
    house = House(await SqliteStore.open(settings.database_path, HandClock()), settings)
    try:
        yield house
    finally:
        await house.close()
