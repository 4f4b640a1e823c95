"""Standing queries as documents of the house tell them, what has matched them, and what of it is still to be said."""

from collections.abc import Sequence
from typing import NamedTuple

import orjson

from services.database.search.index import Present
from services.database.sqlite import driver
from services.database.sqlite.rows import insert, matching
from shared.contracts.standing import SaveStanding, StandingQuery, standing_name
from shared.errors import Invalid


class Told(NamedTuple):
    no: int
    name: str
    # The request that would save it.
    saved: bytes
    since_seq: int


class Due(NamedTuple):
    """A match that has to be announced. Its key is its own for good, in every file."""

    key: str
    name: str
    no: int
    version: int


def told_by(present: Present) -> Told | None:
    """None for what isn't a standing query."""
    document = present.document
    data, author, seq = document.get("data"), document.get("author"), document.get("seq")
    if not isinstance(data, dict) or not isinstance(seq, int):
        return None
    told = {name: data.get(name) for name in ("query", "filter", "channel")}
    try:
        saved = SaveStanding.decode(orjson.dumps({**told, "name": standing_name(present.id), "author": author or None}))
    except Invalid:
        return None
    return Told(present.no, saved.name, saved.encode(), seq)


def write(connection: driver.Connection, told: Sequence[Told]) -> None:
    """One that is saved again keeps the number of its matches."""
    insert(
        connection,
        "INSERT INTO standing (no, name, saved, since_seq, matches) {rows}"
        " ON CONFLICT (no) DO UPDATE SET saved = excluded.saved, since_seq = excluded.since_seq",
        [(*each, 0) for each in told],
    )


def drop(connection: driver.Connection, numbers: Sequence[int]) -> None:
    names = [row[0] for row in matching(connection, "SELECT name FROM standing WHERE no IN {values}", numbers)]
    if names:
        matching(connection, "DELETE FROM standing WHERE no IN {values}", numbers)
        matching(connection, "DELETE FROM matched WHERE name IN {values}", names)


def forget(connection: driver.Connection, documents: Sequence[int]) -> None:
    """These can't match any more."""
    matching(connection, "DELETE FROM matched WHERE document IN {values}", documents)


def queries(connection: driver.Connection, limit: int | None) -> list[StandingQuery]:
    """The oldest first."""
    rows = connection.execute(
        "SELECT saved, since_seq, matches FROM standing ORDER BY no LIMIT ?", (-1 if limit is None else limit,)
    ).fetchall()
    found = []
    for saved, since_seq, matches in rows:
        query = SaveStanding.decode(saved)
        told = {name: getattr(query, name) for name in ("name", "query", "filter", "author", "channel")}
        found.append(StandingQuery(**told, since_seq=since_seq, matches=matches))
    return found


def note(connection: driver.Connection, name: str, pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Returns those of the documents, given by number and version, that this query hasn't been told of yet."""
    before: dict[int, int] = dict(
        matching(
            connection,
            "SELECT document, version FROM matched WHERE name = ? AND document IN {values}",
            [no for no, _ in pairs],
            before=(name,),
        )
    )
    new = [(no, version) for no, version in dict(pairs).items() if version > before.get(no, 0)]
    insert(
        connection,
        "INSERT OR REPLACE INTO matched (name, document, version) {rows}",
        [(name, no, version) for no, version in new],
    )
    insert(
        connection,
        "INSERT OR IGNORE INTO outbox (key, name, document, version) {rows}",
        [(f"{name}.{no}.{version}", name, no, version) for no, version in new],
    )
    connection.execute("UPDATE standing SET matches = matches + ? WHERE name = ?", (len(new), name)).fetchall()
    return new


def due(connection: driver.Connection, limit: int) -> list[Due]:
    rows = connection.execute(
        "SELECT key, name, document, version FROM outbox ORDER BY no LIMIT ?", (limit,)
    ).fetchall()
    return [Due(*row) for row in rows]


def sent(connection: driver.Connection, keys: Sequence[str]) -> None:
    matching(connection, "DELETE FROM outbox WHERE key IN {values}", keys)


def carry_over(connection: driver.Connection) -> None:
    """From `old`."""
    for statement in (
        "UPDATE standing SET matches = theirs.matches FROM old.standing AS theirs WHERE theirs.no = standing.no",
        "INSERT INTO matched (document, name, version) SELECT document, name, version FROM old.matched"
        " WHERE document IN (SELECT no FROM documents)"
        " ON CONFLICT (document, name) DO UPDATE SET version = max(version, excluded.version)",
        "INSERT OR IGNORE INTO outbox (key, name, document, version)"
        " SELECT key, name, document, version FROM old.outbox ORDER BY no",
    ):
        connection.execute(statement).fetchall()
