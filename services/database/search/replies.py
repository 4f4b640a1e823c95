"""A page of hits as JSON: documents go out as the store keeps them, and nothing is parsed that nobody looks into."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import orjson

from services.database.search.index import Present
from services.database.search.language.syntax import Spoken
from services.database.search.ranking import Ranked, Shown, behind, cursor_of
from services.database.search.text.entries import language_of
from services.database.search.text.highlighting import highlights
from services.database.search.text.ranking import Place
from services.database.sqlite.following import Follower
from shared.contracts.message import Encoded
from shared.contracts.search import Explanation, FacetCount, Found, Highlight, Search

# Of all documents of a page together.
BYTES_MAX = 768 * 1024
# Each may have a megabyte, so not all of them are read before it is seen how many fit.
FETCHED_COUNT = 20


@dataclass(slots=True)
class Page:
    ranked: Sequence[Ranked]
    total: int
    # Where it begins, if there may be one behind it; and whether there is.
    start: Place | Shown | None = None
    more: bool = False
    # Otherwise they are in the order of time, and one is as good as another.
    scored: bool = True
    facets: dict[str, tuple[FacetCount, ...]] = field(default_factory=dict)
    explanation: Explanation | None = None
    hits: list[bytes] = field(default_factory=list)
    # Of `ranked`, so many are in it or are gone.
    passed_count: int = 0

    def fetch(self, follower: Follower, words: Sequence[Spoken]) -> None:
        """The documents of the page, as many as a reply can carry. One that has just been deleted is left out."""
        size = 0
        for begin in range(0, len(self.ranked), FETCHED_COUNT):
            portion = self.ranked[begin : begin + FETCHED_COUNT]
            documents = follower.documents([each.no for each in portion])
            for each in portion:
                document = documents.get(each.no)
                size += len(document or b"")
                if self.hits and size > BYTES_MAX:
                    self.more = True
                    return
                self.passed_count += 1
                if document is not None:
                    self.hits.append(_hit(each.no, each.score if self.scored else 0.0, document, words))

    def next(self, search: Search) -> str | None:
        if not self.more or not self.passed_count or self.start is None:
            return None
        return cursor_of(behind(self.start, self.ranked[: self.passed_count]), search)


def _hit(no: int, score: float, document: bytes, words: Sequence[Spoken]) -> bytes:
    fields = orjson.loads(document)
    present = Present(no, fields, {note["step"]: note for note in fields.get("annotations", ())})
    hit: dict[str, object] = {
        "id": fields["id"],
        "score": round(score, 6),
        "document": orjson.Fragment(document),
    }
    marked = highlights(fields, words, language_of(present)) if words else ()
    if marked:
        hit["highlights"] = [_plain(each) for each in marked]
    return orjson.dumps(hit)


def _plain(highlight: Highlight) -> dict[str, object]:
    return {"field": highlight.field, "spans": highlight.spans}


def found_of(page: Page, follows: str | None, degraded: Sequence[str]) -> Encoded[Found]:
    said: dict[str, object] = {
        "hits": [orjson.Fragment(hit) for hit in page.hits],
        "total": page.total,
        "next": follows,
        "degraded": degraded,
    }
    if page.facets:
        said["facets"] = {name: [count.model_dump() for count in counts] for name, counts in page.facets.items()}
    if page.explanation is not None:
        said["explanation"] = page.explanation.model_dump(mode="json")
    return Encoded(orjson.dumps(said))
