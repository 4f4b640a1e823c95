"""Several rankings made one, and the cursor by which the next page goes on. Pure."""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b

import orjson

from services.database.search.text.ranking import Place
from shared.contracts.search import Search
from shared.errors import Invalid

# Reciprocal rank fusion: with it, the first few places of a ranking weigh more than the rest, but not everything.
RANK_OFFSET = 60
_CHECK_BYTES = 6
_SHOWN_FIELDS = 3


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
    return sorted((Ranked(no, score) for no, score in scores.items()), key=lambda each: (-each.score, -each.no))


@dataclass(frozen=True, slots=True)
class Shown:
    """Where a ranking by meaning goes on. Every vector that comes moves others a little, in a list that is fused most
    of all, so it is told by what was shown: none of these comes again, and none of the others is passed over."""

    # The newest document there was at the first page, and what was counted then.
    until_no: int
    total: int
    numbers: tuple[int, ...] = ()


def nearest_until(look: Callable[[int], Sequence[Ranked]], until_no: int, count: int) -> list[Ranked]:
    """The nearest of those that were there at the first page."""
    asked = count
    while True:
        near = look(asked)
        kept = [each for each in near if each.no <= until_no]
        if len(kept) >= count or len(near) < asked:
            return kept[:count]
        asked *= 4


def behind(start: Place | Shown, passed: Sequence[Ranked]) -> Place | Shown:
    """These were shown from there on, at least one."""
    if isinstance(start, Shown):
        return replace(start, numbers=(*start.numbers, *(each.no for each in passed)))
    return replace(start, no=passed[-1].no, key=passed[-1].score, rank=start.rank + len(passed))


def cursor_of(place: Place | Shown, search: Search) -> str:
    if isinstance(place, Shown):
        # As distances they are short.
        distances = [place.until_no - no for no in place.numbers]
        written = orjson.dumps([place.until_no, place.total, distances])
    else:
        written = orjson.dumps([place.no, place.key, place.rank, place.until_no, place.total])
    return base64.urlsafe_b64encode(_check(search, written) + written).decode()


def place_of(search: Search) -> Place | Shown | None:
    """Where its page begins. Raises `Invalid` for anything but the cursor of this very search."""
    if search.after is None:
        return None
    try:
        raw = base64.b64decode(search.after, altchars=b"-_", validate=True)
        check, written = raw[:_CHECK_BYTES], raw[_CHECK_BYTES:]
        if check == _check(search, written):
            said = orjson.loads(written)
            if len(said) > _SHOWN_FIELDS:
                return Place(*said)
            until_no, total, distances = said
            return Shown(until_no, total, tuple(until_no - distance for distance in distances))
    except (binascii.Error, ValueError, TypeError):
        pass
    raise Invalid("after: not a cursor of this search; use the `next` of its page before")


def _check(search: Search, place: bytes) -> bytes:
    # It guards against mistakes, not against malice: whoever may search may look anywhere anyway.
    asked = search.model_copy(update={"after": None, "limit": None, "explain": False, "facets": ()})
    return blake2b(asked.encode() + place, digest_size=_CHECK_BYTES).digest()
