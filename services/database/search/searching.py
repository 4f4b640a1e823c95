"""Answers a search: what was asked, which indexes are looked into, and how their rankings become one page."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from services.database.search.index_set import Indexes, IndexSet
from services.database.search.language.combining import all_of
from services.database.search.language.filtering import node_of
from services.database.search.language.parsing import parse
from services.database.search.language.reading import conditions, shown, spoken, words_of
from services.database.search.language.syntax import Everything, Node
from services.database.search.query_vectors import QueryVectors, Vector
from services.database.search.ranking import Ranked, fused, is_behind, place_of
from services.database.search.readers import Readers
from services.database.search.replies import Page, found_of
from services.database.search.states import warnings_of
from services.database.search.text.index import TextHits
from services.database.search.text.ranking import Place
from services.database.sqlite.following import Follower
from shared.clock import Clock
from shared.contracts.message import Encoded
from shared.contracts.search import Explanation, FacetCount, Found, IndexReport, Mode, Search
from shared.errors import Invalid, Unavailable
from shared.settings import SearchSettings

COUNT = 10
# So many of each ranking are looked at when two are made one, and of the one by meaning in any case.
FUSED_COUNT = 200
# Documents that a filter may leave for their vectors to be compared one by one; of more, the nearest are filtered.
AMONG_MAX = 20_000
NEAREST_COUNT = 2_000
FACET_TOP = 20
NO_MODEL = "no document has a vector yet: searched the text only"


@dataclass(slots=True)
class Asked:
    """A search that was understood."""

    search: Search
    # What ranks, and what only has to hold.
    query: Node
    condition: Node
    spoken: str
    mode: Mode
    limit: int
    place: Place | None
    degraded: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    plan: list[str] = field(default_factory=list)
    timings_ms: dict[str, float] = field(default_factory=dict)

    @property
    def node(self) -> Node:
        return all_of((self.query, self.condition))

    @contextmanager
    def timed(self, part: str) -> Iterator[None]:
        started = time.perf_counter()
        try:
            yield
        finally:
            self.timings_ms[part] = (time.perf_counter() - started) * 1_000


class Searching:
    def __init__(self, readers: Readers, vectors: QueryVectors, settings: SearchSettings, clock: Clock) -> None:
        self._readers = readers
        self._vectors = vectors
        self._settings = settings
        self._clock = clock

    def understood(self, search: Search) -> Asked:
        """Raises `Invalid` with the place where it was not."""
        limit = search.limit or COUNT
        if limit > self._settings.count_max:
            raise Invalid(f"limit: at most {self._settings.count_max} hits on a page")
        now = self._clock.now()
        query, condition = parse(search.query, now), node_of(search.filter, now)
        asked = Asked(search, query, condition, spoken(query), search.mode, limit, place_of(search))
        if asked.mode != "text" and (search.sort == "time" or not asked.spoken):
            if search.sort == "time" and asked.spoken:
                asked.warnings.append("sorted by time, documents are found by their words, not by their meaning")
            asked.mode = "text"
        return asked

    async def search(self, indexes: IndexSet, reports: Sequence[IndexReport], search: Search) -> Encoded[Found]:
        asked = self.understood(search)
        asked.degraded += warnings_of(reports)
        vector = await self._vector(indexes, asked)
        page = await self._readers.do(lambda follower: self._page(follower, indexes, asked, vector))
        if search.explain:
            page.explanation = Explanation(
                understood=shown(asked.node),
                plan=tuple(asked.plan),
                indexes=tuple(reports),
                timings_ms={name: round(ms, 3) for name, ms in asked.timings_ms.items()},
                warnings=tuple(asked.warnings),
            )
        return found_of(page, page.next(search), asked.degraded)

    async def _vector(self, indexes: IndexSet, asked: Asked) -> Vector | None:
        """None where the text has to do."""
        if asked.mode == "text":
            return None
        with indexes.using() as using:
            model = using.vectors.model
        if model is None:
            asked.degraded.append(NO_MODEL)
            return None
        try:
            with asked.timed("embed"):
                return await self._vectors.of(indexes.tenant, asked.spoken, model)
        except Unavailable as error:
            asked.degraded.append(f"the embedder does not answer ({error.detail}): searched the text only")
            return None

    def _page(self, follower: Follower, indexes: IndexSet, asked: Asked, vector: Vector | None) -> Page:
        with indexes.using() as using:
            page = self._by_text(using, asked) if vector is None else self._by_meaning(using, asked, vector)
            if asked.search.facets:
                with asked.timed("facets"):
                    counted = using.text.facets(asked.node, asked.search.facets, FACET_TOP)
                page.facets = {
                    name: tuple(FacetCount(value=value, count=count) for value, count in counts)
                    for name, counts in counted.items()
                }
        with asked.timed("documents"):
            page.fetch(follower, words_of(asked.query))
        return page

    def _by_text(self, using: Indexes, asked: Asked) -> Page:
        asked.plan.append(f"text: {shown(asked.node)}, by {asked.search.sort}")
        sort = asked.search.sort if asked.spoken else "time"
        with asked.timed("text"):
            hits = using.text.search(
                asked.query, condition=asked.condition, limit=asked.limit, sort=sort, after=asked.place
            )
        return Page(_ranked(hits), hits.total, hits.start, hits.next is not None, scored=hits.scored)

    def _by_meaning(self, using: Indexes, asked: Asked, vector: Vector) -> Page:
        condition = all_of((conditions(asked.query), asked.condition))
        with asked.timed("vectors"):
            near = self._nearest(using, condition, vector, asked)
        total = len(near)
        if asked.mode == "hybrid":
            with asked.timed("text"):
                hits = using.text.search(asked.query, condition=asked.condition, limit=FUSED_COUNT)
            asked.plan.append(f"text: {shown(asked.node)}; both by reciprocal rank, the best {FUSED_COUNT} of each")
            near = fused([[no for no, _ in hits.hits], [each.no for each in near]])
            total = max(hits.total, len(near))
        start = asked.place or Place(no=0, key=0.0, rank=0, until_no=using.text.newest, total=total)
        left = [each for each in near if each.no <= start.until_no]
        if asked.place is not None:
            left = [each for each in left if is_behind(each, start)]
        return Page(left[: asked.limit], start.total, start, len(left) > asked.limit)

    def _nearest(self, using: Indexes, condition: Node, vector: Vector, asked: Asked) -> Sequence[Ranked]:
        if isinstance(condition, Everything):
            asked.plan.append(f"vectors: the nearest {FUSED_COUNT} of {using.vectors.documents}")
            return using.vectors.search(vector, FUSED_COUNT)
        return nearest_among(using, condition, vector, FUSED_COUNT, asked.plan)


def _ranked(hits: TextHits) -> list[Ranked]:
    return [Ranked(no, score) for no, score in hits.hits]


def nearest_among(using: Indexes, condition: Node, vector: Vector, count: int, plan: list[str]) -> Sequence[Ranked]:
    """The nearest of the documents that fulfil a condition."""
    numbers, total = using.text.matching_numbers(condition, AMONG_MAX)
    if total <= AMONG_MAX:
        plan.append(f"vectors: the nearest {count} of the {total} for which {shown(condition)}")
        return using.vectors.search(vector, count, among=numbers)
    plan.append(f"vectors: of the nearest {NEAREST_COUNT}, those for which {shown(condition)} ({total} in all)")
    near = using.vectors.search(vector, NEAREST_COUNT)
    kept = using.text.keep(condition, [each.no for each in near])
    return [each for each in near if each.no in kept][:count]
