"""What is wrong with a query, and where: words for whoever typed it, and a place that a program can point at."""

from shared.errors import Invalid

# Of the query, to either side of the place.
AROUND_COUNT_MAX = 30
CULPRIT_COUNT_MAX = 40


class Misread(Exception):
    """A value can't be what it should be. Whoever knows where it stands makes a `QueryMistake` of it."""


class QueryMistake(Invalid):
    """`position` counts the query's characters from 1; a query that ends too early is wrong one after its last."""

    def __init__(self, what: str, query: str, start: int, end: int | None = None, place: str = "") -> None:
        self.what = what
        self.query = query
        self.start = start
        self.end = start if end is None else end
        super().__init__(_in_one_line(f"{place}at {self.position}: {what} in '{_part(query, start, self.end)}'"))

    @property
    def position(self) -> int:
        return self.start + 1

    def inside(self, place: str) -> "QueryMistake":
        """The same mistake, in a query that isn't the only one of its request."""
        return QueryMistake(self.what, self.query, self.start, self.end, f"in the {place}, ")


def _part(query: str, start: int, end: int) -> str:
    """The place in its surroundings."""
    culprit = query[start:end] or "here"
    if len(culprit) > CULPRIT_COUNT_MAX:
        culprit = culprit[: CULPRIT_COUNT_MAX - 1] + "…"
    before = query[max(0, start - AROUND_COUNT_MAX) : start]
    after = query[end : end + AROUND_COUNT_MAX]
    cut_before = "…" if start > AROUND_COUNT_MAX else ""
    cut_after = "…" if end + AROUND_COUNT_MAX < len(query) else ""
    return f"{cut_before}{before}⟨{culprit}⟩{after}{cut_after}"


def _in_one_line(text: str) -> str:
    return "".join(character if character.isprintable() else " " for character in text)
