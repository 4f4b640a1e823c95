"""How often a collection's keywords were found, and the tenant's: the one table that would grow with every new word,
so that it is cut back to the frequent ones from time to time."""

from collections.abc import Mapping

from services.database.sqlite import driver
from services.database.sqlite.rows import insert

ROWS_MAX = 200_000
# Cut back to this share, so that it happens seldom.
ROWS_KEPT = 0.8
# After so many new rows it is looked how many there are.
LOOKED_AFTER_COUNT = 40_000


def write(connection: driver.Connection, changes: Mapping[int, Mapping[str, int]]) -> int:
    """Takes changes by scope and word; returns how many rows there may be more."""
    # In the order of the table, neighbours are written together.
    rows = [(scope, word, changes[scope][word]) for scope in sorted(changes) for word in sorted(changes[scope])]
    more = [row for row in rows if row[2] > 0]
    insert(
        connection,
        "INSERT INTO keywords (scope, word, count) {rows}"
        " ON CONFLICT (scope, word) DO UPDATE SET count = count + excluded.count",
        more,
    )
    less = [row for row in rows if row[2] < 0]
    # What was cut back isn't there any more.
    insert(
        connection,
        "UPDATE keywords SET count = count + new.column3 FROM ({rows}) AS new"
        " WHERE keywords.scope = new.column1 AND keywords.word = new.column2",
        less,
    )
    insert(
        connection,
        "DELETE FROM keywords WHERE count <= 0 AND (scope, word) IN ({rows})",
        [row[:2] for row in less],
    )
    return len(more)


def cut_back(connection: driver.Connection, rows_max: int) -> None:
    rows = _count(connection)
    if rows <= rows_max:
        return
    rarest = 1
    while rows > rows_max * ROWS_KEPT:
        connection.execute("DELETE FROM keywords WHERE count <= ?", (rarest,)).fetchall()
        rows = _count(connection)
        rarest *= 2


def _count(connection: driver.Connection) -> int:
    return int(connection.execute("SELECT count(*) FROM keywords").fetchall()[0][0])


def top(connection: driver.Connection, scope: int, count: int) -> list[tuple[str, int]]:
    """The words of one count come in no particular order."""
    found = connection.execute(
        "SELECT word, count FROM keywords WHERE scope = ? AND count > 1 ORDER BY count DESC LIMIT ?", (scope, count)
    ).fetchall()
    if len(found) < count:
        # Then hardly any word in the scope has been seen twice, so those seen once are found at its beginning.
        found += connection.execute(
            "SELECT word, count FROM keywords WHERE scope = ? AND count = 1 LIMIT ?", (scope, count - len(found))
        ).fetchall()
    return [(word, times) for word, times in found]
