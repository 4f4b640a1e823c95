"""A write door without a bus: what intake makes of a payload, with time and chance held still."""

from collections.abc import Mapping
from datetime import UTC, datetime

from services.ingest.intake import Incoming, Refused, take_in
from shared.bus.wire import NO_HEADERS, Place
from shared.contracts.saving import PlacedDraft
from shared.errors import PostilError
from shared.limits import Limits

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
PLACE = Place(stream="DOCS", epoch=0x1A2B, seq=77, stamped_at=NOW)
LIMITS = Limits()


def chance(count: int) -> bytes:
    return bytes(range(count))


def take(
    payload: bytes | str,
    headers: Mapping[str, str] = NO_HEADERS,
    *,
    collection: str | None = "notes",
    place: Place | None = PLACE,
    limits: Limits = LIMITS,
) -> list[PlacedDraft | Refused]:
    encoded = payload.encode() if isinstance(payload, str) else payload
    return take_in(Incoming(encoded, headers, collection, place), limits, NOW, chance)


def put(payload: bytes | str, headers: Mapping[str, str] = NO_HEADERS) -> list[PlacedDraft | Refused]:
    """The same at the door that knows neither a collection nor a place."""
    return take(payload, headers, collection=None, place=None)


def accepted(taken: list[PlacedDraft | Refused]) -> list[PlacedDraft]:
    assert not [each.reason for each in taken if isinstance(each, Refused)]
    return [each for each in taken if isinstance(each, PlacedDraft)]


def only(taken: list[PlacedDraft | Refused]) -> PlacedDraft:
    (draft,) = accepted(taken)
    return draft


def reason(taken: list[PlacedDraft | Refused]) -> PostilError:
    (refused,) = taken
    assert isinstance(refused, Refused)
    return refused.reason
