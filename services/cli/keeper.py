"""Keeps one process alive: starts it, starts it again after a growing pause when it dies, and stops it for good."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from signal import SIGKILL, SIGTERM, Signals
from typing import Protocol

import structlog

from shared.errors import PostilError
from shared.runtime.patience import Patience, pause_unless
from shared.settings import UpSettings

log = structlog.get_logger()


class Running(Protocol):
    """A process that was started. Its exit code is negative if a signal ended it."""

    @property
    def pid(self) -> int: ...

    async def wait(self) -> int: ...

    def send_signal(self, number: int, /) -> None: ...


class Keeper:
    """`changed` is called when the process has come and when it has gone; `exit_code` is that of the last one."""

    def __init__(
        self,
        name: str,
        start: Callable[[], Awaitable[Running]],
        settings: UpSettings,
        changed: Callable[[], None],
    ) -> None:
        self.name = name
        self.exit_code: int | None = None
        self._start = start
        self._steady_seconds = settings.steady_seconds
        self._patience = Patience(settings.restart_seconds_min, settings.restart_seconds_max)
        self._changed = changed
        self._running: Running | None = None
        self._stopping = asyncio.Event()
        self._told: Signals | None = None
        self._keeping: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        return self._running.pid if self._running else None

    def begin(self) -> "asyncio.Task[None]":
        """The task ends after `stop`, or with an error that is not the process's."""
        self._keeping = asyncio.create_task(self._keep(), name=f"keep {self.name}")
        return self._keeping

    async def stop(self, seconds_max: float, hurry: asyncio.Event) -> None:
        """Let it drain; if that takes too long, or `hurry` is set, kill it. It is gone when this returns."""
        if self._keeping is None:
            return
        self._stopping.set()
        self._tell(SIGTERM)
        hurried = asyncio.create_task(hurry.wait())
        await asyncio.wait({self._keeping, hurried}, timeout=seconds_max, return_when=asyncio.FIRST_COMPLETED)
        hurried.cancel()
        if not self._keeping.done():
            log.warning("killing", part=self.name, because="hurry" if hurry.is_set() else f"{seconds_max:g} s are up")
            self._tell(SIGKILL)
        await self._keeping

    async def _keep(self) -> None:
        while not self._stopping.is_set():
            pause_seconds = await self._live_once()
            await pause_unless(self._stopping, pause_seconds)

    async def _live_once(self) -> float:
        """Returns how long to wait before the next life."""
        clock = asyncio.get_running_loop()
        began = clock.time()
        try:
            self._running = await self._start()
        except (OSError, PostilError) as error:
            pause_seconds = self._patience.next_pause_seconds()
            log.error("start_failed", part=self.name, because=str(error), again_in_seconds=pause_seconds)
            return pause_seconds
        self._changed()
        if self._told is not None:
            # We were told to stop while it was being started.
            self._tell(self._told)
        self.exit_code = await self._running.wait()
        died, self._running = self._running, None
        self._changed()
        if self._stopping.is_set():
            return 0.0
        if clock.time() - began >= self._steady_seconds:
            self._patience.reset()
        pause_seconds = self._patience.next_pause_seconds()
        because = in_words(self.exit_code)
        log.warning("died", part=self.name, pid=died.pid, because=because, again_in_seconds=pause_seconds)
        return pause_seconds

    def _tell(self, number: Signals) -> None:
        self._told = number
        if self._running is not None:
            with suppress(ProcessLookupError):
                self._running.send_signal(number)


def in_words(exit_code: int) -> str:
    """How a process ended."""
    if exit_code >= 0:
        return f"it ended with exit code {exit_code}"
    try:
        return f"it was ended by {Signals(-exit_code).name}"
    except ValueError:
        return f"it was ended by signal {-exit_code}"
