"""A first look at the spine: `python -m benchmarks.spine [--documents N] [--repeats N]`.

It prints, with medians over the repeats: how long a single document takes from its publishing to its commit, how many
a second go through the stream door with 64 in a message, how long a query takes beside an echo by plain nats-py in
the same run, and how much memory the services use along the way. Nothing is reported before all of it was found in
the database.
"""

import argparse
import asyncio
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from statistics import median, quantiles

import nats
import orjson
import uvloop
from nats.aio.client import Client
from rich.console import Console
from rich.table import Table

from benchmarks.echo import ECHO_SUBJECT
from benchmarks.system import System, running_system
from shared.bus.bus import Bus
from shared.bus.nats import NatsWire
from shared.contracts.documents import Draft, GetDocument
from shared.contracts.saving import PutDocuments
from shared.contracts.stats import GetStats

TENANT = "bench"
DOCUMENTS_IN_MESSAGE = 64
MESSAGES_IN_FLIGHT = 16
DOCUMENT_BYTES = 1024
SINGLE_DOCUMENTS = 300
QUERIES = 2_000
COMMIT_SECONDS_MAX = 600.0
MEMORY_SAMPLES = 10
POLL_SECONDS = 0.01
# Between single documents: long enough for all that follows from one.
LOW_LOAD_SECONDS = 0.02

console = Console()


def message_of(first: int) -> bytes:
    """64 documents of about one KiB each."""
    text = "x" * (DOCUMENT_BYTES - 60)
    return orjson.dumps(
        [{"id": f"d{first + offset}", "text": text, "author": "bench"} for offset in range(DOCUMENTS_IN_MESSAGE)]
    )


