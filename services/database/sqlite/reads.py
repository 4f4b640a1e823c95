"""Every question to the database file, each asked within one short transaction."""

from collections.abc import Iterable, Iterator, Sequence

from services.database.content import change_json, chosen_notes, milliseconds_text, with_notes
from services.database.cursors import cursor_after, seq_after
from services.database.sqlite import driver
from services.database.sqlite.numbers import OPS, entries_of, entry_of, seq_of
from services.database.sqlite.rows import matching
from services.database.store import ChangeRows, DocumentRows, Run, StoredChange, TenantState
from shared.clock import from_milliseconds
from shared.contracts.stats import CollectionStats, Stats
from shared.errors import NotFound


def tenant_number(connection: driver.Connection, tenant: str) -> int:
    """0, which no tenant has, for one that has never written."""
    found = connection.execute("SELECT no FROM tenants WHERE name = ?", (tenant,)).fetchall()
    return int(found[0][0]) if found else 0


def get(connection: driver.Connection, tenant: str, id: str) -> bytes:
    found = connection.execute(
        "SELECT documents.no, body FROM tenants JOIN documents ON documents.tenant = tenants.no"
        " JOIN changes ON changes.entry = documents.current"
        " WHERE tenants.name = ? AND documents.id = ? AND documents.no > 0",
        (tenant, id),
    ).fetchall()
    if not found:
        raise NotFound(f"there is no document {id!r}")
    if found[0][1] is None:
        raise NotFound(f"the content of document {id!r} is no longer kept")
    return annotated(connection, found)[0]


def annotated(connection: driver.Connection, documents: Sequence[driver.Row]) -> list[bytes]:
    """These documents, given as number and body, with their notes."""
    steps: dict[tuple[int, int], set[str]] = {}
    for document, entry, step in matching(
        connection, "SELECT document, entry, step FROM notes WHERE document IN {values}", [no for no, _ in documents]
    ):
        steps.setdefault((document, entry), set()).add(step)
    bodies: dict[int, bytes | None] = dict(
        matching(connection, "SELECT entry, body FROM changes WHERE entry IN {values}", [entry for _, entry in steps])
    )
    notes: dict[int, list[bytes]] = {}
    for document, entry in sorted(steps):
        notes.setdefault(document, []).extend(chosen_notes(bodies[entry], steps[document, entry]))
    return [with_notes(body, notes.get(no, ())) for no, body in documents if body is not None]


_DOCUMENTS = "SELECT documents.no, body FROM documents JOIN changes ON changes.entry = documents.current"


def list_documents(
    connection: driver.Connection, tenant: str, collection: str | None, limit: int, bytes_max: int, after: str | None
) -> DocumentRows:
    after_seq = seq_after(tenant, collection, after)
    number = tenant_number(connection, tenant)
    if collection is None:
        bound, counted = entries_of(number)[1], ("SELECT documents FROM tenants WHERE no = ?", number)
        listed = f"{_DOCUMENTS} WHERE documents.no > ? AND documents.no <= ? ORDER BY documents.no LIMIT ?"
    else:
        bound = collection_number(connection, number, collection)
        counted = ("SELECT documents FROM collections WHERE no = ?", bound)
        listed = f"{_DOCUMENTS} WHERE documents.no > ? AND documents.collection = ? ORDER BY documents.no LIMIT ?"
    total = connection.execute(counted[0], counted[1:]).fetchall()
    cursor = connection.execute(listed, (entry_of(number, after_seq), bound, limit + 1))
    page, more = page_of(cursor, limit, bytes_max)
    follows = cursor_after(tenant, collection, seq_of(page[-1][0])) if more else None
    return DocumentRows(annotated(connection, page), follows, total[0][0] if total else 0)


def page_of(cursor: driver.Cursor, limit: int, bytes_max: int) -> tuple[list[driver.Row], bool]:
    """As many rows as fit, at least one, their bodies being last in them; and whether there are more."""
    page: list[driver.Row] = []
    size = 0
    try:
        for row in cursor:
            size += len(row[-1] or b"")
            if page and (len(page) == limit or size > bytes_max):
                return page, True
            page.append(row)
        return page, False
    finally:
        # An unfinished statement would keep the transaction from ending.
        cursor.close()


