"""What annotations have used up, by day and step. Money that was spent stays spent, whatever becomes of the note.

Of each document and step the last note that was paid for is remembered, so none is paid for twice.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from pydantic import JsonValue

from services.database.search.index import Present
from services.database.sqlite import driver
from services.database.sqlite.rows import insert, matching
from shared.contracts.figures import Spending

# About three months of the few steps that cost something.
LINES_MAX = 400
DAY_LENGTH = len("2026-01-31")


class Paid(NamedTuple):
    document: int
    step: str
    at: str
    day: str
    tokens_in: int
    tokens_out: int
    micro_usd: int


def take(connection: driver.Connection, present: Iterable[Present]) -> None:
    noted = [paid for each in present for paid in _paid(each)]
    if not noted:
        return
    before = {
        (document, step): at
        for document, step, at in matching(
            connection,
            "SELECT document, step, at FROM paid WHERE document IN {values}",
            list({paid.document for paid in noted}),
        )
    }
    new = [paid for paid in noted if paid.at > before.get((paid.document, paid.step), "")]
    insert(
        connection,
        "INSERT OR REPLACE INTO paid (document, step, at, day, tokens_in, tokens_out, micro_usd) {rows}",
        new,
    )
    _add(connection, new)


def _paid(present: Present) -> list[Paid]:
    found = []
    for step, note in present.notes.items():
        cost = note.get("cost")
        if not cost:
            continue
        at = note.get("at")
        if isinstance(cost, dict) and isinstance(at, str):
            used = (_whole(cost.get(name)) for name in ("tokens_in", "tokens_out", "micro_usd"))
            found.append(Paid(present.no, step, at, at[:DAY_LENGTH], *used))
    return found


def _whole(value: JsonValue) -> int:
    return value if isinstance(value, int) and 0 <= value < 1 << 53 else 0


def _add(connection: driver.Connection, paid: Iterable[Paid]) -> None:
    sums: dict[tuple[str, str], list[int]] = {}
    for each in paid:
        line = sums.setdefault((each.day, each.step), [0, 0, 0, 0])
        for column, by in enumerate((1, each.tokens_in, each.tokens_out, each.micro_usd)):
            line[column] += by
    insert(
        connection,
        "INSERT INTO spending (day, step, annotations, tokens_in, tokens_out, micro_usd) {rows}"
        " ON CONFLICT (day, step) DO UPDATE SET annotations = annotations + excluded.annotations,"
        " tokens_in = tokens_in + excluded.tokens_in, tokens_out = tokens_out + excluded.tokens_out,"
        " micro_usd = micro_usd + excluded.micro_usd",
        [(*key, *line) for key, line in sums.items()],
    )


def forget(connection: driver.Connection, numbers: Sequence[int]) -> None:
    """These documents won't be annotated again. What was spent on them is in the sums."""
    matching(connection, "DELETE FROM paid WHERE document IN {values}", numbers)


def carry_over(connection: driver.Connection) -> None:
    """From `old`: its sums, and beside them what only this file has seen."""
    newer = connection.execute(
        "SELECT document, step, at, day, tokens_in, tokens_out, micro_usd FROM paid AS ours WHERE at >"
        " coalesce((SELECT at FROM old.paid WHERE document = ours.document AND step = ours.step), '')"
    ).fetchall()
    connection.execute("DELETE FROM spending").fetchall()
    connection.execute("INSERT INTO spending SELECT * FROM old.spending").fetchall()
    connection.execute(
        "INSERT INTO paid SELECT * FROM old.paid AS theirs WHERE theirs.document IN (SELECT no FROM documents)"
        " ON CONFLICT (document, step) DO UPDATE SET at = max(at, excluded.at)"
    ).fetchall()
    _add(connection, [Paid(*row) for row in newer])


def lines(connection: driver.Connection) -> tuple[Spending, ...]:
    """The newest days first."""
    found = connection.execute(
        "SELECT day, step, annotations, tokens_in, tokens_out, micro_usd FROM spending ORDER BY day DESC, step LIMIT ?",
        (LINES_MAX,),
    ).fetchall()
    names = ("day", "step", "annotations", "tokens_in", "tokens_out", "micro_usd")
    return tuple(Spending(**dict(zip(names, row, strict=True))) for row in found)
