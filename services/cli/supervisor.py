"""Keeps a whole system running: the broker, one process for each service, and the note that says where they are.

What a process does is its own affair; the supervisor starts it, starts it anew when it dies, and stops all of them
in an order in which nothing that was taken in is lost.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from functools import partial
from typing import Any

import structlog

from services.cli.endpoints import DataFolder
from services.cli.keeper import Keeper, Running
from services.cli.launch import OwnBroker, start_service
from services.cli.readiness import until_ready
from services.cli.roster import STOP_ORDER, ServiceName
from shared.bus.nats import NatsOptions
from shared.settings import Settings

log = structlog.get_logger()

BROKER = "broker"
CANCEL_AGAIN_SECONDS = 1.0


class Supervisor:
    """The broker is our own, unless the settings name the URL of another: that one is left alone."""

    def __init__(self, settings: Settings, folder: DataFolder) -> None:
        self._settings = settings
        self._folder = folder
        self._nats_url = ""
        self._broker: Keeper | None = None
        self._services: dict[ServiceName, Keeper] = {}
        self._ready = False
        self._stopping = asyncio.Event()
        self._hurry = asyncio.Event()

    def told(self) -> None:
        """Stop, cleanly; and being told again: at once."""
        if self._stopping.is_set():
            self._hurry.set()
        self._stopping.set()

    async def run(self, greet: Callable[[str], None]) -> None:
        """Until `told`. `greet` hears where the broker is, as soon as everything is ready."""
        try:
            if await self._unless_stopped(self._start()):
                shown = NatsOptions(self._nats_url).shown
                self._ready = True
                self._announce()
                log.info("ready", listens_at=shown)
                greet(shown)
                await self._stopping.wait()
        finally:
            await self._drain()

    async def _start(self) -> None:
        """Returns when everything is ready."""
        await self._folder.until_vacated(self._settings.runtime.drain_seconds_max)
        if self._settings.nats.url is None:
            own = await OwnBroker.open(self._settings)
            self._nats_url = own.url
            self._broker = self._keep(BROKER, own.start)
        else:
            self._nats_url = self._settings.nats.url
        for name in ServiceName:
            start = partial(start_service, name, self._settings, self._nats_url)
            self._services[name] = self._keep(name.value, start)
        await until_ready(self._settings, self._nats_url, self._services)

    async def _drain(self) -> None:
        if not any(self._stages):
            return
        log.info("stopping")
        seconds_max = self._settings.runtime.drain_seconds_max
        ended: list[BaseException | None] = []
        for together in self._stages:
            stops = (keeper.stop(seconds_max, self._hurry) for keeper in together)
            ended += await asyncio.gather(*stops, return_exceptions=True)
        for error in ended:
            if error is not None:
                raise error
        log.info("stopped")

    @property
    def _stages(self) -> Sequence[Sequence[Keeper]]:
        broker = [self._broker] if self._broker else []
        stages = ([self._services[name] for name in names if name in self._services] for names in STOP_ORDER)
        return [*stages, broker]

    def _keep(self, name: str, start: Callable[[], Awaitable[Running]]) -> Keeper:
        keeper = Keeper(name, start, self._settings.up, self._changed)
        keeper.begin().add_done_callback(self._no_longer_kept)
        return keeper

    def _changed(self) -> None:
        if self._ready:
            self._announce()

    def _announce(self) -> None:
        keepers = (keeper for stage in reversed(self._stages) for keeper in stage)
        pids = {keeper.name: keeper.pid for keeper in keepers if keeper.pid is not None}
        try:
            self._folder.announce(self._nats_url, pids)
        except OSError as error:
            # A full disk ends nobody's process; the next change writes the note again.
            log.error("endpoints_not_written", because=error.strerror)

    def _no_longer_kept(self, keeping: "asyncio.Task[None]") -> None:
        # With an error it is one of ours, which `run` raises after the drain.
        self._stopping.set()

    async def _unless_stopped(self, work: Coroutine[Any, Any, None]) -> bool:
        """Whether the work came to its end before we were told to stop."""
        working, told = asyncio.create_task(work), asyncio.create_task(self._stopping.wait())
        await asyncio.wait({working, told}, return_when=asyncio.FIRST_COMPLETED)
        told.cancel()
        if not self._stopping.is_set():
            working.result()
            return True
        # More than once, because `asyncio.wait_for` of Python 3.11 may swallow it.
        while not working.done():
            working.cancel()
            await asyncio.wait({working}, timeout=CANCEL_AGAIN_SECONDS)
        await asyncio.gather(working, return_exceptions=True)
        return False
