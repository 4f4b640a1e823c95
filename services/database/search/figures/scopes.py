"""The figures of a tenant, a collection, an author, and an author in a collection: a row for each.

A high-water mark and the moments first and last seen stay when documents go; only an author of whom nothing is left is
forgotten altogether. An author's words are in his row, the most frequent ones that it has room for; those of
collections and the tenant have a table.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import orjson

from services.database.search.figures import words
from services.database.search.figures.tallies import FAR, HOURS, MINUTE, Scope, Tally, scope_number
from services.database.sqlite import driver
from services.database.sqlite.rows import insert, matching
from shared.clock import from_milliseconds
from shared.contracts.figures import Count, Figures, GetFigures, HighWater

# Kept of an author's words. Beyond twice as many the rarest leave, so that a new one has time to come again.
AUTHOR_WORDS_MAX = 50
LANGUAGES_MAX = 50

_NEVER = -FAR


@dataclass(slots=True)
class Row:
    collection: str
    author: str
    documents: int = 0
    authors: int = 0
    first: int = FAR
    last: int = _NEVER
    minute: int = _NEVER
    minute_count: int = 0
    high_minute: int = _NEVER
    high_count: int = 0
    hours: list[int] = field(default_factory=lambda: [0] * HOURS)
    languages: dict[str, int] = field(default_factory=dict)
    words: dict[str, int] = field(default_factory=dict)

    @classmethod
    def read(cls, row: driver.Row) -> "Row":
        return cls(*row[:-1], *orjson.loads(row[-1]))

    def values(self, number: int) -> tuple[driver.Value, ...]:
        return (
            number, self.collection, self.author, self.documents, self.authors, self.first, self.last,
            self.minute, self.minute_count, self.high_minute, self.high_count,
            orjson.dumps((self.hours, self.languages, self.words)),
        )  # fmt: skip

    def take(self, tally: Tally) -> None:
        self.documents += tally.documents
        self.first = min(self.first, tally.first)
        self.last = max(self.last, tally.last)
        for hour, by in tally.hours.items():
            self.hours[hour] += by
        for minute, count in sorted(tally.minutes.items()):
            self._see(minute, count)
        if tally.languages:
            self.languages = _bounded(_sum(self.languages, tally.languages), LANGUAGES_MAX)
        if self.author and tally.words:
            self.words = _bounded(_sum(self.words, tally.words), AUTHOR_WORDS_MAX)

    def _see(self, minute: int, count: int) -> None:
        """The last minute may go on in the next batch. An earlier one comes back only when the clock is set back."""
        if minute == self.minute:
            count += self.minute_count
        if minute >= self.minute:
            self.minute, self.minute_count = minute, count
        if count > self.high_count:
            self.high_minute, self.high_count = minute, count


def _sum(counts: dict[str, int], changes: Mapping[str, int]) -> dict[str, int]:
    for key, by in changes.items():
        count = counts.get(key, 0) + by
        if count > 0:
            counts[key] = count
        else:
            counts.pop(key, None)
    return counts


def _bounded(counts: dict[str, int], count_max: int) -> dict[str, int]:
    if len(counts) <= 2 * count_max:
        return counts
    # Of the equally rare, those that came last stay.
    newest_first = list(reversed(counts))
    kept = set(sorted(newest_first, key=counts.__getitem__, reverse=True)[:count_max])
    return {key: count for key, count in counts.items() if key in kept}


_SELECT = (
    "SELECT no, collection, author, documents, authors, first, last, minute, minute_count, high_minute, high_count,"
    " detail FROM scopes WHERE no"
)


def write(connection: driver.Connection, tallies: Mapping[Scope, Tally]) -> int:
    """Returns how many rows of words were touched."""
    rows = _taken(connection, tallies)
    forgotten = [scope_number(scope) for scope, row in rows.items() if scope[1] and row.documents <= 0]
    matching(connection, "DELETE FROM scopes WHERE no IN {values}", forgotten)
    kept = [row.values(scope_number(scope)) for scope, row in rows.items() if not scope[1] or row.documents > 0]
    insert(
        connection,
        "INSERT INTO scopes (no, collection, author, documents, authors, first, last, minute, minute_count,"
        " high_minute, high_count, detail) {rows} ON CONFLICT (no) DO UPDATE SET documents = excluded.documents,"
        " authors = excluded.authors, first = excluded.first, last = excluded.last, minute = excluded.minute,"
        " minute_count = excluded.minute_count, high_minute = excluded.high_minute,"
        " high_count = excluded.high_count, detail = excluded.detail",
        kept,
    )
    return words.write(
        connection, {scope_number(scope): tally.words for scope, tally in tallies.items() if not scope[1]}
    )


def _taken(connection: driver.Connection, tallies: Mapping[Scope, Tally]) -> dict[Scope, Row]:
    """The rows as they are after it."""
    numbers = [scope_number(scope) for scope in tallies]
    before = {row[0]: Row.read(row[1:]) for row in matching(connection, _SELECT + " IN {values}", numbers)}
    rows: dict[Scope, Row] = {}
    authors: dict[str, int] = {}
    for scope, tally in tallies.items():
        row = before.get(scope_number(scope)) or Row(*scope)
        had = row.documents > 0
        row.take(tally)
        rows[scope] = row
        if scope[1]:
            authors[scope[0]] = authors.get(scope[0], 0) + (row.documents > 0) - had
    for collection, by in authors.items():
        rows[collection, ""].authors += by
    return rows


def figures(connection: driver.Connection, asked: GetFigures) -> Figures:
    """Without what is not counted by scope."""
    scope = (asked.collection or "", asked.author or "")
    number = scope_number(scope)
    found = connection.execute(_SELECT + " = ?", (number,)).fetchall()
    row = Row.read(found[0][1:]) if found else Row(*scope)
    if row.author:
        top_authors = [(row.author, row.documents)] if row.documents else []
        top_words = sorted(row.words.items(), key=_count, reverse=True)[: asked.top]
    else:
        top_authors = _top_authors(connection, row.collection, asked.top)
        top_words = words.top(connection, number, asked.top)
    return Figures(
        documents=row.documents,
        authors=len(top_authors) if row.author else row.authors,
        first_at=None if row.first == FAR else from_milliseconds(row.first),
        last_at=None if row.last == _NEVER else from_milliseconds(row.last),
        hours=tuple(row.hours),
        high_water=_high_water(row),
        top_authors=_counts(top_authors),
        top_keywords=_counts(top_words),
        languages=_counts(sorted(row.languages.items(), key=_count, reverse=True)[: asked.top]),
    )


def _top_authors(connection: driver.Connection, collection: str, count: int) -> list[tuple[str, int]]:
    statement = (
        "SELECT author, documents FROM scopes WHERE collection = ? AND author > '' ORDER BY documents DESC LIMIT ?"
    )
    return [(author, documents) for author, documents in connection.execute(statement, (collection, count)).fetchall()]


def _high_water(row: Row) -> HighWater | None:
    if not row.high_count:
        return None
    return HighWater(documents=row.high_count, minute=from_milliseconds(row.high_minute * MINUTE))


def _counts(pairs: Iterable[tuple[str, int]]) -> tuple[Count, ...]:
    return tuple(Count(value=value, count=count) for value, count in pairs)


def _count(pair: tuple[str, int]) -> int:
    return pair[1]


def documents(connection: driver.Connection) -> int:
    """Of the tenant."""
    found = connection.execute("SELECT documents FROM scopes WHERE no = ?", (scope_number(("", "")),)).fetchall()
    return int(found[0][0]) if found else 0


def carry_over(connection: driver.Connection) -> None:
    """From `old`, what isn't lost when documents go."""
    for statement in (
        # Collections without documents.
        "INSERT OR IGNORE INTO scopes (no, collection, author, documents, authors, first, last, minute, minute_count,"
        " high_minute, high_count, detail) SELECT no, collection, author, 0, 0, first, last, minute, 0,"
        " high_minute, high_count, ? FROM old.scopes WHERE author = ''",
        "UPDATE scopes SET first = min(scopes.first, theirs.first), last = max(scopes.last, theirs.last)"
        " FROM old.scopes AS theirs WHERE theirs.no = scopes.no",
        "UPDATE scopes SET high_minute = theirs.high_minute, high_count = theirs.high_count"
        " FROM old.scopes AS theirs WHERE theirs.no = scopes.no AND theirs.high_count > scopes.high_count",
    ):
        empty = (orjson.dumps(([0] * HOURS, {}, {})),) if "?" in statement else ()
        connection.execute(statement, empty).fetchall()
