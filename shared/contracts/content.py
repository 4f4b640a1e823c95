"""What a document holds, as the JSON in which it is kept, and by which digest two contents are known to be the same.

Ingest writes it, once; the database keeps those bytes, and can tell from a kept document which digest it had.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import blake2b

import orjson
from pydantic import JsonValue

from shared.contracts.documents import Draft
from shared.errors import Invalid

# What a draft says about its delivery; everything else in it is content.
ABOUT_DELIVERY = frozenset({"idempotency_key", "if_version"})
CONTENT_FIELDS = tuple(name for name in Draft.model_fields if name not in ABOUT_DELIVERY)
_AFTER_THE_NAME = tuple(name for name in CONTENT_FIELDS if name not in {"id", "collection"})


def content_of(draft: Draft, id: str, collection: str) -> tuple[bytes, bytes]:
    """The draft's content under its name as JSON, and its digest. What JSON can't carry is `Invalid`."""
    given = draft.__dict__
    kept: dict[str, object] = {"id": id, "collection": collection}
    for name in _AFTER_THE_NAME:
        value = given[name]
        if value is not None and value != ():
            kept[name] = value
    try:
        if draft.occurred_at is not None:
            kept["occurred_at"] = moment_text(draft.occurred_at)
        content = orjson.dumps(kept)
        return content, digest(content) if "data" not in kept else _digest_of(kept)
    except (TypeError, OverflowError) as error:
        raise Invalid(f"the document can't be kept as JSON: {error}") from error


def digest_of_document(document: dict[str, JsonValue]) -> bytes:
    """The digest that the draft had from which this document was made."""
    return _digest_of({name: document[name] for name in CONTENT_FIELDS if name in document})


def _digest_of(content: Mapping[str, object]) -> bytes:
    """The digest of fields in their order. In what a publisher made up himself, the order makes no difference."""
    if "data" in content:
        data = orjson.dumps(content["data"], option=orjson.OPT_SORT_KEYS)
        content = {**content, "data": orjson.Fragment(data)}
    return digest(orjson.dumps(content))


def digest(text: bytes) -> bytes:
    return blake2b(text, digest_size=16).digest()


def moment_text(moment: datetime) -> str:
    """In UTC, to the millisecond, or as exactly as it was given."""
    exact = moment.astimezone(UTC).replace(tzinfo=None)
    return exact.isoformat(timespec="microseconds" if exact.microsecond % 1000 else "milliseconds") + "Z"
