"""Lanes: what is to be done in one place is done one after the other and in order, places beside each other.

So nobody's slow command holds up another channel. There is a bound for what is worked on at a time, for what waits in
one place, and for what waits in all of them; beyond it work is dropped and counted. A place that is idle costs nothing.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from services.bot.command import Place
from services.bot.latest import Latest
from shared.clock import Clock, is_within
from shared.errors import PostilError

log = structlog.get_logger()

# A tenant and one of its places.
Where = tuple[str, Place]
Work = Callable[[], Awaitable[None]]
# Says in a place how many were dropped there.
Complain = Callable[[str, Place, int], Awaitable[None]]

COMPLAIN_PAUSE = timedelta(minutes=1)
PLACES_REMEMBERED_MAX = 1_000


@dataclass(slots=True)
class _Lane:
    waiting: deque[Work] = field(default_factory=deque)
    dropped: int = 0


class Lanes:
    def __init__(self, complain: Complain, clock: Clock, *, at_a_time_max: int, waiting_count_max: int) -> None:
        self._complain = complain
        self._clock = clock
        self._slots = asyncio.Semaphore(at_a_time_max)
        self._waiting_count_max = waiting_count_max
        self._waiting_in_all_max = waiting_count_max * at_a_time_max
        self._lanes: dict[Where, _Lane] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._complained: Latest[Where, datetime] = Latest(PLACES_REMEMBERED_MAX)
        self.waiting = 0
        self.dropped = 0

    @property
    def places(self) -> int:
        """In which something is done just now."""
        return len(self._lanes)

    def put(self, tenant: str, place: Place, work: Work) -> bool:
        """Have it done as soon as all is done that was put before it. False if it was dropped."""
        where = tenant, place
        lane = self._lanes.get(where)
        if self.waiting >= self._waiting_in_all_max or (lane and len(lane.waiting) >= self._waiting_count_max):
            self.dropped += 1
            if lane:
                lane.dropped += 1
            return False
        if lane is None:
            lane = self._lanes[where] = _Lane()
            task = asyncio.create_task(self._run(where, lane))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        lane.waiting.append(work)
        self.waiting += 1
        return True

    async def drain(self, seconds_max: float) -> None:
        """Do what has been put. What takes too long is given up."""
        if not self._tasks:
            return
        _, late = await asyncio.wait(self._tasks, timeout=seconds_max)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        self.dropped += self.waiting
        self._lanes.clear()
        self.waiting = 0

    async def _run(self, where: Where, lane: _Lane) -> None:
        while lane.waiting:
            # Only now: who waits for a slot still waits.
            async with self._slots:
                work = lane.waiting.popleft()
                self.waiting -= 1
                await self._do(where, work)
                if lane.dropped:
                    await self._do(where, lambda: self._complain_once(where, lane))
        del self._lanes[where]

    async def _do(self, where: Where, work: Work) -> None:
        try:
            await work()
        except PostilError as error:
            log.warning("lane_refused", tenant=where[0], place=where[1].collection, because=error.detail)
        except Exception as error:  # Whatever breaks in one call, the calls behind it are others.
            log.exception("lane_failed", tenant=where[0], place=where[1].collection, exc_info=error)

    async def _complain_once(self, where: Where, lane: _Lane) -> None:
        """At most once in a while: a flood must not be answered by another."""
        now, last = self._clock.now(), self._complained.get(where)
        dropped, lane.dropped = lane.dropped, 0
        if last is None or not is_within(now, last, COMPLAIN_PAUSE):
            self._complained.put(where, now)
            await self._complain(*where, dropped)
