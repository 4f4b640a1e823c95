"""Runs one service on a bus: opens its doors, keeps its loops going, and closes them in order."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog

from shared import __version__
from shared.bus.bus import Bus, reply_of_error, reply_with
from shared.bus.streams import CONSUMERS, STREAMS
from shared.bus.wire import Calling, Delivery, Endpoint, Reply, Stoppable
from shared.clock import Clock
from shared.contracts.message import ROOT, tenant_and_address
from shared.errors import Internal, PostilError, Unavailable
from shared.runtime.batches import BatchLoop
from shared.runtime.dead import Undertaker
from shared.runtime.live import LiveLoop
from shared.runtime.patience import Patience, pause_unless
from shared.runtime.service import Answering, Consuming, Service, Watching, handlers_of
from shared.settings import Settings

log = structlog.get_logger()

Handler = Callable[..., Awaitable[Any]]


class Runner:
    def __init__(self, service: Service, bus: Bus, settings: Settings, clock: Clock) -> None:
        self._service = service
        self._bus = bus
        self._settings = settings
        self._undertaker = Undertaker(bus, clock)
        self._batch_loops: list[BatchLoop] = []
        self._live_loops: list[LiveLoop] = []
        self._doors: list[Stoppable] = []
        self._handling: list[asyncio.Task[None]] = []
        self._loops: list[asyncio.Task[None]] = []
        self.stopping = asyncio.Event()

    async def run(self, ready: Callable[[], None] = lambda: None) -> None:
        """Serve until `stopping` is set, then drain. Raises what broke a loop: such a process should start anew."""
        await self._service.start()
        self._loops = [asyncio.create_task(loop) for loop in self._service.loops()]
        told = asyncio.create_task(self.stopping.wait())
        done: set[asyncio.Task[Any]] = set()
        try:
            if await self._open_patiently():
                ready()
                tasks = {told, *self._handling, *self._loops}
                done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            told.cancel()
            await self._drain()
        for task in done - {told}:
            await task

    async def _open_patiently(self) -> bool:
        """Open the doors once the broker lets us; False if we were told to stop before."""
        patience = self._patience()
        while True:
            try:
                await self._bus.wire.ensure(STREAMS, CONSUMERS)
                await self._open()
            except Unavailable as error:
                pause = patience.next_pause_seconds()
                log.warning("waiting", because=error.detail, pause_seconds=pause)
                await self._close_doors()
                if await pause_unless(self.stopping, pause):
                    return False
            else:
                return True

    async def _open(self) -> None:
        endpoints: list[Endpoint] = []
        for wiring, handler in handlers_of(self._service):
            match wiring:
                case Answering():
                    endpoints.append(self._endpoint(wiring, handler))
                case Consuming():
                    await self._open_consumer(wiring, handler)
                case Watching():
                    await self._open_watcher(wiring, handler)
        calling = Calling(
            name=f"{ROOT}-{self._service.name}",
            version=__version__,
            description=self._service.description,
            vitals=self.vitals,
        )
        self._doors.append(await self._bus.hear_opened())
        # The doors come last: who finds them in discovery finds them open.
        self._doors.append(await self._bus.wire.answer(calling, endpoints))
        if self._service.alone:
            await self._bus.tell_opened(self._service.name, [endpoint.name for endpoint in endpoints])

    def _endpoint(self, wiring: Answering, handler: Handler) -> Endpoint:
        async def answer(request: Delivery) -> Reply:
            try:
                tenant, _ = tenant_and_address(request.subject)
                return await _call(wiring, handler, tenant, request)
            except PostilError as error:
                return reply_of_error(error)
            except Exception as error:  # A caller gets an answer, whatever breaks; the operator gets the reason.
                log.exception("request_failed", subject=request.subject, exc_info=error)
                return reply_of_error(Internal("The request failed; the log of the service says why."))

        verb = wiring.query.verb
        return Endpoint(verb, f"{ROOT}.*.{verb}", answer, self._settings.runtime.requests_max)

    async def _open_consumer(self, wiring: Consuming, handler: Handler) -> None:
        loop = BatchLoop(
            await self._bus.wire.consume(wiring.consumer),
            handler,
            self._undertaker.bury,
            self._patience(),
            count_max=self._settings.ingest.batch_count_max,
            bytes_max=self._settings.ingest.batch_bytes_max,
            batches_max=wiring.consumer.batches_max,
        )
        self._batch_loops.append(loop)
        self._handling.append(asyncio.create_task(loop.run(), name=f"consume {wiring.consumer.name}"))

    async def _open_watcher(self, wiring: Watching, handler: Handler) -> None:
        loop = LiveLoop(handler, waiting_max=self._settings.runtime.events_waiting_max)
        self._doors.append(await self._bus.wire.watch(f"{ROOT}.*.{wiring.address}", loop.hear, loop.missed))
        self._live_loops.append(loop)
        self._handling.append(asyncio.create_task(loop.run(), name=f"watch {wiring.address}"))

    async def _close_doors(self) -> None:
        """Let nothing new in, and finish what is in hand."""
        for door in self._doors:
            await door.stop()
        loops: list[BatchLoop | LiveLoop] = [*self._batch_loops, *self._live_loops]
        for loop in loops:
            loop.stop()
        await asyncio.gather(*self._handling, return_exceptions=True)
        self._doors, self._batch_loops, self._live_loops, self._handling = [], [], [], []

    async def _drain(self) -> None:
        await self._close_doors()
        await self._service.stop()
        await asyncio.gather(*self._loops, return_exceptions=True)
        await self._service.close()

    def vitals(self) -> Mapping[str, object]:
        return {
            **self._service.vitals(),
            "pid": os.getpid(),
            "taken": sum(loop.taken for loop in self._batch_loops),
            "holding": sum(loop.holding for loop in self._batch_loops),
            "dead_letters": self._undertaker.buried,
            "heard": sum(loop.heard for loop in self._live_loops),
            "unheard": sum(loop.dropped for loop in self._live_loops),
        }

    def _patience(self) -> Patience:
        return Patience(self._settings.runtime.retry_seconds_min, self._settings.runtime.retry_seconds_max)


async def _call(wiring: Answering, handler: Handler, tenant: str, request: Delivery) -> Reply:
    if wiring.raw:
        reply: Reply = await handler(tenant, request)
        return reply
    return reply_with(await handler(tenant, wiring.query.decode(request.payload)))