async def sustained(wire: NatsWire, system: System, first: int, count: int) -> tuple[float, list[float]]:
    """Documents a second from the first publish until all are committed, and the database's memory on the way."""
    bus = Bus(wire)
    before = (await bus.ask(TENANT, GetStats())).documents
    slots = asyncio.Semaphore(MESSAGES_IN_FLIGHT)
    memory: list[float] = []

    async def publish(number: int) -> None:
        async with slots:
            await wire.append(f"postil.{TENANT}.docs.bulk", message_of(number))

    begun = time.perf_counter()
    step = max(DOCUMENTS_IN_MESSAGE, count // MEMORY_SAMPLES)
    for chunk in range(first, first + count, step):
        numbers = range(chunk, min(chunk + step, first + count), DOCUMENTS_IN_MESSAGE)
        await asyncio.gather(*(publish(number) for number in numbers))
        memory.append(system.memory_mib("database") + system.memory_mib("ingest"))
    published = -(-count // DOCUMENTS_IN_MESSAGE) * DOCUMENTS_IN_MESSAGE
    deadline = time.perf_counter() + COMMIT_SECONDS_MAX
    while (await bus.ask(TENANT, GetStats(), seconds_max=30)).documents < before + published:
        assert time.perf_counter() < deadline, "not everything that was published has been committed"
        await asyncio.sleep(POLL_SECONDS)
    return published / (time.perf_counter() - begun), memory


async def single_puts(bus: Bus, run: int) -> list[float]:
    """Milliseconds of single documents at low load, each until its commit is acknowledged."""
    took: list[float] = []
    for number in range(SINGLE_DOCUMENTS):
        draft = Draft(id=f"s{run}-{number}", collection="single", text="x" * DOCUMENT_BYTES)
        begun = time.perf_counter()
        saved = await bus.ask(TENANT, PutDocuments(documents=(draft,)))
        took.append((time.perf_counter() - begun) * 1_000)
        assert saved.results[0].outcome == "created"
        await asyncio.sleep(LOW_LOAD_SECONDS)
    return took


async def single_publishes(wire: NatsWire, run: int) -> list[float]:
    """The same through the stream: from its publishing until its change is heard, which is after its commit."""
    took: list[float] = []
    heard = asyncio.Event()
    listening = await wire.watch(f"postil.{TENANT}.changes.single", lambda _: heard.set(), lambda: None)
    for number in range(SINGLE_DOCUMENTS):
        heard.clear()
        begun = time.perf_counter()
        await wire.append(f"postil.{TENANT}.docs.single", b'{"id":"p%d-%d","text":"hello"}' % (run, number))
        await heard.wait()
        took.append((time.perf_counter() - begun) * 1_000)
        # The analysis' note of it is a change, too, and must not be taken for the next document's.
        await asyncio.sleep(LOW_LOAD_SECONDS)
    await listening.stop()
    return took


async def timed(ask: Callable[[], Awaitable[object]]) -> list[float]:
    took: list[float] = []
    for _ in range(QUERIES):
        begun = time.perf_counter()
        await ask()
        took.append((time.perf_counter() - begun) * 1_000)
    return took


async def queries(bus: Bus, url: str, document_id: str) -> tuple[float, float]:
    """Median milliseconds of a query to the database, and of an echo by plain nats-py, in turns."""
    client = await nats.connect(url)
    echo = await asyncio.create_subprocess_exec(sys.executable, "-m", "benchmarks.echo", url, stdin=subprocess.PIPE)
    payload = GetDocument(id=document_id).encode()
    try:
        await _until_answered(client, ECHO_SUBJECT)
        ours, plain = [], []
        for _ in range(3):
            plain.append(median(await timed(lambda: client.request(ECHO_SUBJECT, payload, timeout=5))))
            ours.append(median(await timed(lambda: bus.ask(TENANT, GetDocument(id=document_id)))))
        return median(ours), median(plain)
    finally:
        echo.terminate()
        await echo.wait()
        await client.close()


async def _until_answered(client: Client, subject: str) -> None:
    while True:
        try:
            await client.request(subject, b"", timeout=1)
        except nats.errors.NoRespondersError:
            await asyncio.sleep(0.05)
        else:
            return


async def measure(documents: int, repeats: int) -> Table:
    rates: list[float] = []
    p50s: list[float] = []
    p99s: list[float] = []
    published: list[float] = []
    memory: list[float] = []
    ratios: list[tuple[float, float]] = []
    for run in range(repeats):
        with running_system() as system:
            wire = await NatsWire.connect(system.url, name="bench")
            bus = Bus(wire)
            took = await single_puts(bus, run)
            p50s.append(median(took))
            p99s.append(quantiles(took, n=100)[98])
            published.append(median(await single_publishes(wire, run)))
            ratios.append(await queries(bus, system.url, f"s{run}-0"))
            rate, samples = await sustained(wire, system, 0, documents)
            rates.append(rate)
            memory = samples
            await wire.close()
    return report(rates, (p50s, p99s, published), ratios, memory)


def report(
    rates: Sequence[float],
    latencies: tuple[Sequence[float], Sequence[float], Sequence[float]],
    ratios: Sequence[tuple[float, float]],
    memory: Sequence[float],
) -> Table:
    ours, plain = median(each[0] for each in ratios), median(each[1] for each in ratios)
    table = Table("what", "median", "all repeats")
    table.add_row("put at low load, p50", f"{median(latencies[0]):.2f} ms", _all(latencies[0], ".2f"))
    table.add_row("put at low load, p99", f"{median(latencies[1]):.2f} ms", _all(latencies[1], ".2f"))
    table.add_row("docs at low load, publish -> its change, p50", f"{median(latencies[2]):.2f} ms", _all(latencies[2], ".2f"))
    table.add_row(f"docs, {DOCUMENTS_IN_MESSAGE} a message", f"{median(rates):,.0f} documents/s", _all(rates, ",.0f"))
    table.add_row(
        "get by request, p50", f"{ours:.3f} ms", f"{ours / plain:.2f} x plain nats-py's echo ({plain:.3f} ms)"
    )
    table.add_row("memory of database and ingest", f"{median(memory):.0f} MiB", _all(memory, ".0f"))
    return table


def _all(values: Sequence[float], form: str) -> str:
    return " ".join(format(value, form) for value in values)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=200_000)
    parser.add_argument("--repeats", type=int, default=3)
    arguments = parser.parse_args()
    console.print(uvloop.run(measure(arguments.documents, arguments.repeats)))


if __name__ == "__main__":
    main()
