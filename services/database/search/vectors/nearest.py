"""Which documents are nearest to a vector. Pure: it looks at one view.

What no codes tell of is compared one by one. Of the rest the codes name some candidates, which then are compared by
their real vectors. In the end all are scored alike, so that equals stand in the same order every time: newer first.
"""

from collections.abc import Collection, Sequence

import numpy as np

from services.database.search.ranking import Ranked
from services.database.search.vectors.places import Numbers, Rows
from services.database.search.vectors.view import View
from services.database.search.vectors.wide import Scores, products
from shared.vectors import Vector

# Of a million vectors, this many candidates hold 0.99 of the ten nearest.
CANDIDATES_MIN = 200
# And so many more than are wanted, when many are.
CANDIDATES_SHARE = 1.25
# Two scores that differ by less may be equal, summed up in another order.
ROUNDING = 2e-6
# Of equal scores at the end of a ranking no block names more.
EQUALS_COUNT = 32
TOGETHER_COUNT = 64
# Lower than every score.
NOTHING = np.float32(-9)


def nearest(view: View, vector: Vector, limit: int, excluding: Collection[int]) -> list[Ranked]:
    wanted = limit + len(excluding)
    rows = [_uncoded_candidates(view, vector, wanted), *_coded_candidates(view, vector[None], wanted)]
    return _ranked(view, vector, np.concatenate(rows), limit, excluding)


def nearest_among(
    view: View, vector: Vector, limit: int, among: Sequence[int], excluding: Collection[int]
) -> list[Ranked]:
    """Of these only, all of which are compared."""
    found = view.rows_of(np.unique(np.asarray(among, dtype=np.int64)))
    rows = found[found >= 0]
    best = _best(view.stored.scores(vector, rows), view.numbers[rows], limit + len(excluding))
    return _ranked(view, vector, rows[best], limit, excluding)


def nearest_to_each(view: View, vectors: Vector, limit: int) -> list[list[Ranked]]:
    """Several at once cost less. Where many are equal, which of them are named is left open."""
    found: list[list[Ranked]] = []
    for begin in range(0, len(vectors), TOGETHER_COUNT):
        together = vectors[begin : begin + TOGETHER_COUNT]
        coded = _coded_candidates(view, together, limit) or [np.empty(0, np.int64)] * len(together)
        uncoded = _uncoded_candidates_of_each(view, together, limit)
        for vector, first, second in zip(together, coded, uncoded, strict=True):
            found.append(_ranked(view, vector, np.concatenate([first, second]), limit, ()))
    return found


def _uncoded_candidates(view: View, vector: Vector, wanted: int) -> Rows:
    scores = [np.empty(0, np.float32)]
    for block, begin, end in view.uncoded():
        here = slice(begin - block.begin, end - block.begin)
        near = products(block.vectors[here], vector) * block.scales[here]
        scores.append(np.where(view.alive[begin:end], near, NOTHING))
    first = view.stored.coded_count
    return _best(np.concatenate(scores), view.numbers[first:], wanted) + first


def _uncoded_candidates_of_each(view: View, vectors: Vector, wanted: int) -> list[Rows]:
    rows = [np.empty((len(vectors), 0), dtype=np.int64)]
    for block, begin, end in view.uncoded():
        here = slice(begin - block.begin, end - block.begin)
        near = (vectors @ block.vectors[here].T) * block.scales[here]
        near[:, ~view.alive[begin:end]] = NOTHING
        count = min(wanted + EQUALS_COUNT, end - begin)
        rows.append(np.argpartition(near, end - begin - count, axis=1)[:, end - begin - count :] + begin)
    return [found[view.alive[found]] for found in np.concatenate(rows, axis=1)]


def _coded_candidates(view: View, vectors: Vector, wanted: int) -> list[Rows]:
    """Nothing, if there are no codes; else, for each vector, as many as are wanted and more, if there are so many."""
    coded = view.stored.coded
    if coded is None:
        return []
    living = int(np.count_nonzero(view.alive[: coded.count]))
    wanted = min(wanted, living)
    count = max(CANDIDATES_MIN, int(wanted * CANDIDATES_SHARE) + 1) * coded.count // max(living, 1)
    while True:
        count = min(count, coded.count)
        found = [rows[rows >= 0] for rows in coded.codes.nearest(vectors, count)]
        found = [rows[view.alive[rows]] for rows in found]
        # The dead may lie close together: just where somebody looks.
        if count == coded.count or all(len(rows) >= wanted for rows in found):
            return found
        count *= 4


def _best(scores: Scores, numbers: Numbers, wanted: int) -> Rows:
    """Where the best are, in no order; at the end of them not all that are equal, but the newest."""
    found = np.flatnonzero(scores > NOTHING)
    if len(found) <= wanted:
        return found
    last = np.partition(scores, len(scores) - wanted)[len(scores) - wanted]
    above = np.flatnonzero(scores > last + ROUNDING)
    equal = np.flatnonzero(np.abs(scores - last) <= ROUNDING)
    if len(equal) > wanted:
        equal = equal[np.argpartition(numbers[equal], len(equal) - wanted)[len(equal) - wanted :]]
    return np.concatenate([above, equal])


def _ranked(view: View, vector: Vector, rows: Rows, limit: int, excluding: Collection[int]) -> list[Ranked]:
    scores = np.clip(view.stored.scores(vector, rows), -1, 1)
    numbers = view.numbers[rows]
    order = np.lexsort((-numbers, -scores))[: limit + len(excluding)]
    ranked = zip(numbers[order].tolist(), scores[order].tolist(), strict=True)
    return [Ranked(no, score) for no, score in ranked if no not in excluding][:limit]
