"""Live events for a handler: heard in order, bounded, never acknowledged. Who is too slow loses the oldest ones."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

import structlog

from shared.bus.wire import Delivery
from shared.contracts.message import tenant_and_address

log = structlog.get_logger()


class LiveLoop:
    def __init__(self, handle: Callable[[str, Delivery], Awaitable[object]], *, waiting_max: int) -> None:
        self._handle = handle
        self._waiting: deque[Delivery] = deque(maxlen=waiting_max)
        self._something = asyncio.Event()
        self._stopping = False
        self.heard = 0
        self.dropped = 0

    def hear(self, event: Delivery) -> None:
        if len(self._waiting) == self._waiting.maxlen:
            self.dropped += 1
        self._waiting.append(event)
        self._something.set()

    def missed(self) -> None:
        log.warning("events_may_be_missing")

    async def run(self) -> None:
        """Until it is stopped and everything that was heard has been handled."""
        while await self._next_is_there():
            event = self._waiting.popleft()
            tenant, _ = tenant_and_address(event.subject)
            try:
                await self._handle(tenant, event)
            except Exception as error:  # One event that can't be handled must not end the listening.
                log.exception("event_failed", subject=event.subject, exc_info=error)
            self.heard += 1

    def stop(self) -> None:
        self._stopping = True
        self._something.set()

    async def _next_is_there(self) -> bool:
        while not self._waiting:
            if self._stopping:
                return False
            self._something.clear()
            await self._something.wait()
        return True
