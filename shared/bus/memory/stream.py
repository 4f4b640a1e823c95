"""One stream: its messages in order, its limits, and the message ids it has seen lately."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.bus.memory.subjects import matches
from shared.bus.streams import Stream
from shared.bus.wire import MESSAGE_ID_HEADER, Delivery, Headers, Place
from shared.clock import Clock
from shared.errors import Unavailable

# What the real one adds to a message on disk, so that limits mean about the same here.
MESSAGE_BYTES_EXTRA = 30


@dataclass(frozen=True, slots=True)
class Kept:
    seq: int
    subject: str
    payload: bytes
    headers: Headers
    stamped_at: datetime
    bytes: int


class KeptStream:
    def __init__(self, limits: Stream, epoch: int, clock: Clock) -> None:
        self.limits = limits
        self._clock = clock
        self.epoch = epoch
        self.last_seq = 0
        self.bytes = 0
        self._first_seq = 1
        self._messages: dict[int, Kept] = {}
        # In the order in which they came, so the oldest is the first. A window of time bounds it, as in the real one.
        self._ids: dict[str, tuple[datetime, int]] = {}

    def __len__(self) -> int:
        return len(self._messages)

    @property
    def first_seq(self) -> int:
        while self._first_seq not in self._messages and self._first_seq <= self.last_seq:
            self._first_seq += 1
        return self._first_seq

    def append(self, subject: str, payload: bytes, headers: Headers) -> tuple[int, bool]:
        """The sequence number, and whether the message is new."""
        self.expire()
        now = self._clock.now()
        message_id = headers.get(MESSAGE_ID_HEADER)
        if message_id in self._ids:
            return self._ids[message_id][1], False
        size = _size(subject, payload, headers)
        if self.limits.keeps == "work" and self.bytes + size > self.limits.bytes_max:
            raise Unavailable(f"the stream {self.limits.name} is full")
        self.last_seq += 1
        self._messages[self.last_seq] = Kept(self.last_seq, subject, payload, dict(headers), now, size)
        self.bytes += size
        if message_id:
            self._ids[message_id] = (now, self.last_seq)
        self._make_room()
        return self.last_seq, True

    def get(self, seq: int) -> Kept | None:
        return self._messages.get(seq)

    def remove(self, seq: int) -> bool:
        kept = self._messages.pop(seq, None)
        if kept is None:
            return False
        self.bytes -= kept.bytes
        return True

    def expire(self) -> None:
        """Forget what is too old."""
        now = self._clock.now()
        window = timedelta(seconds=self.limits.duplicate_window_seconds)
        while self._ids:
            message_id, (seen_at, _) = next(iter(self._ids.items()))
            if now - seen_at < window:
                break
            del self._ids[message_id]
        if self.limits.age_seconds_max:
            age_max = timedelta(seconds=self.limits.age_seconds_max)
            while self._messages and now - self._messages[self.first_seq].stamped_at >= age_max:
                self.remove(self.first_seq)

    def limit(self, limits: Stream) -> None:
        self.limits = limits
        self._make_room()

    def restart(self) -> None:
        """A broker that starts again knows the ids of the messages it has, not those of messages that are gone."""
        self._ids = {name: (seen_at, seq) for name, (seen_at, seq) in self._ids.items() if seq in self._messages}

    def after(self, seq: int, pattern: str) -> Iterator[Kept]:
        for candidate in range(max(seq + 1, self.first_seq), self.last_seq + 1):
            kept = self._messages.get(candidate)
            if kept is not None and matches(pattern, kept.subject):
                yield kept

    def page(self, pattern: str, after_seq: int, count_max: int) -> Sequence[Delivery]:
        self.expire()
        page: list[Delivery] = []
        for kept in self.after(after_seq, pattern):
            if len(page) >= count_max:
                break
            page.append(self.delivery(kept))
        return page

    def last(self, pattern: str) -> Delivery | None:
        self.expire()
        for kept in reversed(self._messages.values()):
            if matches(pattern, kept.subject):
                return self.delivery(kept)
        return None

    def delivery(self, kept: Kept, attempts: int = 1, receipt: str = "") -> Delivery:
        place = Place(self.limits.name, self.epoch, kept.seq, kept.stamped_at)
        return Delivery(kept.subject, kept.payload, kept.headers, place, attempts, receipt)

    def _make_room(self) -> None:
        # Only a log drops the old for the new; a work stream has refused the new already.
        while self.limits.keeps == "log" and self.bytes > self.limits.bytes_max and len(self._messages) > 1:
            self.remove(self.first_seq)


def _size(subject: str, payload: bytes, headers: Headers) -> int:
    lines = sum(len(name) + len(value) + 4 for name, value in headers.items())
    return MESSAGE_BYTES_EXTRA + len(subject) + len(payload) + (lines + 16 if lines else 0)
