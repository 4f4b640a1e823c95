"""The spine beside the tests: a real broker, ingest, and the database on a real file, on a loop of their own.

The search and the analysis run only where a test needs them, because they take their time to start.
Commands run in the test's own thread, as a person's would run in a shell.
"""

import asyncio
import threading
from collections.abc import Coroutine
from contextlib import ExitStack
from pathlib import Path
from typing import Any, TypeVar

from services.cli.roster import ServiceName, build_of
from shared.bus.bus import Bus
from shared.bus.nats import NatsWire
from shared.clock import SystemClock
from shared.runtime.process import Build, Context
from shared.runtime.runner import Runner
from shared.settings import AnalysisSettings, SearchSettings, Settings
from tests.broker import BrokerForTests, broker_for_tests

ResultT = TypeVar("ResultT")

ALWAYS = ("database", "ingest")
SECONDS_MAX = 30.0


class Spine:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._settings = Settings(
            data=folder,
            search=SearchSettings(commit_seconds=0),
            # On a busy machine it may take a while until the first one is done.
            analysis=AnalysisSettings(step_seconds_max=SECONDS_MAX),
        )
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="spine")
        self._running: dict[str, tuple[Runner, asyncio.Task[None]]] = {}
        self.broker: BrokerForTests = broker_for_tests(folder / "broker")

    def __enter__(self) -> "Spine":
        with ExitStack() as undoing:
            self._thread.start()
            undoing.callback(self._end)
            self.do(self.broker.start())
            undoing.callback(lambda: self.do(self.broker.stop()))
            for name in ALWAYS:
                self.start(name)
            undoing.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        with ExitStack() as undoing:
            undoing.callback(self._end)
            undoing.callback(lambda: self.do(self.broker.stop()))
            for name in tuple(self._running):
                undoing.callback(self.stop, name)

    def do(self, work: Coroutine[Any, Any, ResultT]) -> ResultT:
        """On the spine's own loop, from any thread."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(SECONDS_MAX)

    def start(self, name: str, build: Build | None = None) -> None:
        self.do(self._start(name, build or build_of(ServiceName(name))))

    def need(self, name: str) -> None:
        if name not in self._running:
            self.start(name)

    def stop(self, name: str) -> None:
        runner, task = self._running.pop(name)
        self._loop.call_soon_threadsafe(runner.stopping.set)
        self.do(_ended(task))

    async def _start(self, name: str, build: Build) -> None:
        bus = Bus(await NatsWire.connect(self.broker.url, name=name))
        service = await build(Context(bus, self._settings, SystemClock()))
        runner = Runner(service, bus, self._settings, SystemClock())
        ready = asyncio.Event()

        async def serve() -> None:
            try:
                await runner.run(ready=ready.set)
            finally:
                await bus.wire.close()

        self._running[name] = runner, asyncio.create_task(serve())
        await ready.wait()

    def _end(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


async def _ended(task: asyncio.Task[None]) -> None:
    await task
