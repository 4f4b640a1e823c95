"""Several rankings made one, and the cursor by which the next page goes on. Pure."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

import orjson

from services.database.search.text.ranking import Place
from shared.contracts.search import Search
from shared.errors import Invalid

# Reciprocal rank fusion: with it, the first few places of a ranking weigh more than the rest, but not everything.
RANK_OFFSET = 60
_CHECK_BYTES = 6


@dataclass(frozen=True, slots=True)
class Ranked:
    no: int
    score: float


def fused(rankings: Sequence[Sequence[int]]) -> list[Ranked]:
    """Best first; of equals, the newer."""
    scores: dict[int, float] = {}
    for ranking in rankings:
        for place, no in enumerate(ranking):
            scores[no] = scores.get(no, 0.0) + 1.0 / (RANK_OFFSET + place + 1)
    return in_order([Ranked(no, score) for no, score in scores.items()])


def in_order(ranked: Sequence[Ranked]) -> list[Ranked]:
    return sorted(ranked, key=lambda each: (-each.score, -each.no))


def cursor_of(place: Place, search: Search) -> str:
    written = orjson.dumps([place.no, place.key, place.rank, place.until_no, place.total])
    return base64.urlsafe_b64encode(_check(search, written) + written).decode()


def place_of(search: Search) -> Place | None:
    """Where its page begins. Raises `Invalid` for anything but the cursor of this very search."""
    if search.after is None:
        return None
    try:
        raw = base64.b64decode(search.after, altchars=b"-_", validate=True)
        check, written = raw[:_CHECK_BYTES], raw[_CHECK_BYTES:]
        if check == _check(search, written):
            return Place(*orjson.loads(written))
    except (binascii.Error, ValueError, TypeError):
        pass
    raise Invalid("after: not a cursor of this search; use the `next` of its page before")


def is_behind(ranked: Ranked, place: Place) -> bool:
    return (-place.key, -place.no) < (-ranked.score, -ranked.no)


def _check(search: Search, place: bytes) -> bytes:
    # It guards against mistakes, not against malice: whoever may search may look anywhere anyway.
    asked = search.model_copy(update={"after": None, "limit": None, "explain": False, "facets": ()})
    return blake2b(asked.encode() + place, digest_size=_CHECK_BYTES).digest()
