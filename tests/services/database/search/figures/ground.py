"""Documents as the log would hand them to the figures, short to write down."""

from collections.abc import Mapping, Sequence

import numpy as np
from pydantic import JsonValue

from services.database.search.index import Batch, Json, Present
from shared.clock import from_milliseconds
from shared.contracts.content import moment_text
from shared.contracts.feedback import FEEDBACK_COLLECTION
from shared.contracts.standing import STANDING_COLLECTION, standing_id
from shared.fingerprints import PERMUTATIONS, Signature, encode_signature

# 2025-10-09, 08:53:20 UTC.
NOON = 1_760_000_000_000
MINUTE = 60_000
SIGNATURES = np.random.default_rng(5).integers(0, 2**32, size=(400, PERMUTATIONS), dtype=np.uint32)


def document(
    no: int,
    collection: str = "tickets",
    *,
    author: str | None = "ann",
    at: int = NOON,
    version: int = 1,
    notes: Mapping[str, Json] | None = None,
    **more: JsonValue,
) -> Present:
    when = moment_text(from_milliseconds(at))
    body: dict[str, JsonValue] = {
        "id": f"d{no}",
        "collection": collection,
        "version": version,
        "seq": no,
        "created_at": when,
        "updated_at": when,
    }
    if author is not None:
        body["author"] = author
    return Present(no, body | more, notes or {})


def note(value: JsonValue, version: int = 1, **more: JsonValue) -> Json:
    return {"version": version, "status": "ok", "value": value, "at": moment_text(from_milliseconds(NOON)), **more}


def language(code: str, version: int = 1) -> dict[str, Json]:
    return {"language": note({"language": code}, version)}


def keywords(*words: str, version: int = 1) -> dict[str, Json]:
    found: list[JsonValue] = [{"word": word, "score": 1.0, "count": 1} for word in words]
    return {"keywords": note({"keywords": found}, version)}


def fingerprint(signature: Signature, cluster: str | None = None) -> dict[str, Json]:
    return {"fingerprint": note({"signature": encode_signature(signature), "cluster": cluster})}


def similar_to(signature: Signature, changed_count: int) -> Signature:
    """Differs in so many of its numbers, the last ones."""
    other = signature.copy()
    other[PERMUTATIONS - changed_count :] += np.uint32(1)
    return other


def opinion(no: int, version: int = 1, kind: str = "feedback", **data: JsonValue) -> Present:
    return document(no, FEEDBACK_COLLECTION, author="bob", version=version, kind=kind, data=data)


def query(no: int, name: str, version: int = 1, **data: JsonValue) -> Present:
    return document(no, STANDING_COLLECTION, author="eve", version=version, id=standing_id(name), data=data)


def batch(*present: Present, until: int | None = None, gone: Sequence[int] = ()) -> Batch:
    return Batch(until or max((each.no for each in present), default=0), present, gone)
