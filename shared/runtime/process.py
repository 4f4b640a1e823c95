"""One service as one process: connect, serve, and drain on SIGTERM, Ctrl-C, or when the supervisor is gone."""

import asyncio
import gc
import os
import signal
import stat
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog
import uvloop

from shared.bus.bus import Bus
from shared.bus.connect import connect
from shared.clock import Clock, SystemClock
from shared.logs import configure_logs
from shared.runtime.runner import Runner
from shared.runtime.service import Service
from shared.settings import Settings

log = structlog.get_logger()

GC_THRESHOLDS = (20_000, 20, 100)
SWITCH_SECONDS = 0.0005


@dataclass(frozen=True, slots=True)
class Context:
    """What a service is built from."""

    bus: Bus
    settings: Settings
    clock: Clock


Build = Callable[[Context], Awaitable[Service]]


def run_process(name: str, build: Build, settings: Settings) -> None:
    configure_logs(settings.logs, service=name)
    uvloop.run(_serve(name, build, settings))


async def _serve(name: str, build: Build, settings: Settings) -> None:
    bus = Bus(await connect(settings, name=name))
    try:
        service = await build(Context(bus, settings, SystemClock()))
        runner = Runner(service, bus, settings, SystemClock())
        _stop_when_told(runner.stopping, settings.runtime.drain_seconds_max)
        await runner.run(ready=_ready)
        log.info("stopped")
    finally:
        await bus.wire.close()


def _ready() -> None:
    # What was imported and built lives as long as the process: the collector need not look at it again, and what
    # is made of messages comes in thousands and has no cycles.
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)
    # A thread that computes lets the event loop wait for this long.
    sys.setswitchinterval(SWITCH_SECONDS)
    log.info("ready", pid=os.getpid())


def _stop_when_told(stopping: asyncio.Event, drain_seconds_max: float) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    # A supervisor holds the other end of our standard input. When it dies, however suddenly, we are not left behind.
    if stat.S_ISFIFO(os.fstat(sys.stdin.fileno()).st_mode):
        loop.add_reader(sys.stdin.fileno(), _supervisor_spoke, loop, stopping, drain_seconds_max)


def _supervisor_spoke(loop: asyncio.AbstractEventLoop, stopping: asyncio.Event, drain_seconds_max: float) -> None:
    if not os.read(sys.stdin.fileno(), 1024):
        loop.remove_reader(sys.stdin.fileno())
        stopping.set()
        # If the drain hangs, nobody is there any more to end us by force; so the system does it.
        signal.setitimer(signal.ITIMER_REAL, drain_seconds_max)
