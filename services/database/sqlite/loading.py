"""Loads, in bulk, what the ledger needs to know before it can decide the works of a transaction."""

from collections.abc import Iterable, Sequence

from services.database.books import Books, CollectionRow, DocumentRow, KeyRow, Mark, Note, TenantBook, Wanted, wanted_by
from services.database.sqlite import driver
from services.database.sqlite.numbers import seq_of
from services.database.sqlite.rows import matching
from services.database.store import Expire, MarkAnnounced, Work


def load(connection: driver.Connection, works: Sequence[Work], now: int) -> Books:
    wanted = wanted_by(works)
    for work in works:
        if isinstance(work, MarkAnnounced):
            for tenant in work.seq_of_tenant:
                wanted.setdefault(tenant, Wanted())
    due = _due(connection, now, sum(work.count_max for work in works if isinstance(work, Expire)))
    for tenant, id in due:
        of_tenant = wanted.setdefault(tenant, Wanted())
        of_tenant.ids.add(id)
        of_tenant.noted.add(id)
    books = Books(due=due)
    statement = "SELECT name, seq, documents, announced, no FROM tenants WHERE name IN {values}"
    for row in matching(connection, statement, list(wanted)):
        book = books.tenants[row[0]] = TenantBook(*row)
        fill(connection, book, wanted[book.name])
    return books


def _due(connection: driver.Connection, now: int, count_max: int) -> list[tuple[str, str]]:
    if not count_max:
        return []
    return connection.execute(
        "SELECT tenants.name, documents.id FROM documents JOIN tenants ON tenants.no = documents.tenant"
        " WHERE expires_at <= ? ORDER BY expires_at, documents.no LIMIT ?",
        (now, count_max),
    ).fetchall()


def fill(connection: driver.Connection, book: TenantBook, wanted: Wanted) -> None:
    """Bring into the tenant's book what is wanted of it."""
    rows = matching(
        connection,
        "SELECT id, no, collection, version, current, head, created_at, digest, place, expires_at FROM documents"
        " WHERE tenant = ? AND id IN {values}",
        list(wanted.ids),
        (book.stored_as,),
    )
    collections = _collections(connection, book, wanted.collections, {row[2] for row in rows})
    for row in rows:
        document = _document(row, collections[row[2]])
        book.rows[document.id] = document
    noted = (book.rows.get(id) for id in wanted.noted)
    _load_notes(connection, {row.stored_as: row for row in noted if row is not None and row.alive})
    statement = "SELECT key, digest, id, version, seq, outcome, at FROM keys WHERE tenant = ? AND key IN {values}"
    for key, digest, id, version, seq, outcome, at in matching(
        connection, statement, list(wanted.keys), (book.stored_as,)
    ):
        book.keys[key] = KeyRow(key, digest, id, version, Mark(seq), outcome, at)


def _document(row: driver.Row, collection: CollectionRow) -> DocumentRow:
    id, no, _, version, current, head, created_at, digest, place, expires_at = row
    # One number is one mark: the ledger compares marks by what they are, for some have no number yet.
    marks = {entry: Mark(seq_of(entry)) for entry in (abs(no), current, head)}
    return DocumentRow(
        id,
        collection,
        version,
        no > 0,
        marks[abs(no)],
        marks[current],
        marks[head],
        created_at,
        digest,
        place,
        expires_at,
        stored_as=no,
    )


def _collections(
    connection: driver.Connection, book: TenantBook, names: Iterable[str], numbers: Iterable[int]
) -> dict[int, CollectionRow]:
    columns = "SELECT name, documents, last_seq, last_at, no FROM collections WHERE"
    found = matching(connection, f"{columns} tenant = ? AND name IN {{values}}", list(names), (book.stored_as,))
    missing = set(numbers) - {row[4] for row in found}
    found += matching(connection, f"{columns} no IN {{values}}", list(missing))
    for row in found:
        book.collections[row[0]] = CollectionRow(*row)
    return {collection.stored_as: collection for collection in book.collections.values()}


def _load_notes(connection: driver.Connection, rows: dict[int, DocumentRow]) -> None:
    marks: dict[int, Mark] = {}
    columns = "document, entry, step, version, step_version, settled, digest"
    for document, entry, step, version, step_version, settled, digest in matching(
        connection, f"SELECT {columns} FROM notes WHERE document IN {{values}}", list(rows)
    ):
        mark = marks.setdefault(entry, Mark(seq_of(entry)))
        rows[document].notes[step] = Note(step, version, step_version, bool(settled), digest, mark)
