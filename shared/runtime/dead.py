"""Writing dead letters: whatever can't be processed is kept whole, with the reason."""

from typing import Protocol

from shared.bus.bus import Bus
from shared.bus.wire import Delivery
from shared.clock import Clock
from shared.contracts.dead import DeadLetter, as_text
from shared.contracts.message import tenant_and_address
from shared.contracts.problem import Problem
from shared.errors import PostilError, TooLarge


class Bury(Protocol):
    async def __call__(
        self, delivery: Delivery, reason: PostilError, *, payload: bytes | None = None, index: int | None = None
    ) -> None: ...


class Undertaker:
    """Returns when the letter is on disk. Burying the same thing again within the stream's window adds nothing."""

    def __init__(self, bus: Bus, clock: Clock) -> None:
        self._bus = bus
        self._clock = clock
        self.buried = 0

    async def bury(
        self, delivery: Delivery, reason: PostilError, *, payload: bytes | None = None, index: int | None = None
    ) -> None:
        """`payload` and `index` name the one element of the message that is to blame, if it is not the whole."""
        tenant, _ = tenant_and_address(delivery.subject)
        original = delivery.payload if payload is None else payload
        kept = original
        while True:
            letter = self._letter(delivery, reason, index, kept, original)
            try:
                await self._bus.publish(tenant, letter, message_id=_name_of(delivery, index))
            except TooLarge:
                # A letter is longer than its original, by the reason and by base64. Better the beginning than nothing.
                if not kept:
                    raise
                kept = kept[: len(kept) // 2]
            else:
                break
        self.buried += 1

    def _letter(
        self, delivery: Delivery, reason: PostilError, index: int | None, kept: bytes, original: bytes
    ) -> DeadLetter:
        text, encoding = as_text(kept)
        return DeadLetter(
            subject=delivery.subject,
            problem=Problem.of(reason),
            attempts=delivery.attempts,
            at=self._clock.now(),
            headers=dict(delivery.headers),
            payload=text,
            encoding=encoding,
            cut_from_bytes=len(original) if len(kept) < len(original) else None,
            stream_seq=delivery.place.seq if delivery.place else None,
            index=index,
        )


def _name_of(delivery: Delivery, index: int | None) -> str | None:
    if delivery.place is None:
        return None
    place = delivery.place
    return f"dead-{place.stream}-{place.epoch}-{place.seq}-{'all' if index is None else index}"
