"""A service as a process: it stops when it is told, and when its supervisor's end of the pipe closes."""

import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from shared.bus.nats import NatsWire
from tests.broker import BrokerForTests
from tests.system import environment
from tests.until import until

SCRIPT = """
import asyncio, sys
from pathlib import Path
from shared.runtime.process import Context, run_process
from shared.runtime.service import Service
from shared.settings import NatsSettings, RuntimeSettings, Settings

class Probe(Service):
    name = sys.argv[2]
    description = "It waits."
    async def stop(self):
        if "stuck" in self.name:
            await asyncio.Event().wait()

async def build(context: Context) -> Service:
    return Probe()

run_process("probe", build, Settings(
    data=Path("unused"), nats=NatsSettings(url=sys.argv[1]), runtime=RuntimeSettings(drain_seconds_max=0.2)
))
"""


def start(url: str, name: str, cwd: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT, url, name],
        cwd=cwd,
        env=environment(),
        stdin=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )


@asynccontextmanager
async def probe(name: str, broker: BrokerForTests, wire: NatsWire, cwd: Path) -> AsyncIterator[subprocess.Popen[bytes]]:
    process = start(broker.url, name, cwd)

    async def found() -> bool:
        return any(state.name == f"postil-{name}" for state in await wire.services(0.5))

    try:
        await until(found, seconds_max=30)
        yield process
    finally:
        process.kill()
        with process:
            process.wait()


async def ended(process: subprocess.Popen[bytes]) -> int:
    await until(lambda: process.poll() is not None, seconds_max=30)
    return process.returncode


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda number: number.name)
async def test_a_signal_lets_it_drain(
    broker: BrokerForTests, wire: NatsWire, tmp_path: Path, number: signal.Signals
) -> None:
    async with probe(f"told-{number.name}", broker, wire, tmp_path) as process:
        process.send_signal(number)
        assert await ended(process) == 0


async def test_it_stops_when_its_supervisor_is_gone(broker: BrokerForTests, wire: NatsWire, tmp_path: Path) -> None:
    async with probe("orphan", broker, wire, tmp_path) as process:
        assert process.stdin is not None
        process.stdin.close()
        assert await ended(process) == 0


async def test_an_orphan_that_hangs_in_its_drain_is_ended(
    broker: BrokerForTests, wire: NatsWire, tmp_path: Path
) -> None:
    async with probe("stuck-orphan", broker, wire, tmp_path) as process:
        assert process.stdin is not None
        process.stdin.close()
        assert await ended(process) == -signal.SIGALRM
