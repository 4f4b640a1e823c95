"""What a document is called, and where its message stands in the stream.

A name must be the same whenever the same message comes again, so that a redelivery finds its document instead of
making another. All documents of a message share a stem; from the second one on their number is added to it.
"""

from collections.abc import Callable
from datetime import datetime
from functools import cached_property
from hashlib import blake2b

from shared.bus.wire import Place
from shared.clock import to_milliseconds
from shared.contracts.documents import Draft

# Twelve bytes: among a thousand million names, the chance of two alike is below one in ten thousand million.
DIGEST_BYTES = 12

CHANCE_BYTES = 10
MILLISECONDS_DIGITS = 10
# Crockford's: its digits sort as their values do, and none looks like another.
DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"


class Naming:
    """Names and places for the documents of one message."""

    def __init__(
        self,
        *,
        place: Place | None,
        message_id: str | None,
        collection: str | None,
        now: datetime,
        random_bytes: Callable[[int], bytes],
    ) -> None:
        self._place = place
        self._message_place = None if place is None else f"{place.epoch:016x}-{place.seq:016x}"
        self._message_id = message_id
        self._collection = collection
        self._now = now
        self._random_bytes = random_bytes

    def id_for(self, draft: Draft, index: int) -> str:
        if draft.id is not None:
            return draft.id
        if draft.idempotency_key is not None:
            return f"key-{digest(draft.idempotency_key)}"
        return f"{self._stem}-{index}" if index else self._stem

    def place_for(self, index: int) -> str | None:
        """Sorts as text the way the documents stand in the stream."""
        return None if self._message_place is None else f"{self._message_place}-{index:06x}"

    @cached_property
    def _stem(self) -> str:
        if self._message_id:
            # The collection belongs to it, because publishers that know nothing of each other count alike.
            return f"msg-{digest(self._collection or '', self._message_id)}"
        if self._place is not None:
            return f"{self._place.epoch:x}-{self._place.seq}"
        return sortable_name(self._now, self._random_bytes(CHANCE_BYTES))


def sortable_name(now: datetime, chance: bytes) -> str:
    """A name by time first and chance second: later ones sort behind earlier ones."""
    return _in_digits(to_milliseconds(now), MILLISECONDS_DIGITS) + _in_digits(
        int.from_bytes(chance), len(chance) * 8 // 5
    )


def digest(*parts: str) -> str:
    """Short, and the same for ever. Every part's length goes in too, so that no two lists of parts are alike."""
    hashed = blake2b(digest_size=DIGEST_BYTES)
    for part in parts:
        # A header may carry what is no character; it is still the same each time.
        encoded = part.encode("utf-8", "surrogatepass")
        hashed.update(b"%d:%b" % (len(encoded), encoded))
    return hashed.hexdigest()


def _in_digits(number: int, width: int) -> str:
    return "".join(DIGITS[number >> 5 * place & 31] for place in reversed(range(width)))
