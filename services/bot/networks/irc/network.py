"""An IRC network: always there, or on the way back to it."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from random import Random
from typing import TypeVar

import structlog

from services.bot.networks.irc.connection import Connection, StreamConnection
from services.bot.networks.irc.login import Refused
from services.bot.networks.irc.visit import Visit
from services.bot.networks.network import Hear, Heard
from shared.clock import Clock
from shared.contracts.chat import Say
from shared.errors import PostilError, Unavailable
from shared.runtime.patience import Patience, pause_unless
from shared.settings import IrcSettings

log = structlog.get_logger()

# Who was there for so long begins anew with the pauses.
STEADY_SECONDS = 60.0
# So that not all bots come back at the same moment.
JITTER = 0.5

ResultT = TypeVar("ResultT")
Open = Callable[[IrcSettings], Awaitable[Connection]]


class IrcNetwork:
    def __init__(
        self, name: str, settings: IrcSettings, clock: Clock, chance: Random, connect: Open = StreamConnection.open
    ) -> None:
        self._name = name
        self._settings = settings
        self._clock = clock
        self._chance = chance
        self._connect = connect
        self._patience = Patience(settings.reconnect_seconds_min, settings.reconnect_seconds_max)
        self._stopping = asyncio.Event()
        self._visit: Visit | None = None
        self._because = ""
        self._heard = self._said = self._lost = 0

    @property
    def name(self) -> str:
        return self._name

    @property
    def tenant(self) -> str:
        return self._settings.tenant

    async def run(self, hear: Hear) -> None:
        def count_and_hear(heard: Heard) -> None:
            self._heard += 1
            hear(heard)

        while not self._stopping.is_set():
            pause_seconds = await self._visit_once(count_and_hear)
            if not self._stopping.is_set():
                log.warning(
                    "irc_lost", network=self._name, because=self._because, pause_seconds=round(pause_seconds, 1)
                )
            await pause_unless(self._stopping, pause_seconds)

    async def say(self, say: Say) -> None:
        if self._visit is None or self._visit.is_over:
            raise Unavailable(f"not connected to {self._name}: {self._because or 'the connection is not there yet'}")
        await self._visit.say(say)
        self._said += 1

    async def stop(self) -> None:
        self._stopping.set()

    def vitals(self) -> Mapping[str, object]:
        session = self._visit.session if self._visit and not self._visit.is_over else None
        return {
            "connected": session is not None and session.welcomed_at is not None,
            "nick": session.nicks.own if session else None,
            "channels": session.rooms.joined if session else [],
            "waiting": session.sayings.waiting_count if session else 0,
            "heard": self._heard,
            "said": self._said,
            "connections_lost": self._lost,
            "because": self._because,
        }

    async def _visit_once(self, hear: Hear) -> float:
        """Be there, as long as it lasts; returns the pause before the next time."""
        try:
            await self._be_there(hear)
        except Refused as error:
            self._because = error.detail
            return self._settings.reconnect_seconds_max
        except PostilError as error:
            self._because = error.detail
        pause_seconds = self._patience.next_pause_seconds()
        jitter_seconds = self._chance.uniform(0, JITTER * pause_seconds)
        return min(pause_seconds + jitter_seconds, self._settings.reconnect_seconds_max)

    async def _be_there(self, hear: Hear) -> None:
        connection = await self._unless_stopped(self._connect(self._settings))
        if connection is None:
            return
        visit = self._visit = Visit(self._settings, connection, self._clock, hear)
        try:
            log.info("irc_connected", network=self._name, host=self._settings.host)
            await self._unless_stopped(visit.stay())
            # It comes back only if we were told to stop.
            await visit.leave()
        finally:
            self._visit = None
            self._lost += not self._stopping.is_set()
            if self._was_steady(visit):
                self._patience.reset()
            await connection.close()

    def _was_steady(self, visit: Visit) -> bool:
        welcomed_at = visit.session.welcomed_at
        return welcomed_at is not None and self._clock.now().timestamp() - welcomed_at >= STEADY_SECONDS

    async def _unless_stopped(self, work: Awaitable[ResultT]) -> ResultT | None:
        """None if we were told to stop before it was done."""
        working, told = asyncio.ensure_future(work), asyncio.ensure_future(self._stopping.wait())
        try:
            await asyncio.wait([working, told], return_when=asyncio.FIRST_COMPLETED)
            return await working if working.done() else None
        finally:
            told.cancel()
            working.cancel()
            await asyncio.gather(working, told, return_exceptions=True)
