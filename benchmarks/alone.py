"""One part of the system, started by itself on an empty folder: the least that its coming back can take."""

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Literal

from shared.bus.broker import Broker
from shared.bus.nats import NatsWire
from shared.bus.wire import Wire
from shared.errors import Unavailable

Part = Literal["broker", "ingest", "database"]

START_SECONDS_MAX = 30.0
ASK_SECONDS_MAX = 1.0
LOOK_SECONDS = 0.002
# What the processes of a system import, all in one.
IMPORTS = (
    "services.cli.main",
    "services.ingest.service",
    "services.database.service",
    "services.analysis.service",
    "services.bot.service",
    "shared.runtime.process",
)


async def start_seconds(part: Part) -> float:
    """From nothing until it takes connections, or answers as a service."""
    with TemporaryDirectory(prefix="postil-bench-") as folder:
        broker = Broker(Path(folder) / "nats")
        begun = perf_counter()
        await broker.start()
        took = perf_counter() - begun
        try:
            return took if part == "broker" else await _service_seconds(part, broker.url, Path(folder))
        finally:
            await broker.stop()


async def import_seconds() -> float:
    """A bare interpreter that imports what the system is made of, and ends."""
    begun = perf_counter()
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", f"import {', '.join(IMPORTS)}", stdin=DEVNULL)
    if await process.wait():
        raise RuntimeError("the system's own modules can't be imported")
    return perf_counter() - begun


async def until_answering(wire: Wire, part: Part) -> None:
    """Until the service can be found by whoever looks for it; that it can, it says last of all."""
    async with asyncio.timeout(START_SECONDS_MAX):
        while True:
            try:
                await wire.request(f"$SRV.PING.postil-{part}", b"", seconds_max=ASK_SECONDS_MAX)
            except Unavailable:
                await asyncio.sleep(LOOK_SECONDS)
            else:
                return


async def _service_seconds(part: Part, url: str, folder: Path) -> float:
    wire = await NatsWire.connect(url, name="bench")
    try:
        begun = perf_counter()
        async with _serving(part, url, folder):
            await until_answering(wire, part)
            return perf_counter() - begun
    finally:
        await wire.close()


@asynccontextmanager
async def _serving(part: Part, url: str, folder: Path) -> AsyncIterator[None]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "services.cli.main", "serve", part),
        stdin=DEVNULL,
        stdout=DEVNULL,
        stderr=DEVNULL,
        env={**os.environ, "POSTIL_DATA": str(folder), "POSTIL_NATS__URL": url},
    )
    try:
        yield
    finally:
        process.kill()
        await process.wait()
