"""Dead letters after their burial: read, sent again once the cause is mended, or dropped.

A tenant reaches its own letters only, and can send only into its own collections, whatever a letter says.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from shared.bus.streams import DEAD
from shared.bus.wire import MESSAGE_ID_HEADER, Delivery, Headers, Place, Wire
from shared.contracts.dead import DeadLetter, as_text
from shared.contracts.message import subject_for
from shared.contracts.problem import Problem
from shared.errors import Conflict, Invalid, NotFound

PAGE_COUNT = 100

CONTENT_TYPE_HEADER = "Content-Type"
JSON = "application/json"
# They steer the broker (what the stream must look like, how long to keep a message), and are no part of the content.
STEERING_PREFIX = "nats-"
EVENT_PREFIX = "ce-"


@dataclass(frozen=True, slots=True)
class Buried:
    """A letter, and where it lies."""

    seq: int
    epoch: int
    size_bytes: int
    letter: DeadLetter


class DeadLetters:
    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    async def page(self, tenant: str, *, after_seq: int = 0, count_max: int = PAGE_COUNT) -> Sequence[Buried]:
        """The oldest ones behind this number."""
        found = await self._wire.read(DEAD, _subject(tenant), after_seq, count_max)
        return [_buried(delivery, delivery.place) for delivery in found if delivery.place is not None]

    async def get(self, tenant: str, seq: int) -> Buried:
        for buried in await self.page(tenant, after_seq=max(seq, 1) - 1, count_max=1):
            if buried.seq == seq:
                return buried
        raise NotFound(f"there is no dead letter {seq}")

    async def all(self, tenant: str, *, reason_contains: str = "") -> AsyncIterator[Buried]:
        """Those that are there now, oldest first; what is buried meanwhile is left for the next time."""
        newest = await self._wire.last(DEAD, _subject(tenant))
        end = newest.place.seq if newest is not None and newest.place is not None else 0
        position = 0
        while position < end and (page := await self.page(tenant, after_seq=position)):
            for buried in page:
                if buried.seq <= end and reason_contains.lower() in buried.letter.problem.detail.lower():
                    yield buried
            position = page[-1].seq

    async def replay(self, tenant: str, buried: Buried) -> int:
        """Send the original again, then drop the letter; returns its new place in the stream.

        The message id is the letter's, so a replay that was cut in between and is repeated is still one document.
        """
        letter = buried.letter
        if not letter.subject.startswith(f"{subject_for(tenant, 'docs')}."):
            raise Conflict(f"letter {buried.seq} came by {letter.subject}, and only documents can be sent again")
        try:
            original = letter.original
        except ValueError as error:
            raise Conflict(f"letter {buried.seq} says that it is in base64, and it isn't") from error
        if letter.cut_from_bytes is not None:
            raise Conflict(f"letter {buried.seq} was too large to be kept whole, so it can't be sent again")
        seq = await self._wire.append(letter.subject, original, _headers_again(buried))
        await self._wire.drop(DEAD, buried.seq)
        return seq

    async def drop(self, tenant: str, seq: int) -> None:
        # Looked up first: the stream itself doesn't ask whose letter it is.
        await self.get(tenant, seq)
        await self._wire.drop(DEAD, seq)


def _subject(tenant: str) -> str:
    return subject_for(tenant, "dead")


def _buried(delivery: Delivery, place: Place) -> Buried:
    try:
        letter = DeadLetter.decode(delivery.payload)
    except Invalid as error:
        # Somebody else wrote there. It can be looked at and dropped like any other.
        payload, encoding = as_text(delivery.payload)
        letter = DeadLetter(
            subject=delivery.subject,
            problem=Problem.of(Invalid(f"this is no dead letter: {error.detail}")),
            attempts=0,
            at=place.stamped_at,
            payload=payload,
            encoding=encoding,
        )
    return Buried(place.seq, place.epoch, len(delivery.payload), letter)


def _headers_again(buried: Buried) -> Headers:
    letter = buried.letter
    headers = {name: value for name, value in letter.headers.items() if not name.lower().startswith(STEERING_PREFIX)}
    if letter.index is not None:
        # One element of a message is a document by itself: what the headers say of the whole isn't true of it.
        headers = {name: value for name, value in headers.items() if not _is_of_the_whole(name.lower())}
        headers[CONTENT_TYPE_HEADER] = JSON
    return {**headers, MESSAGE_ID_HEADER: f"replay-{buried.epoch}-{buried.seq}"}


def _is_of_the_whole(header: str) -> bool:
    return header == CONTENT_TYPE_HEADER.lower() or header.startswith(EVENT_PREFIX)
