"""A document as it was: found by walking back through its changes."""

from collections.abc import Iterable
from datetime import datetime

from services.database.content import notes_then, with_notes
from services.database.sqlite import driver
from services.database.sqlite.numbers import ANNOTATE, PUT, entry_of
from services.database.sqlite.reads import tenant_number
from services.database.sqlite.rows import matching
from shared.clock import to_milliseconds
from shared.errors import NotFound

_WALK = """
    WITH RECURSIVE chain (entry, previous, op, at) AS (
        SELECT entry, previous, op, at FROM documents JOIN changes ON changes.entry = documents.head
        WHERE documents.tenant = ? AND documents.id = ?
        UNION ALL
        SELECT changes.entry, changes.previous, changes.op, changes.at
        FROM chain JOIN changes ON changes.entry = chain.previous
        WHERE chain.previous < chain.entry
    )
    SELECT entry, op FROM chain WHERE {until} <= ? ORDER BY entry DESC
"""


def get_at(connection: driver.Connection, tenant: str, id: str, at: int | datetime) -> bytes:
    """The document as it was when the tenant's log stood at that number, or at that moment."""
    number = tenant_number(connection, tenant)
    if isinstance(at, datetime):
        statement, until = _WALK.format(until="at"), to_milliseconds(at)
    else:
        statement, until = _WALK.format(until="entry"), entry_of(number, at)
    put, annotations = _life(connection.execute(statement, (number, id, until)).fetchall())
    if put is None:
        raise NotFound(f"there was no document {id!r} at that time")
    statement = "SELECT entry, body FROM changes WHERE entry IN {values}"
    bodies: dict[int, bytes | None] = dict(matching(connection, statement, [put, *annotations]))
    document = bodies[put]
    if document is None:
        raise NotFound(f"the content of document {id!r} at that time is no longer kept")
    return with_notes(document, notes_then([bodies[entry] for entry in annotations]))


def _life(walk: Iterable[driver.Row]) -> tuple[int | None, list[int]]:
    """From the newest change back to the creation: the newest put, and every annotating change, oldest first."""
    put: int | None = None
    annotations: list[int] = []
    for entry, op in walk:
        if op == ANNOTATE:
            annotations.append(entry)
        elif op == PUT:
            put = put or entry
        else:
            break
    return put, annotations[::-1]
