"""Recovery after a kill -9 of each part, while documents are published: how long a writer waits; nothing is lost."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from itertools import count
from time import perf_counter

import orjson

from benchmarks.alone import Part, start_seconds
from benchmarks.client import Client, connected
from benchmarks.scenario import Figure, Ratio, Scenario
from benchmarks.stage import Stage
from shared.contracts.documents import Draft, GetDocument
from shared.contracts.saving import PutDocuments
from shared.errors import NotFound, Unavailable

PARTS: tuple[Part, ...] = ("database", "ingest", "broker")
COLLECTION = "recovery"
FIRST_COUNT = 20
STREAM_PAUSE_SECONDS = 0.005
LOOK_SECONDS = 0.002
# What was on its way to a dead process gets no answer: a writer who wants to be back soon asks again soon.
ASK_SECONDS_MAX = 0.1
RECOVERY_SECONDS_MAX = 30.0


@dataclass(frozen=True, slots=True)
class Size:
    parts: Sequence[Part]
    # For documents to be committed while everybody lives.
    seconds_max: float


class Recovery(Scenario[Size]):
    name = "recovery"
    about = (
        "Each of database, ingest and broker is killed with -9 while documents are published. A put: from the kill "
        "until a document is there that is put right after it, and again whenever that was refused or not answered "
        f"within {ASK_SECONDS_MAX:g} s. A publish: the same for a document that is published, and again only until the "
        "broker has it. Beside: such a part started by itself on an empty folder, until it answers. At the end every "
        "document that was ever acknowledged is there, at version 1."
    )
    figures = tuple(
        Figure(name, "s")
        for part in PARTS
        for name in (f"{part} killed: a put", f"{part} killed: a publish", f"{part} by itself")
    )
    ratios = tuple(
        Ratio(f"{part} killed: {what}", f"{part} by itself") for part in PARTS for what in ("a put", "a publish")
    )
    full = Size(parts=PARTS, seconds_max=30)
    smoke = Size(parts=("database",), seconds_max=2)

    async def measure(self, stage: Stage, size: Size) -> None:
        async with connected(stage) as client:
            writer = Writer(client)
            await writer.write(FIRST_COUNT)
            await client.until_committed(FIRST_COUNT, seconds_max=size.seconds_max)
            for part in PARTS:
                stage.progress(f"{part} killed")
                if part in size.parts:
                    await _recover(stage, writer, part)
                else:
                    _leave_out(stage, part)
                stage.progress(f"{part} by itself")
                stage.note(f"{part} by itself", await start_seconds(part))
            await client.until_committed(len(writer.acknowledged), seconds_max=RECOVERY_SECONDS_MAX)
            await expect_kept(stage, client, writer.acknowledged)


class Writer:
    """Writes each document until it is told that it is safe, and remembers those."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._ids = (f"d{number}" for number in count())
        self.acknowledged: list[str] = []

    async def write(self, number: int) -> None:
        for _ in range(number):
            await self.publish(next(self._ids))

    async def write_until(self, stopping: asyncio.Event) -> None:
        while not stopping.is_set():
            await self.write(1)
            await asyncio.sleep(STREAM_PAUSE_SECONDS)

    async def publish(self, id: str) -> None:
        payload = orjson.dumps({"id": id, "text": id})
        await _patiently(lambda: self._client.publish(COLLECTION, payload))
        self.acknowledged.append(id)

    async def put(self, id: str) -> None:
        query = PutDocuments(documents=(Draft(id=id, collection=COLLECTION, text=id),))
        await _patiently(lambda: self._client.bus.ask(self._client.tenant, query, seconds_max=ASK_SECONDS_MAX))
        self.acknowledged.append(id)

    async def seconds_of(self, stage: Stage, write: Callable[[str], Awaitable[None]], begun: float) -> float:
        """Until a document that is written now is there for who asks for it."""
        id = next(self._ids)
        await write(id)

        async def is_there() -> bool:
            try:
                await self._client.bus.ask(self._client.tenant, GetDocument(id=id), seconds_max=ASK_SECONDS_MAX)
            except (NotFound, Unavailable):
                await asyncio.sleep(LOOK_SECONDS)
                return False
            return True

        await stage.until("a document that was acknowledged", is_there, seconds_max=RECOVERY_SECONDS_MAX)
        return perf_counter() - begun


async def _recover(stage: Stage, writer: Writer, part: Part) -> None:
    stopping = asyncio.Event()
    others = asyncio.create_task(writer.write_until(stopping))
    try:
        await writer.write(FIRST_COUNT)
        killed, begun = stage.system.kill(part), perf_counter()
        put, published = await asyncio.gather(
            writer.seconds_of(stage, writer.put, begun), writer.seconds_of(stage, writer.publish, begun)
        )
        await stage.system.until_another(part, killed)
    finally:
        stopping.set()
        await others
    stage.note(f"{part} killed: a put", put)
    stage.note(f"{part} killed: a publish", published)


async def expect_kept(stage: Stage, client: Client, ids: Sequence[str]) -> None:
    versions = {document.id: document.version for document in await client.documents()}
    stage.expect("documents that are missing", sorted(set(ids) - versions.keys()), [])
    stage.expect("documents that nobody wrote", sorted(versions.keys() - set(ids)), [])
    stage.expect("their versions", set(versions.values()), {1})


def _leave_out(stage: Stage, part: Part) -> None:
    for what in ("a put", "a publish"):
        stage.note_absent(f"{part} killed: {what}", "only the database is killed in a smoke run")


async def _patiently(write: Callable[[], Awaitable[object]]) -> None:
    """Again and again, until it is done."""
    async with asyncio.timeout(RECOVERY_SECONDS_MAX):
        while True:
            try:
                await write()
            except Unavailable:
                await asyncio.sleep(LOOK_SECONDS)
            else:
                return


scenario = Recovery()
