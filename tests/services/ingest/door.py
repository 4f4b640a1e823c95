"""A write door without a bus: what intake makes of a payload, with time and chance held still."""

from collections.abc import Mapping
from datetime import UTC, datetime

import orjson

from services.ingest.intake import Incoming, Refused, take_in
from shared.bus.wire import NO_HEADERS, Place
from shared.contracts.documents import Draft
from shared.contracts.saving import SaveDocuments, Sealed, lines_of
from shared.errors import PostilError
from shared.limits import Limits

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
PLACE = Place(stream="DOCS", epoch=0x1A2B, seq=77, stamped_at=NOW)
LIMITS = Limits()


def chance(count: int) -> bytes:
    return bytes(range(count))


class Kept(Draft):
    """What was sealed, opened again."""

    place: str | None = None


def take(
    payload: bytes | str,
    headers: Mapping[str, str] = NO_HEADERS,
    *,
    collection: str | None = "notes",
    place: Place | None = PLACE,
    limits: Limits = LIMITS,
) -> list[Kept | Refused]:
    encoded = payload.encode() if isinstance(payload, str) else payload
    taken = take_in(Incoming(encoded, headers, collection, place), limits, NOW, chance)
    return [each if isinstance(each, Refused) else _opened(each) for each in taken]


def put(payload: bytes | str, headers: Mapping[str, str] = NO_HEADERS) -> list[Kept | Refused]:
    """The same at the door that knows neither a collection nor a place."""
    return take(payload, headers, collection=None, place=None)


def accepted(taken: list[Kept | Refused]) -> list[Kept]:
    assert not [each.reason for each in taken if isinstance(each, Refused)]
    return [each for each in taken if isinstance(each, Kept)]


def only(taken: list[Kept | Refused]) -> Kept:
    (draft,) = accepted(taken)
    return draft


def reason(taken: list[Kept | Refused]) -> PostilError:
    (refused,) = taken
    assert isinstance(refused, Refused)
    return refused.reason


def _opened(sealed: Sealed) -> Kept:
    """It arrives at the database as it was sent."""
    assert SaveDocuments.decode(lines_of([sealed])).documents == (sealed,)
    about_delivery = {
        "place": sealed.place,
        "idempotency_key": sealed.idempotency_key,
        "if_version": sealed.if_version,
    }
    kept = Kept.decode(orjson.dumps({**orjson.loads(sealed.content), **about_delivery}))
    assert (kept.id, kept.collection, kept.ttl_seconds) == (sealed.id, sealed.collection, sealed.ttl_seconds)
    return kept
