"""What resembles a document or a text; and, for many documents that are just being analysed, what they resemble."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.database.search.index_set import Indexes, IndexSet
from services.database.search.language.filtering import node_of
from services.database.search.language.syntax import Any, Everything, Node, Word
from services.database.search.query_vectors import QueryVectors
from services.database.search.ranking import Ranked
from services.database.search.readers import Readers
from services.database.search.replies import Page, found_of
from services.database.search.searching import COUNT, nearest_among
from services.database.search.states import warnings_of
from services.database.sqlite.following import Follower
from shared.clock import Clock
from shared.contracts.message import Encoded
from shared.contracts.search import (
    FindAlike,
    Found,
    Neighbour,
    Neighbourhood,
    Neighbourhoods,
    Similar,
)
from shared.errors import Invalid, NotFound, Unavailable
from shared.settings import SearchSettings
from shared.vectors import Vector, vector_of_text

WORDS_MAX = 30


@dataclass(frozen=True, slots=True)
class _Model:
    """What is looked for: a vector, or words where there is none; and the document that is not looked for."""

    vector: Vector | None
    text: str
    itself: int | None
    degraded: Sequence[str] = ()


class Resembling:
    def __init__(self, readers: Readers, vectors: QueryVectors, settings: SearchSettings, clock: Clock) -> None:
        self._readers = readers
        self._vectors = vectors
        self._settings = settings
        self._clock = clock

    async def similar(self, indexes: IndexSet, last_seq: int, query: Similar) -> Encoded[Found]:
        limit = query.limit or COUNT
        if limit > self._settings.count_max:
            raise Invalid(f"limit: at most {self._settings.count_max} hits on a page")
        if (query.id is None) == (query.text is None):
            raise Invalid("give either 'id' or 'text'")
        condition = node_of(query.filter, self._clock.now())
        model = await self._model(indexes, query)
        page = await self._readers.do(lambda follower: self._page(follower, indexes, condition, model, limit))
        warnings = warnings_of(indexes, last_seq, self._settings.stale_count)
        return found_of(page, None, [*warnings, *model.degraded])

    async def _model(self, indexes: IndexSet, query: Similar) -> _Model:
        text, itself, vector = query.text or "", None, None
        with indexes.using() as using:
            name = using.vectors.model
        if query.id is not None:
            id = query.id
            itself, text, vector = await self._readers.do(lambda follower: _said_by(follower, indexes, id))
        try:
            if vector is None:
                vector = await self._vectors.of(indexes.tenant, text, name)
        except Unavailable as error:
            return _Model(None, text, itself, [f"{error.detail}: compared the words only"])
        return _Model(vector, text, itself)

    def _page(self, follower: Follower, indexes: IndexSet, condition: Node, model: _Model, limit: int) -> Page:
        with indexes.using() as using:
            if model.vector is None:
                words = Any(tuple(Word(word) for word in dict.fromkeys(model.text.split()[:WORDS_MAX])))
                hits = using.text.search(words, condition=condition, limit=limit + 1).hits
                found: Sequence[Ranked] = [Ranked(no, score) for no, score in hits]
            elif isinstance(condition, Everything):
                found = using.vectors.search(model.vector, limit + 1)
            else:
                found = nearest_among(using, condition, model.vector, limit + 1, [])
        others = [each for each in found if each.no != model.itself][:limit]
        page = Page(others, len(others))
        page.fetch(follower, ())
        return page

    async def alike(self, indexes: IndexSet, query: FindAlike) -> Neighbourhoods:
        return await self._readers.do(lambda follower: _alike(follower, indexes, query))


def _said_by(follower: Follower, indexes: IndexSet, id: str) -> tuple[int, str, Vector | None]:
    """Number, text and vector, if it has one."""
    no = follower.number(indexes.number, id)
    states = [] if no is None else follower.states([no])
    if no is None or not states:
        raise NotFound(f"there is no document {id!r}")
    document = states[0][1]
    with indexes.using() as using:
        vector = using.vectors.vector_of(no)
    return no, " ".join(str(document[name]) for name in ("title", "text") if document.get(name)), vector


def _alike(follower: Follower, indexes: IndexSet, query: FindAlike) -> Neighbourhoods:
    with indexes.using() as using:
        applied_seq = indexes.applied_seq
        near = _nearest(using, query)
        signed = [(item.id, item.signature) for item in query.items if item.signature is not None]
        duplicates = using.figures.duplicates(signed, query.limit)
    ids = follower.ids([each.no for ranked in near for each in ranked])
    return Neighbourhoods(
        items=tuple(
            Neighbourhood(id=item.id, similar=_neighbours(item.id, ranked, ids, query.limit), duplicates=twins)
            for item, ranked, twins in zip(
                query.items, near, (tuple(duplicates.get(item.id, ())) for item in query.items), strict=True
            )
        ),
        applied_seq=applied_seq,
    )


def _nearest(using: Indexes, query: FindAlike) -> list[Sequence[Ranked]]:
    """For each item; nothing for those without a vector of use."""
    near: list[Sequence[Ranked]] = [() for _ in query.items]
    if query.model is not None and query.model != using.vectors.model:
        return near
    vectors = {
        place: vector
        for place, item in enumerate(query.items)
        if item.vector is not None and (vector := vector_of_text(item.vector)) is not None
    }
    # One more, because a document that is analysed again finds itself.
    found = using.vectors.search_many(list(vectors.values()), query.limit + 1)
    for place, ranked in zip(vectors, found, strict=True):
        near[place] = ranked
    return near


def _neighbours(id: str, ranked: Sequence[Ranked], ids: dict[int, str], limit: int) -> tuple[Neighbour, ...]:
    others = (each for each in ranked if each.no in ids and ids[each.no] != id)
    return tuple(Neighbour(id=ids[each.no], score=round(each.score, 4)) for each in others)[:limit]
