"""Finds the documents for which a step has something left to say."""

import orjson

from services.database.cursors import cursor_after, seq_after
from services.database.pending import LOOKED_AT_MAX, is_asked_for, lacking
from services.database.sqlite import driver
from services.database.sqlite.numbers import entries_of, entry_of, seq_of
from services.database.sqlite.reads import annotated, tenant_number
from services.database.sqlite.rows import matching
from services.database.store import PendingRow, PendingRows
from shared.contracts.pending import ListPending

# What has been said for good, by this very version of the step about this very version of the document.
_SERVED = """
    (
        SELECT json_group_array(step) FROM notes
        WHERE document = documents.no AND settled AND version = documents.version
            AND :steps ->> ('$."' || step || '"') = step_version
    )
"""
_ALL = f"""
    SELECT documents.no, collection, {_SERVED} FROM documents
    WHERE documents.no > :after AND documents.no <= :last ORDER BY documents.no LIMIT :looked_at_max
"""
_FAILED = f"""
    SELECT documents.no, collection, {_SERVED} FROM documents
    WHERE documents.no IN (
        SELECT DISTINCT document FROM notes
        WHERE settled = 0 AND document > :after AND document <= :last AND :steps ->> ('$."' || step || '"') NOT NULL
        ORDER BY document LIMIT :looked_at_max
    ) ORDER BY documents.no
"""


def pending(connection: driver.Connection, tenant: str, query: ListPending, limit: int, bytes_max: int) -> PendingRows:
    number = tenant_number(connection, tenant)
    given: dict[str, driver.Value] = {
        "steps": orjson.dumps(query.steps).decode(),
        "after": entry_of(number, seq_after(tenant, None, query.after)),
        "last": entries_of(number)[1],
        "looked_at_max": LOOKED_AT_MAX,
    }
    rows = connection.execute(_ALL if query.only == "all" else _FAILED, given).fetchall()
    collections = _collections(connection, number, query)
    lacked = {
        no: steps
        for no, collection, served in rows
        if collection in collections and (steps := lacking(query, orjson.loads(served)))
    }
    statement = "SELECT no, body FROM documents JOIN changes ON entry = current WHERE no IN {values}"
    bodies: dict[int, bytes] = dict(matching(connection, statement, list(lacked)[:limit]))
    chosen: list[tuple[int, bytes]] = []
    looked_at = size = 0
    for no, _, _ in rows:
        if no in lacked and (no not in bodies or (chosen and size + len(bodies[no]) > bytes_max)):
            break
        if no in lacked and (not query.kinds or orjson.loads(bodies[no]).get("kind") in query.kinds):
            chosen.append((no, bodies[no]))
            size += len(bodies[no])
        looked_at += 1
    is_end = looked_at == len(rows) < LOOKED_AT_MAX
    follows = None if is_end else cursor_after(tenant, None, seq_of(rows[looked_at - 1][0]))
    documents = annotated(connection, chosen)
    items = [PendingRow(document, lacked[no]) for (no, _), document in zip(chosen, documents, strict=True)]
    return PendingRows(items, follows, looked_at)


def _collections(connection: driver.Connection, number: int, query: ListPending) -> set[int]:
    rows = connection.execute("SELECT no, name FROM collections WHERE tenant = ?", (number,)).fetchall()
    return {no for no, name in rows if is_asked_for(name, query.collections)}
