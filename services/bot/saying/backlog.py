"""Lines that wait to be said, as far as they are held in memory: who is next, in which order, and how many at a time.

The database has them all; `outbox.py` reads and writes them.
"""

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import orjson
from pydantic import Field

from services.bot.command import Place
from shared.contracts.chat import Say
from shared.contracts.documents import Document, Draft
from shared.contracts.message import Contract
from shared.errors import Invalid

COLLECTION = "postil.outbox"
FINISHED_TTL_SECONDS = 7 * 86_400
# None of ours is as large; what is larger would only fill the memory.
ENTRY_BYTES_MAX = 32 * 1024


class Entry(Contract):
    """A line in the outbox, as it stands in its document's `data`."""

    say: Say
    due_at: datetime
    # Where it stands among the lines of its place.
    order: int
    tries: int = Field(default=0, ge=0)
    state: Literal["waiting", "saying", "sent", "failed"] = "waiting"
    # Whoever is saying it: two bots that write the same would be taken for one that writes twice.
    holder: str | None = None
    reason: str | None = None

    def draft(self, if_version: int) -> Draft:
        return Draft(
            id=f"{COLLECTION}.{self.say.id}",
            collection=COLLECTION,
            kind=self.state,
            data=orjson.loads(self.encode()),
            ttl_seconds=FINISHED_TTL_SECONDS if self.state in ("sent", "failed") else None,
            if_version=if_version,
        )

    @classmethod
    def of(cls, document: Document) -> "Entry | None":
        """None for what is no entry of ours, whoever may have written it."""
        try:
            written = orjson.dumps(document.data)
            entry = cls.decode(written if len(written) <= ENTRY_BYTES_MAX else b"")
        except (Invalid, orjson.JSONEncodeError):
            return None
        return entry if document.id == f"{COLLECTION}.{entry.say.id}" and entry.due_at.tzinfo else None


Where = tuple[str, Place]


@dataclass(frozen=True, slots=True)
class Waiting:
    tenant: str
    entry: Entry
    version: int

    @property
    def where(self) -> Where:
        return self.tenant, Place(self.entry.say.network, self.entry.say.channel)

    @property
    def key(self) -> tuple[str, str]:
        return self.tenant, self.entry.say.id or ""


_Turn = tuple[datetime, int, tuple[str, str], Where]


class Backlog:
    """Of a place that is being worked on, nothing is due before it is released."""

    def __init__(self, count_max: int) -> None:
        self._count_max = count_max
        self._places: dict[Where, dict[tuple[str, str], Waiting]] = {}
        self._busy: dict[Where, dict[tuple[str, str], Waiting]] = {}
        # With lines that are gone by now: they are passed over when they come up.
        self._next: list[_Turn] = []
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def holds(self, waiting: Waiting) -> bool:
        places = self._busy if waiting.where in self._busy else self._places
        return waiting.key in places.get(waiting.where, {})

    def hold(self, waiting: Waiting) -> None:
        where = waiting.where
        place = self._busy[where] if where in self._busy else self._places.setdefault(where, {})
        self._count += waiting.key not in place
        place[waiting.key] = waiting
        if where not in self._busy:
            heapq.heappush(self._next, _turn(waiting))
        if len(self._next) > 2 * (self._count + self._count_max):
            self._next = [_turn(each) for place in self._places.values() for each in place.values()]
            heapq.heapify(self._next)

    def next_due(self) -> datetime | None:
        while self._next:
            due_at, _, key, where = self._next[0]
            waiting = self._places.get(where, {}).get(key)
            if waiting is not None and waiting.entry.due_at == due_at:
                return due_at
            heapq.heappop(self._next)
        return None

    def take(self, now: datetime) -> Sequence[Waiting]:
        """The lines to try, in order, of the place with the line that is due first; it is busy from now on.

        What was tried before goes along although it is not due: it is older, and may as well be said now.
        """
        due_at = self.next_due()
        if due_at is None or due_at > now:
            return ()
        where = self._next[0][3]
        rest = self._busy[where] = self._places.pop(where)
        lines = sorted(
            (each for each in rest.values() if each.entry.tries or each.entry.due_at <= now),
            key=lambda each: (each.entry.order, each.key),
        )
        for each in lines:
            del rest[each.key]
        self._count -= len(lines)
        return lines

    def release(self, where: Where) -> None:
        for waiting in self._busy.pop(where).values():
            self._count -= 1
            self.hold(waiting)

    def trim(self) -> Mapping[str, datetime]:
        """Let go of what is due last if it has become too much; returns by tenant when the first of it is due."""
        if self._count <= 2 * self._count_max:
            return {}
        held = sorted(
            (each for place in self._places.values() for each in place.values()), key=lambda each: each.entry.due_at
        )
        left_out: dict[str, datetime] = {}
        self._places, self._next, self._count = {}, [], sum(map(len, self._busy.values()))
        for each in held[: self._count_max]:
            self.hold(each)
        for each in held[self._count_max :]:
            left_out.setdefault(each.tenant, each.entry.due_at)
        return left_out


def _turn(waiting: Waiting) -> _Turn:
    return waiting.entry.due_at, waiting.entry.order, waiting.key, waiting.where
