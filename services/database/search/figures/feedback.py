"""Feedback, as documents of the house give it: each piece, and what is thought of each step in sum.

Anyone can publish into that collection; what isn't feedback by the rules of `GiveFeedback` is left out.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import orjson

from services.database.search.figures.facts import milliseconds
from services.database.search.index import Present
from services.database.sqlite import driver
from services.database.sqlite.rows import insert, matching
from shared.clock import from_milliseconds
from shared.contracts.feedback import FeedbackItem, FeedbackSummary, GiveFeedback
from shared.errors import Invalid

KIND = "feedback"
# What SQLite can compare with.
NO_MAX = (1 << 63) - 1


class Piece(NamedTuple):
    no: int
    id: str
    about: str
    step: str | None
    step_version: int | None
    query: str | None
    thumb: str | None
    stars: int | None
    correction: str | None
    author: str | None
    at: int


def piece_of(present: Present) -> Piece | None:
    """None for what isn't feedback."""
    document = present.document
    data, author = document.get("data"), document.get("author")
    if document.get("kind") != KIND or not isinstance(data, dict):
        return None
    said = {name: data.get(name) for name in ("step", "query", "thumb", "stars", "correction")}
    version = data.get("step_version")
    if version is not None and (type(version) is not int or not 0 < version < 1 << 31):
        return None
    try:
        given = GiveFeedback.decode(orjson.dumps({**said, "id": data.get("about"), "author": author or None}))
    except Invalid:
        return None
    at = milliseconds(str(document["created_at"]))
    step_version = version if given.step else None
    return Piece(
        present.no, present.id, given.id, given.step, step_version, given.query, given.thumb, given.stars,
        given.correction, given.author, at,
    )  # fmt: skip


def write(connection: driver.Connection, pieces: Sequence[Piece]) -> None:
    insert(
        connection,
        "INSERT INTO feedback (no, id, about, step, step_version, query, thumb, stars, correction, author, at) {rows}",
        pieces,
    )
    _sum_up(connection, pieces, 1)


def forget(connection: driver.Connection, numbers: Sequence[int]) -> None:
    rows = matching(
        connection,
        "SELECT no, id, about, step, step_version, query, thumb, stars, correction, author, at"
        " FROM feedback WHERE no IN {values}",
        numbers,
    )
    matching(connection, "DELETE FROM feedback WHERE no IN {values}", numbers)
    _sum_up(connection, [Piece(*row) for row in rows], -1)


def _sum_up(connection: driver.Connection, pieces: Iterable[Piece], by: int) -> None:
    sums: dict[tuple[str, int], list[int]] = {}
    for piece in pieces:
        line = sums.setdefault((piece.step or "", piece.step_version or 0), [0, 0, 0, 0, 0])
        said = (piece.thumb == "up", piece.thumb == "down", bool(piece.stars), piece.stars or 0, bool(piece.correction))
        for column, value in enumerate(said):
            line[column] += by * value
    insert(
        connection,
        "INSERT INTO opinions (step, step_version, up, down, stars, stars_sum, corrections) {rows}"
        " ON CONFLICT (step, step_version) DO UPDATE SET up = up + excluded.up, down = down + excluded.down,"
        " stars = stars + excluded.stars, stars_sum = stars_sum + excluded.stars_sum,"
        " corrections = corrections + excluded.corrections",
        [(*key, *line) for key, line in sums.items()],
    )
    if by < 0:
        connection.execute("DELETE FROM opinions WHERE up + down + stars + corrections = 0").fetchall()


def items(
    connection: driver.Connection, about: str | None, step: str | None, limit: int, before_no: int | None
) -> tuple[list[FeedbackItem], int | None]:
    """The newest first, and the number before which the next page begins, if there is one."""
    conditions = [
        ("no < ?", None if before_no is None else min(before_no, NO_MAX)),
        # What is about one document is seldom much, but one step may have been judged by everybody.
        ("about = ?", about),
        ("step = ?" if about is None else "+step = ?", step),
    ]
    given = [(condition, value) for condition, value in conditions if value is not None]
    where = " AND ".join(["TRUE", *(condition for condition, _ in given)])
    rows = connection.execute(_ITEMS.replace("{where}", where), [*(value for _, value in given), limit + 1]).fetchall()
    page = [_item(row) for row in rows[:limit]]
    return page, rows[limit - 1][0] if len(rows) > limit else None


_ITEMS = (
    "SELECT no, id, about, step, step_version, query, thumb, stars, correction, author, at"
    " FROM feedback WHERE {where} ORDER BY no DESC LIMIT ?"
)


def _item(row: driver.Row) -> FeedbackItem:
    piece = Piece(*row)
    fields = {name: value for name, value in piece._asdict().items() if name not in {"no", "at"}}
    return FeedbackItem(**fields, at=from_milliseconds(piece.at))


def summaries(connection: driver.Connection, step: str | None) -> list[FeedbackSummary]:
    """Of all steps, and of searches, unless one step is named."""
    rows = connection.execute(
        "SELECT step, step_version, up, down, stars, stars_sum, corrections FROM opinions"
        " WHERE ?1 IS NULL OR step = ?1 ORDER BY step, step_version",
        (step,),
    ).fetchall()
    return [
        FeedbackSummary(
            step=row[0] or None,
            step_version=row[1] or None,
            up=row[2],
            down=row[3],
            stars=row[4],
            stars_mean=row[5] / row[4] if row[4] else None,
            corrections=row[6],
        )
        for row in rows
    ]
