"""Pages of hits: the best first, or the newest, each going on where the one before ended.

While somebody reads on, documents come, and every score changes a little with the frequencies of words. So a place in
the ranking is a document, not a score, and what came after the first page is left out of the following ones.
"""

from dataclasses import dataclass
from typing import Literal

from services.database.search.text import engine
from services.database.search.text.engine import Query, Snapshot

Sort = Literal["relevance", "time"]
Hits = list[tuple[float, int]]

# So many hits that are equally good are put in order; of more, some are as good as any.
TIES_MAX = 50_000
# That many are fetched with a page: asking the engine a second time costs as much again.
TIES_COUNT = 100


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ended: behind this document."""

    no: int
    # What it was ranked by: its score or, by time, when it occurred.
    key: float
    # How many there were up to it.
    rank: int
    # The newest document there was at the first page, and what was counted then.
    until_no: int
    total: int


def best(snapshot: Snapshot, query: Query, count: int, after: Place | None) -> tuple[Hits, int]:
    """By score; of equals, the newer first."""
    fetched = (min(after.rank, TIES_MAX) if after else 0) + count + TIES_COUNT
    while True:
        ranked = snapshot.best(query, fetched)
        hits = sorted(ranked.hits, reverse=True)
        complete = len(hits) < fetched or fetched >= TIES_MAX
        # The engine has cut somewhere among those that are as good as the last.
        settled = hits if complete else [hit for hit in hits if hit[0] > hits[-1][0]]
        page = _following(settled, after)[:count]
        if complete or len(page) == count:
            return page, ranked.total
        fetched = min(fetched * 4, TIES_MAX)


def _following(hits: Hits, after: Place | None) -> Hits:
    if after is None:
        return hits
    for index, (_, no) in enumerate(hits):
        if no == after.no:
            return hits[index + 1 :]
    return [hit for hit in hits if hit < (after.key, after.no)]


def newest(snapshot: Snapshot, query: Query, count: int, after: Place | None) -> tuple[Hits, int]:
    """By the document's number, which is the order in which documents came."""
    if after is not None:
        query = _up_to(query, "no", after.no - 1)
    ranked = snapshot.ordered(query, "no", count)
    return ranked.hits, ranked.total


def latest(snapshot: Snapshot, query: Query, count: int, after: Place | None) -> tuple[Hits, int]:
    """By when they occurred; of those at the same moment, the newer first."""
    page: Hits = []
    if after is not None:
        at = int(after.key)
        page = _at(snapshot, _up_to(query, "no", after.no - 1), at, count)
        if len(page) == count:
            return page, after.total
        query = _up_to(query, "occurred", at - 1)
    ranked = snapshot.ordered(query, "occurred", count - len(page))
    if ranked.hits:
        # Of the last moment there may be more, and the engine took any of them.
        last = int(ranked.hits[-1][0])
        whole = sorted((hit for hit in ranked.hits if hit[0] > last), reverse=True)
        page += whole + _at(snapshot, query, last, count - len(page) - len(whole))
    return page, ranked.total


def _at(snapshot: Snapshot, query: Query, moment: int, count: int) -> Hits:
    same = engine.all_of([query, engine.between("occurred", moment, moment)])
    return [(moment, no) for _, no in snapshot.ordered(same, "no", count).hits]


def _up_to(query: Query, field: str, last: int) -> Query:
    if last < 0 and field == "no":
        return engine.nothing()
    return engine.all_of([query, engine.between(field, None, last)])


def until(snapshot: Snapshot, query: Query, after: Place | None) -> Query:
    """Without what came since the first page. There is little of it, so leaving it out is cheaper than asking for the
    rest."""
    if after is None or after.until_no >= snapshot.highest:
        return query
    return engine.all_of([query], [engine.between("no", after.until_no + 1, None)])
