"""Asking with care: a time limit, a second try for what changes nothing, and a circuit breaker for each that is asked.

Here are the sentences that a chat gets to read when somebody is away.
"""

import asyncio
from collections.abc import Mapping
from typing import TypeVar

import structlog

from shared.breaker import Breaker, Resting, Sick
from shared.bus.bus import Bus
from shared.clock import Clock
from shared.contracts.message import Contract, Query
from shared.errors import NobodyThere, PostilError, TimedOut, Unavailable
from shared.settings import BotSettings

log = structlog.get_logger()

ReplyT = TypeVar("ReplyT", bound=Contract)

# Whoever is being started anew may be there by then.
RETRY_SECONDS = 0.2
# With less than this left, a second try is none.
TRY_SECONDS_MIN = 0.05


class Away(Unavailable):
    """`who` does not answer. What was asked has changed nothing. Its words are for the chat."""

    def __init__(self, who: str) -> None:
        super().__init__(self.sentence(who))
        self.who = who

    def sentence(self, who: str) -> str:
        if who == "database":
            return "The database does not answer just now; your line is safe."
        return f"The {who} does not answer just now; your line is safe, and what needs no {who} still works."


class NotReached(Away, NobodyThere):
    """It was asked to change something, and has certainly not done so."""


class InDoubt(Away, TimedOut):
    """It was asked to change something, and may have done so."""

    def sentence(self, who: str) -> str:
        return f"The {who} did not answer in time. It may have been done or not: look before you try it again."


def _away(query: Query[ReplyT], *, is_certain: bool) -> Away:
    if not query.changes:
        return Away(query.answered_by)
    return NotReached(query.answered_by) if is_certain else InDoubt(query.answered_by)


class _Failed(Sick):
    def __init__(self, error: Unavailable) -> None:
        self.error = error


class Asker:
    def __init__(self, bus: Bus, clock: Clock, settings: BotSettings) -> None:
        self._bus = bus
        self._clock = clock
        self._settings = settings
        self._breakers: dict[str, Breaker] = {}

    async def ask(self, tenant: str, query: Query[ReplyT]) -> ReplyT:
        """Raises `Away`, and what whoever was asked has against the question."""
        seconds_max = query.seconds_max or self._settings.ask_seconds_max
        # Not by the clock, which may be set meanwhile.
        loop = asyncio.get_running_loop()
        ends_at = loop.time() + seconds_max
        try:
            try:
                return await self._try(tenant, query, seconds_max)
            except Unavailable:
                left = ends_at - loop.time() - RETRY_SECONDS
                if query.changes or left < TRY_SECONDS_MIN:
                    raise
                await asyncio.sleep(RETRY_SECONDS)
                return await self._try(tenant, query, left)
        except Resting as error:
            raise _away(query, is_certain=True) from error
        except Unavailable as error:
            log.warning("no_answer", who=query.answered_by, asked=query.verb, because=error.detail)
            raise _away(query, is_certain=isinstance(error, NobodyThere)) from error

    def vitals(self) -> Mapping[str, object]:
        """Who is left alone just now."""
        resting = [who for who, breaker in sorted(self._breakers.items()) if breaker.state() != "closed"]
        return {"away": ", ".join(resting)}

    async def _try(self, tenant: str, query: Query[ReplyT], seconds_max: float) -> ReplyT:
        try:
            with self._breaker(query.answered_by).passing():
                outcome = await self._reply_or_refusal(tenant, query, seconds_max)
        except _Failed as failed:
            raise failed.error from None
        if isinstance(outcome, PostilError):
            raise outcome
        return outcome

    async def _reply_or_refusal(self, tenant: str, query: Query[ReplyT], seconds_max: float) -> ReplyT | PostilError:
        """Whoever says no is well; only who says nothing is not."""
        try:
            return await self._bus.ask(tenant, query, seconds_max=seconds_max)
        except Unavailable as error:
            raise _Failed(error) from error
        except PostilError as error:
            return error

    def _breaker(self, who: str) -> Breaker:
        if who not in self._breakers:
            self._breakers[who] = Breaker(self._clock, self._settings.failures_max, self._settings.rest_seconds)
        return self._breakers[who]
