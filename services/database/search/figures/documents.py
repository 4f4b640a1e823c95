"""What was counted of which document: by it, an update or a removal takes away what was added before."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from services.database.search.figures.facts import Facts
from services.database.sqlite import driver
from services.database.sqlite.rows import insert, matching

PAGE = 10_000


class Known(NamedTuple):
    no: int
    state: int
    id: str
    collection: str
    author: str
    created: int
    language: str
    joined_words: str
    # Of its signature; 0 without one.
    place: int
    # 1 if it is in a collection of the house, but nothing could be made of it.
    malformed: int

    @property
    def words(self) -> list[str]:
        return self.joined_words.split("\n") if self.joined_words else []


def known(connection: driver.Connection, numbers: Sequence[int]) -> dict[int, Known]:
    rows = matching(
        connection,
        "SELECT no, state, id, collection, author, created, language, words, place, malformed"
        " FROM documents WHERE no IN {values}",
        numbers,
    )
    return {row[0]: Known(*row) for row in rows}


# A number's id, collection and time of creation are its own for good.
def write(
    connection: driver.Connection, facts: Mapping[int, Facts], places: Mapping[int, int], malformed: set[int]
) -> None:
    rows = [
        (
            no, each.state, each.id, each.collection, each.author, each.created, each.language,
            "\n".join(each.words), places.get(no, 0), no in malformed,
        )
        for no, each in facts.items()
    ]  # fmt: skip
    insert(
        connection,
        "INSERT INTO documents (no, state, id, collection, author, created, language, words, place, malformed) {rows}"
        " ON CONFLICT (no) DO UPDATE SET state = excluded.state, author = excluded.author,"
        " language = excluded.language, words = excluded.words, place = excluded.place, malformed = excluded.malformed",
        rows,
    )


def remove(connection: driver.Connection, numbers: Sequence[int]) -> None:
    matching(connection, "DELETE FROM documents WHERE no IN {values}", numbers)


def numbers_of(connection: driver.Connection, ids: Sequence[str]) -> dict[str, int]:
    rows = matching(connection, "SELECT id, no FROM documents WHERE id IN {values} ORDER BY no", ids)
    return dict(rows)


def states(connection: driver.Connection, numbers: Sequence[int]) -> dict[int, int]:
    return dict(matching(connection, "SELECT no, state FROM documents WHERE no IN {values}", numbers))


def numbers(connection: driver.Connection, after: int) -> list[int]:
    """A page of them, ascending."""
    found = connection.execute("SELECT no FROM documents WHERE no > ? ORDER BY no LIMIT ?", (after, PAGE))
    return [row[0] for row in found.fetchall()]
