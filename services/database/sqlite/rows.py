"""Many rows in few statements.

Python gives its lock away around every step of a statement. While the event loop is busy, a writer that takes one
step for each row gets it back so late that it stores a twentieth of what it could. So up to a thousand rows travel in
one step here, in a few fixed sizes, each of which is prepared once.
"""

from collections.abc import Sequence
from itertools import chain

from services.database.sqlite import driver

SIZES = (1024, 512, 256, 128, 64, 32, 16, 8, 4, 2, 1)


def insert(connection: driver.Connection, statement: str, rows: Sequence[Sequence[driver.Value]]) -> None:
    """`statement` holds `{rows}` where its VALUES go."""
    start = 0
    for size in SIZES:
        while len(rows) - start >= size:
            portion = rows[start : start + size]
            marks = ",".join(["(" + ",".join("?" * len(portion[0])) + ")"] * size)
            connection.execute(statement.format(rows=f"VALUES {marks}"), tuple(chain.from_iterable(portion)))
            start += size


def matching(
    connection: driver.Connection,
    statement: str,
    values: Sequence[driver.Value],
    before: Sequence[driver.Value] = (),
) -> list[driver.Row]:
    """Run the statement for the rows that match one of the values, and return what it finds of them.

    It holds `IN {values}`, after the parameters in `before`.
    """
    found: list[driver.Row] = []
    for start in range(0, len(values), SIZES[0]):
        portion = list(values[start : start + SIZES[0]])
        size = min(size for size in SIZES if size >= len(portion))
        portion += portion[-1:] * (size - len(portion))
        sql = statement.format(values="(" + ",".join("?" * size) + ")")
        found += connection.execute(sql, (*before, *portion)).fetchall()
    return found
