"""Answers a search: what was asked, which indexes are looked into, and how their rankings become one page."""

import math
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from services.database.search.index_set import Indexes, IndexSet
from services.database.search.language.combining import all_of
from services.database.search.language.filtering import node_of
from services.database.search.language.parsing import parse
from services.database.search.language.reading import conditions, shown, spoken, words_of
from services.database.search.language.syntax import Everything, Node
from services.database.search.query_vectors import QueryVectors
from services.database.search.ranking import Ranked, Shown, fused, nearest_until, place_of
from services.database.search.readers import Readers
from services.database.search.replies import Page, found_of
from services.database.search.states import reports_of, warnings_of
from services.database.search.text.ranking import Place
from services.database.sqlite.following import Follower
from shared.clock import Clock
from shared.contracts.message import Encoded
from shared.contracts.search import Explanation, FacetCount, Found, Mode, Search
from shared.errors import Invalid, Unavailable
from shared.settings import SearchSettings
from shared.vectors import Vector

COUNT = 10
# So many of each ranking are looked at when two are made one, and of the one by meaning in any case.
FUSED_COUNT = 200
# Documents that a filter may leave for their vectors to be compared one by one; of more, the nearest are filtered.
AMONG_MAX = 20_000
NEAREST_COUNT = 2_000
FACET_TOP = 20


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
    place: Place | Shown | None
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
        if search.sort == "time" and asked.spoken and asked.mode != "text":
            asked.warnings.append("sorted by time, documents are found by their words, not by their meaning")
        if search.sort == "time" or not asked.spoken:
            asked.mode = "text"
        return asked

    async def search(self, indexes: IndexSet, last_seq: int, search: Search) -> Encoded[Found]:
        asked = self.understood(search)
        asked.degraded += warnings_of(indexes, last_seq, self._settings.stale_count)
        vector = await self._vector(indexes, asked)
        page = await self._readers.do(lambda follower: self._page(follower, indexes, asked, vector))
        if search.explain:
            reports = await self._readers.do(lambda _: reports_of(indexes, last_seq, self._settings.stale_count))
            page.explanation = Explanation(
                understood=shown(asked.node),
                plan=tuple(asked.plan),
                indexes=reports,
                timings_ms={name: round(ms, 3) for name, ms in asked.timings_ms.items()},
                warnings=tuple(asked.warnings),
            )
        return found_of(page, page.next(search), asked.degraded)

    async def _vector(self, indexes: IndexSet, asked: Asked) -> Vector | None:
        """None where the text has to do."""
        if asked.mode == "text":
            return None
        if isinstance(asked.place, Place):
            asked.degraded.append("the page before was found by the text only, and so is this one")
            return None
        with indexes.using() as using:
            model = using.vectors.model
        try:
            with asked.timed("embed"):
                return await self._vectors.of(indexes.tenant, asked.spoken, model)
        except Unavailable as error:
            if asked.place is not None:
                # In another order, some would be shown twice and others never.
                raise
            asked.degraded.append(f"{error.detail}: searched the text only")
            return None

    def _page(self, follower: Follower, indexes: IndexSet, asked: Asked, vector: Vector | None) -> Page:
        with indexes.using() as using:
            page = self._by_text(using, asked) if vector is None else self._by_meaning(using, asked, vector)
            page.facets = self._facets(using, asked)
        with asked.timed("documents"):
            page.fetch(follower, words_of(asked.query))
        return page

    def _facets(self, using: Indexes, asked: Asked) -> dict[str, tuple[FacetCount, ...]]:
        # What is found by its meaning alone doesn't have to say any of the words.
        node = asked.node if asked.mode != "semantic" else _condition(asked)
        with asked.timed("facets"):
            counted = using.text.facets(node, asked.search.facets, FACET_TOP)
        return {
            name: tuple(FacetCount(value=value, count=count) for value, count in counts)
            for name, counts in counted.items()
        }

    def _by_text(self, using: Indexes, asked: Asked) -> Page:
        asked.mode = "text"
        asked.plan.append(f"text: {shown(asked.node)}, by {asked.search.sort}")
        sort = asked.search.sort if asked.spoken else "time"
        with asked.timed("text"):
            hits = using.text.search(
                asked.query,
                condition=asked.condition,
                limit=asked.limit,
                sort=sort,
                after=asked.place if isinstance(asked.place, Place) else None,
                depth_max=self._settings.depth_max,
            )
        if hits.scored and hits.next is None and self._settings.depth_max <= hits.start.rank + len(hits.hits):
            asked.degraded.append(f"only the best {self._settings.depth_max} are ranked: sort by time to read on")
        ranked = [Ranked(no, score) for no, score in hits.hits]
        return Page(ranked, hits.total, hits.start, hits.next is not None, scored=hits.scored)

    def _by_meaning(self, using: Indexes, asked: Asked, vector: Vector) -> Page:
        start = asked.place if isinstance(asked.place, Shown) else Shown(using.text.newest, 0)
        with asked.timed("vectors"):
            near = self._nearest(using, asked, vector, start.until_no)
        total = len(near)
        if asked.mode == "hybrid":
            asked.plan.append(f"text: {shown(asked.node)}; both by reciprocal rank, the best {FUSED_COUNT} of each")
            with asked.timed("text"):
                hits = using.text.search(
                    asked.query, condition=asked.condition, limit=FUSED_COUNT, after=_all_until(start.until_no)
                )
            near = fused([[no for no, _ in hits.hits], [each.no for each in near]])
            total = max(hits.total, len(near))
        if asked.place is None:
            start = replace(start, total=total)
        known = set(start.numbers)
        left = [each for each in near if each.no not in known]
        if len(left) <= asked.limit and total > len(near):
            asked.degraded.append(f"only the best {FUSED_COUNT} of each kind are ranked: search the text to read on")
        return Page(left[: asked.limit], start.total, start, len(left) > asked.limit)

    def _nearest(self, using: Indexes, asked: Asked, vector: Vector, until_no: int) -> Sequence[Ranked]:
        condition = _condition(asked)
        if isinstance(condition, Everything):
            asked.plan.append(f"vectors: the nearest {FUSED_COUNT} of {using.vectors.documents}")
            return nearest_until(lambda count: using.vectors.search(vector, count), until_no, FUSED_COUNT)
        return nearest_until(
            lambda count: nearest_among(using, condition, vector, count, asked.plan), until_no, FUSED_COUNT
        )


def _condition(asked: Asked) -> Node:
    """What a document must be, whatever it says."""
    return all_of((conditions(asked.query), asked.condition))


def _all_until(no: int) -> Place:
    """Before the first hit, but none that is newer is a hit."""
    return Place(no=no + 1, key=math.inf, rank=0, until_no=no, total=0)


def nearest_among(using: Indexes, condition: Node, vector: Vector, count: int, plan: list[str]) -> Sequence[Ranked]:
    """The nearest of the documents that fulfil a condition."""
    numbers, total = using.text.matching_numbers(condition, AMONG_MAX)
    if total <= AMONG_MAX:
        plan.append(f"vectors: the nearest {count} of the {total} for which {shown(condition)}")
        return using.vectors.search(vector, count, among=numbers)
    plan.append(f"vectors: of the nearest {NEAREST_COUNT}, those for which {shown(condition)} ({total} in all)")
    near = using.vectors.search(vector, max(count, NEAREST_COUNT))
    kept = using.text.keep(condition, [each.no for each in near])
    return [each for each in near if each.no in kept][:count]
