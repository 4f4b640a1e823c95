"""An inlet whose deliveries a test writes down, and which remembers how each was settled."""

import asyncio
from collections import deque
from collections.abc import Sequence
from datetime import UTC, datetime

from shared.bus.wire import Delivery, Place
from shared.errors import PostilError

STAMPED_AT = datetime(2026, 11, 20, tzinfo=UTC)


def delivery(number: int, payload: bytes = b"{}") -> Delivery:
    return Delivery("postil.main.docs.x", payload, place=Place("DOCS", 1, number, STAMPED_AT))


def numbers(deliveries: Sequence[Delivery]) -> list[int]:
    return [each.place.seq for each in deliveries if each.place]


class ScriptedInlet:
    def __init__(self, *batches: Sequence[Delivery]) -> None:
        self.batches = deque(batches)
        self.acknowledged: list[int] = []
        self.stopped = False
        self.ack_errors: deque[Exception] = deque()
        self._never = asyncio.Event()

    async def take(self, count_max: int, bytes_max: int) -> Sequence[Delivery]:
        if not self.batches:
            await self._never.wait()
        return self.batches.popleft()

    async def ack(self, deliveries: Sequence[Delivery]) -> None:
        if self.ack_errors:
            raise self.ack_errors.popleft()
        self.acknowledged += numbers(deliveries)

    async def give_back(self, deliveries: Sequence[Delivery], seconds: float) -> None:
        raise AssertionError("a batch that can't be done now is held, not given back")

    async def stop(self) -> None:
        self.stopped = True


class Graveyard:
    """Remembers what was buried, and why."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = deque(errors)
        self.reasons: dict[int, str] = {}
        self.attempts: dict[int, int] = {}

    async def bury(
        self, delivery: Delivery, reason: PostilError, *, payload: bytes | None = None, index: int | None = None
    ) -> None:
        if self.errors:
            raise self.errors.popleft()
        assert delivery.place is not None
        self.reasons[delivery.place.seq] = reason.detail
        self.attempts[delivery.place.seq] = delivery.attempts