def collection_number(connection: driver.Connection, tenant: int, name: str) -> int:
    found = connection.execute("SELECT no FROM collections WHERE tenant = ? AND name = ?", (tenant, name)).fetchall()
    return int(found[0][0]) if found else 0


def recent(connection: driver.Connection, tenant: str, collection: str, limit: int, bytes_max: int) -> list[bytes]:
    number = collection_number(connection, tenant_number(connection, tenant), collection)
    cursor = connection.execute(
        f"{_DOCUMENTS} WHERE documents.collection = ? AND documents.no > 0 ORDER BY documents.no DESC LIMIT ?",
        (number, limit),
    )
    return annotated(connection, page_of(cursor, limit, bytes_max)[0])


_CHANGES = (
    "SELECT entry, collection, collections.name, op, id, version, at, body"
    " FROM changes JOIN collections ON collections.no = collection"
)


def changes(
    connection: driver.Connection, tenant: str, since: int, collection: str | None, limit: int, bytes_max: int
) -> ChangeRows:
    state = connection.execute("SELECT no, seq FROM tenants WHERE name = ?", (tenant,)).fetchall()
    if not state:
        return ChangeRows((), 0)
    number, last_seq = state[0]
    if collection is None:
        where, key = "entry <= ?", entries_of(number)[1]
    else:
        where, key = "collection = ?", collection_number(connection, number, collection)
    cursor = connection.execute(
        f"{_CHANGES} WHERE entry > ? AND {where} ORDER BY entry LIMIT ?", (entry_of(number, since), key, limit + 1)
    )
    page, more = page_of(cursor, limit, bytes_max)
    items = [stored_change(row) for row in page]
    return ChangeRows(items, items[-1].seq if more else last_seq)


def stored_change(row: driver.Row) -> StoredChange:
    entry, _, name, op, id, version, at, body = row
    seq = seq_of(entry)
    return StoredChange(seq, name, change_json(seq, OPS[op], name, id, version, milliseconds_text(at), body))


def runs(connection: driver.Connection, tenant: str, since: int, limit: int, bytes_max: int) -> list[Run]:
    number = tenant_number(connection, tenant)
    cursor = connection.execute(
        f"{_CHANGES} WHERE entry > ? AND entry <= ? ORDER BY entry LIMIT ?",
        (entry_of(number, since), entries_of(number)[1], limit),
    )
    page, _ = page_of(cursor, limit, bytes_max)
    return [_run(connection, tenant, rows) for rows in _by_collection(page)]


def _by_collection(page: Iterable[driver.Row]) -> Iterator[list[driver.Row]]:
    rows: list[driver.Row] = []
    for row in page:
        if rows and rows[-1][1] != row[1]:
            yield rows
            rows = []
        rows.append(row)
    if rows:
        yield rows


def _run(connection: driver.Connection, tenant: str, rows: Sequence[driver.Row]) -> Run:
    entry, collection, name = rows[0][:3]
    before = connection.execute(
        "SELECT max(entry) FROM changes WHERE collection = ? AND entry < ?", (collection, entry)
    ).fetchall()
    return Run(tenant, name, seq_of(before[0][0] or 0), [stored_change(row) for row in rows])


def stats(connection: driver.Connection, tenant: str, collection: str | None) -> Stats:
    found = connection.execute("SELECT documents, seq, announced, no FROM tenants WHERE name = ?", (tenant,)).fetchall()
    documents, last_seq, announced, number = found[0] if found else (0, 0, 0, 0)
    rows = connection.execute(
        "SELECT name, documents, last_seq, last_at FROM collections"
        " WHERE tenant = ? AND (? IS NULL OR name = ?) ORDER BY name",
        (number, collection, collection),
    ).fetchall()
    collections = tuple(
        CollectionStats(collection=name, documents=count, last_seq=seq, last_at=from_milliseconds(at))
        for name, count, seq, at in rows
    )
    return Stats(documents=documents, last_seq=last_seq, announced_seq=announced, collections=collections)


def tenants(connection: driver.Connection) -> list[TenantState]:
    rows = connection.execute("SELECT name, seq, announced FROM tenants ORDER BY name").fetchall()
    return [TenantState(*row) for row in rows]
