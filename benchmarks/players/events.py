"""What publishers say to listeners: events, in rounds. And the tally a listener keeps of them.

A round is heard when each of its events was, and has lasted since the first of them was sent. The listener then tells
the publisher so, who begins the next one; until then nothing else is under way.
"""

from struct import Struct
from typing import NamedTuple

# The same bytes on every kind of line: `raw.c` has a struct of this shape.
PAYLOAD_BYTES = 128
_FIELDS = Struct(f"=QIII{PAYLOAD_BYTES - 20}x")
_ROUND = Struct("=I")


class Event(NamedTuple):
    sent_ns: int
    round: int
    # Which of how many in this round.
    number: int
    of: int

    def pack(self) -> bytes:
        return _FIELDS.pack(*self)


def unpacked(payload: bytes) -> Event:
    return Event(*_FIELDS.unpack(payload))


def told_on(subject: str) -> str:
    """Where the listener to a subject tells that it has heard a round."""
    return f"{subject}.told"


def packed_round(number: int) -> bytes:
    return _ROUND.pack(number)


class Tally:
    """Counts every event, and a round once, when the last one that was missing is there."""

    def __init__(self) -> None:
        self.heard = 0
        self.microseconds: list[float] = []
        self._round = -1
        self._missing: set[int] = set()
        self._begun_ns = 0

    def hear(self, event: Event, now_ns: int) -> bool:
        """Whether that was the last one of its round."""
        self.heard += 1
        if event.round != self._round:
            self._round, self._begun_ns = event.round, event.sent_ns
            self._missing = set(range(event.of))
        self._begun_ns = min(self._begun_ns, event.sent_ns)
        if event.number not in self._missing:
            return False
        self._missing.remove(event.number)
        if not self._missing:
            self.microseconds.append((now_ns - self._begun_ns) / 1_000)
        return not self._missing
