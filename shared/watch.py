"""Reading the change feed for ever: the past from the log, the present from the bus, joined without a gap or a double.

The log is the truth, and the live feed only says sooner what the log will say. So a watcher takes from the live
feed what follows on what it has, and whenever that is in doubt (at the start, after a lost connection, after a
number that doesn't follow) it reads the log until it has caught up.

A watcher that is slower than the feed is told so by `Overflow` and where to resume; nobody waits for it.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from shared.bus.bus import Bus
from shared.bus.wire import Delivery, Stoppable
from shared.contracts.changes import PREVIOUS_SEQ_HEADER, Change, ChangePage, ListChanges, decode_changes
from shared.contracts.message import subject_for
from shared.errors import Invalid, Unavailable
from shared.runtime.patience import Patience
from shared.settings import WatchSettings

AnswerT = TypeVar("AnswerT")


@dataclass(frozen=True, slots=True)
class Overflow:
    """The watcher was too slow; it has everything up to here, and may watch again from here."""

    resume_seq: int


class Watcher:
    """The changes of a tenant, or of one of its collections, after `since`."""

    def __init__(
        self, bus: Bus, tenant: str, settings: WatchSettings, *, since: int, collection: str | None = None
    ) -> None:
        self._bus = bus
        self._tenant = tenant
        self._settings = settings
        self._collection = collection
        self._position = since
        self._live = _LiveFeed(settings.waiting_count_max)
        self._patience = Patience(0.05, 2.0)

    async def changes(self) -> AsyncIterator[Change | Overflow]:
        """Ends only after an `Overflow`. While the database or the broker is away it waits."""
        async for change in self._past():
            yield change
        listening = await self._patiently(self._listen)
        try:
            while not self._live.overflowed:
                async for change in self._past_and_present():
                    yield change
            yield Overflow(self._position)
        finally:
            await listening.stop()

    async def _past_and_present(self) -> AsyncIterator[Change]:
        """Catch up, then follow the live feed until it is in doubt or has run over."""
        self._live.trust()
        async for change in self._past():
            yield change
        while not self._live.overflowed and not self._live.doubtful:
            announcement = await self._live.next(self._settings.idle_seconds)
            # Silence is usually nothing to say, but the last word before it may have been lost: the log knows.
            if announcement is None or not self._follows(announcement):
                return
            for change in announcement.changes:
                if change.seq > self._position:
                    self._position = change.seq
                    yield change

    async def _past(self) -> AsyncIterator[Change]:
        while True:
            page = await self._patiently(self._next_page)
            for change in page.items:
                self._position = change.seq
                yield change
            self._position = max(self._position, page.last_seq)
            if not page.items:
                return

    async def _listen(self) -> Stoppable:
        pattern = subject_for(self._tenant, f"changes.{self._collection or '>'}")
        return await self._bus.wire.watch(pattern, self._live.hear, self._live.doubt)

    async def _next_page(self) -> ChangePage:
        return await self._bus.ask(self._tenant, ListChanges(since=self._position, collection=self._collection))

    async def _patiently(self, ask: Callable[[], Awaitable[AnswerT]]) -> AnswerT:
        while True:
            try:
                answer = await ask()
            except Unavailable:
                await asyncio.sleep(self._patience.next_pause_seconds())
            else:
                self._patience.reset()
                return answer

    def _follows(self, announcement: "_Announcement") -> bool:
        if self._collection is not None:
            return announcement.previous_seq <= self._position
        return not announcement.changes or announcement.changes[0].seq <= self._position + 1


@dataclass(frozen=True, slots=True)
class _Announcement:
    previous_seq: int
    changes: tuple[Change, ...]


class _LiveFeed:
    """What was heard and not yet read: bounded, and honest about it."""

    def __init__(self, count_max: int) -> None:
        self._count_max = count_max
        self._waiting: deque[_Announcement] = deque()
        self._count = 0
        self._something = asyncio.Event()
        self.overflowed = False
        self.doubtful = False

    def hear(self, delivery: Delivery) -> None:
        if self.overflowed:
            return
        try:
            changes = decode_changes(delivery.payload)
            announcement = _Announcement(int(delivery.headers.get(PREVIOUS_SEQ_HEADER, "0")), changes)
        except (Invalid, ValueError):
            # Somebody else wrote here. What the log says is not touched by it.
            self.doubt()
            return
        self._waiting.append(announcement)
        self._count += len(announcement.changes)
        if self._count > self._count_max:
            self.overflowed = True
            self._waiting.clear()
        self._something.set()

    def doubt(self) -> None:
        self.doubtful = True
        self._something.set()

    def trust(self) -> None:
        self.doubtful = False

    async def next(self, seconds_max: float) -> _Announcement | None:
        """The oldest announcement; None when nothing comes, or nothing that could be relied on."""
        try:
            async with asyncio.timeout(seconds_max):
                while not self._waiting and not self.doubtful and not self.overflowed:
                    self._something.clear()
                    await self._something.wait()
        except TimeoutError:
            return None
        if not self._waiting:
            return None
        announcement = self._waiting.popleft()
        self._count -= len(announcement.changes)
        return announcement
