"""A first look at the spine: `python -m benchmarks.spine [--documents N] [--repeats N]`.

Each repeat starts a whole system. What is measured stands beside its limit or its peer from the same repeat: a query
beside an echo by plain nats-py, a put beside one fsync and two round trips to the broker. Nothing is reported before
all of it was found in the database.
"""

import argparse
import asyncio
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import nats
import orjson
import uvloop
from nats.aio.client import Client
from rich.console import Console

from benchmarks.echo import PLAIN_SUBJECT, Echo
from benchmarks.figures import Figures, p50_ms
from benchmarks.system import System, running_system
from shared.bus.bus import Bus
from shared.bus.nats import NatsWire
from shared.contracts.documents import Draft, GetDocument
from shared.contracts.saving import PutDocuments
from shared.contracts.stats import GetStats
from shared.errors import Unavailable

TENANT = "bench"
DOCUMENTS_IN_MESSAGE = 64
MESSAGES_IN_FLIGHT = 16
DOCUMENT_BYTES = 1024
COMMIT_SECONDS_MAX = 600.0
MEMORY_SAMPLES = 10
POLL_SECONDS = 0.01
ROUNDS = 3

FSYNC, ROUND_TRIP = "write and fsync 1 KiB, p50 ms", "round trip to the broker, p50 ms"
PLAIN, QUERY, GET = "echo by plain nats-py, p50 ms", "query through the bus, p50 ms", "get a document, p50 ms"
PUT, PUBLISH = "put -> committed, one at a time, p50 ms", "publish -> its change is heard, p50 ms"
RATE = f"documents/s through docs, {DOCUMENTS_IN_MESSAGE} a message"
MEMORY, GROWTH = "MiB of database and ingest at the end", "MiB more than half-way"


async def limits(client: Client, folder: Path, figures: Figures) -> None:
    file = os.open(folder / "fsync", os.O_WRONLY | os.O_CREAT)

    async def write(_: int) -> None:
        os.write(file, b"x" * 1024)
        os.fsync(file)

    figures.note(FSYNC, await p50_ms(write))
    figures.note(ROUND_TRIP, await p50_ms(lambda _: client.flush()))
    os.close(file)


async def queries(client: Client, bus: Bus, url: str, figures: Figures) -> None:
    payload = Echo(text="hello").encode()
    draft = Draft(id="known", collection="single", text="x" * DOCUMENT_BYTES)
    await bus.ask(TENANT, PutDocuments(documents=(draft,)))
    async with echoing("plain", url), echoing("bus", url):
        await until_answered(client, bus)
        for _ in range(ROUNDS):
            figures.note(PLAIN, await p50_ms(lambda _: client.request(PLAIN_SUBJECT, payload, timeout=5)))
            figures.note(QUERY, await p50_ms(lambda _: bus.ask(TENANT, Echo(text="hello"))))
            figures.note(GET, await p50_ms(lambda _: bus.ask(TENANT, GetDocument(id="known"))))


@asynccontextmanager
async def echoing(kind: str, url: str) -> AsyncIterator[None]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.echo", kind, url), stdin=subprocess.DEVNULL
    )
    try:
        yield
    finally:
        process.terminate()
        await process.wait()


async def until_answered(client: Client, bus: Bus) -> None:
    while True:
        try:
            await client.request(PLAIN_SUBJECT, b"", timeout=1)
            await bus.ask(TENANT, Echo(text=""))
        except (nats.errors.NoRespondersError, Unavailable):
            await asyncio.sleep(POLL_SECONDS)
        else:
            return


async def single_documents(bus: Bus, figures: Figures) -> None:
    async def put(number: int) -> None:
        draft = Draft(id=f"s{number}", collection="single", text="x" * DOCUMENT_BYTES)
        saved = await bus.ask(TENANT, PutDocuments(documents=(draft,)))
        assert saved.results[0].outcome == "created"

    heard: set[str] = set()
    news = asyncio.Event()

    def hear(payload: bytes) -> None:
        heard.update(change["id"] for change in orjson.loads(payload) if change["op"] == "put")
        news.set()

    async def publish(number: int) -> None:
        id = f"p{number}"
        await bus.wire.append(f"postil.{TENANT}.docs.heard", orjson.dumps({"id": id, "text": "hello"}))
        while id not in heard:
            news.clear()
            await news.wait()

    figures.note(PUT, await p50_ms(put))
    listening = await bus.wire.watch(f"postil.{TENANT}.changes.heard", lambda each: hear(each.payload), lambda: None)
    figures.note(PUBLISH, await p50_ms(publish))
    await listening.stop()


def message_of(first: int) -> bytes:
    """64 documents of about one KiB each."""
    text = "x" * (DOCUMENT_BYTES - 60)
    return orjson.dumps(
        [{"id": f"d{first + offset}", "text": text, "author": "bench"} for offset in range(DOCUMENTS_IN_MESSAGE)]
    )


async def sustained(bus: Bus, system: System, count: int, figures: Figures) -> None:
    """From the first publish until all are committed."""
    before = (await bus.ask(TENANT, GetStats())).documents
    slots = asyncio.Semaphore(MESSAGES_IN_FLIGHT)
    memory: list[float] = []

    async def publish(first: int) -> None:
        async with slots:
            await bus.wire.append(f"postil.{TENANT}.docs.bulk", message_of(first))

    begun = time.perf_counter()
    messages = list(range(0, count, DOCUMENTS_IN_MESSAGE))
    step = max(1, len(messages) // MEMORY_SAMPLES)
    for start in range(0, len(messages), step):
        await asyncio.gather(*(publish(first) for first in messages[start : start + step]))
        memory.append(system.memory_mib("database") + system.memory_mib("ingest"))
    published = len(messages) * DOCUMENTS_IN_MESSAGE
    while (await bus.ask(TENANT, GetStats(), seconds_max=30)).documents < before + published:
        assert time.perf_counter() < begun + COMMIT_SECONDS_MAX, "not all that was published has been committed"
        await asyncio.sleep(POLL_SECONDS)
    figures.note(RATE, published / (time.perf_counter() - begun))
    figures.note(MEMORY, memory[-1])
    figures.note(GROWTH, memory[-1] - memory[len(memory) // 2])


async def measure(documents: int, repeats: int) -> Figures:
    figures = Figures()
    for _ in range(repeats):
        with running_system() as system:
            client = await nats.connect(system.url)
            bus = Bus(await NatsWire.connect(system.url, name="bench"))
            await limits(client, system.data, figures)
            await queries(client, bus, system.url, figures)
            await single_documents(bus, figures)
            await sustained(bus, system, documents, figures)
            await bus.wire.close()
            await client.close()
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=200_000)
    parser.add_argument("--repeats", type=int, default=3)
    arguments = parser.parse_args()
    figures = uvloop.run(measure(arguments.documents, arguments.repeats))
    notes = {
        QUERY: f"{figures.ratio(QUERY, PLAIN):.2f} x the echo",
        GET: f"{figures.ratio(GET, PLAIN):.2f} x the echo",
        PUT: f"{figures.ratio(PUT, FSYNC, ROUND_TRIP, ROUND_TRIP):.1f} x (one fsync + two round trips)",
    }
    Console().print(figures.table(notes))


if __name__ == "__main__":
    main()
