"""Writes down what the ledger has decided."""

from collections.abc import Iterable

from services.database.books import CollectionRow, DocumentRow, Entry, KeyRow, Mark, TenantBook
from services.database.ledger import Posted
from services.database.sqlite import driver
from services.database.sqlite.numbers import OP_NUMBERS, entry_of
from services.database.sqlite.rows import insert, matching


def write(connection: driver.Connection, posted: Posted, at: int) -> None:
    for book in posted.books:
        _write_tenant(connection, book)
    for collection in posted.collections:
        _write_collection(connection, collection)
    _write_entries(connection, posted.entries, at)
    write_derived(connection, posted, at)


def write_derived(connection: driver.Connection, posted: Posted, at: int) -> None:
    """Everything that could be rebuilt from the log, but for the counters."""
    write_notes(connection, posted.annotated)
    write_rows(connection, posted.rows)
    write_keys(connection, posted.keys)
    write_superseded(connection, posted.superseded, at)


def _write_tenant(connection: driver.Connection, book: TenantBook) -> None:
    values = (book.seq, book.documents, book.announced)
    if book.stored_as:
        statement = "UPDATE tenants SET seq = ?, documents = ?, announced = ? WHERE no = ?"
        connection.execute(statement, (*values, book.stored_as))
    else:
        statement = "INSERT INTO tenants (seq, documents, announced, name) VALUES (?, ?, ?, ?)"
        book.stored_as = connection.execute(statement, (*values, book.name)).lastrowid


def _write_collection(connection: driver.Connection, collection: CollectionRow) -> None:
    values = (collection.documents, collection.last_seq, collection.last_at)
    if collection.stored_as:
        statement = "UPDATE collections SET documents = ?, last_seq = ?, last_at = ? WHERE no = ?"
        connection.execute(statement, (*values, collection.stored_as))
    else:
        statement = "INSERT INTO collections (documents, last_seq, last_at, tenant, name) VALUES (?, ?, ?, ?, ?)"
        new = (*values, collection.book.stored_as, collection.name)
        collection.stored_as = connection.execute(statement, new).lastrowid


def _write_entries(connection: driver.Connection, entries: Iterable[Entry], at: int) -> None:
    rows: list[tuple[driver.Value, ...]] = []
    for entry in entries:
        row, collection, previous = entry.row, entry.row.collection, entry.previous
        tenant = collection.book.stored_as
        rows.append(
            (
                entry_of(tenant, entry.seq),
                OP_NUMBERS[entry.op],
                collection.stored_as,
                row.id,
                entry.version,
                at,
                entry.place,
                None if previous is None else entry_of(tenant, previous.seq),
                entry.body,
            )
        )
    insert(
        connection,
        "INSERT INTO changes (entry, op, collection, id, version, at, place, previous, body) {rows}",
        rows,
    )


def write_rows(connection: driver.Connection, rows: Iterable[DocumentRow]) -> None:
    """New documents, documents that stay where they are in the list, and those that leave it or come back to it."""
    created: list[tuple[driver.Value, ...]] = []
    changed: list[tuple[driver.Value, ...]] = []
    moved: list[tuple[driver.Value, ...]] = []
    for row in rows:
        tenant, number = row.collection.book.stored_as, number_of(row)
        values = (
            number,
            row.version,
            entry_of(tenant, row.current.seq),
            entry_of(tenant, row.head.seq),
            row.digest,
            row.place,
            row.expires_at,
        )
        if not row.stored_as:
            created.append((*values, row.created_at, tenant, row.id, row.collection.stored_as))
        elif row.stored_as == number:
            changed.append(values)
        else:
            moved.append((*values, row.created_at, row.stored_as))
        row.stored_as = number
    columns = "no, version, current, head, digest, place, expires_at, created_at, tenant, id, collection"
    insert(connection, f"INSERT INTO documents ({columns}) {{rows}}", created)
    insert(connection, _UPDATE.format(moved="", number=1, rows="{rows}"), changed)
    insert(
        connection, _UPDATE.format(moved="no = new.column1, created_at = new.column8,", number=9, rows="{rows}"), moved
    )


# Not one upsert for all: that would write every index of the row again.
_UPDATE = """
    UPDATE documents SET {moved} version = new.column2, current = new.column3, head = new.column4,
        digest = new.column5, place = new.column6, expires_at = new.column7
    FROM ({rows}) AS new WHERE documents.no = new.column{number}
"""


def number_of(row: DocumentRow) -> int:
    number = entry_of(row.collection.book.stored_as, row.created.seq)
    return number if row.alive else -number


def write_notes(connection: driver.Connection, rows: Iterable[DocumentRow]) -> None:
    """All notes of these documents, which are still known by the numbers that they had before."""
    documents = list(rows)
    statement = "DELETE FROM notes WHERE document IN {values}"
    matching(connection, statement, [row.stored_as for row in documents if row.stored_as > 0])
    notes: list[tuple[driver.Value, ...]] = []
    for row in documents:
        tenant, number = row.collection.book.stored_as, number_of(row)
        for note in row.notes.values():
            notes.append((number, note.step, note.version, note.digest, entry_of(tenant, note.mark.seq)))
    insert(connection, "INSERT INTO notes (document, step, version, digest, entry) {rows}", notes)


def write_keys(connection: driver.Connection, keys: Iterable[tuple[TenantBook, KeyRow]]) -> None:
    rows: list[tuple[driver.Value, ...]] = [
        (book.stored_as, key.key, key.digest, key.id, key.version, key.mark.seq, key.outcome, key.at)
        for book, key in keys
    ]
    insert(connection, "INSERT INTO keys (tenant, key, digest, id, version, seq, outcome, at) {rows}", rows)


def write_superseded(connection: driver.Connection, marks: Iterable[tuple[TenantBook, Mark]], at: int) -> None:
    rows = [(at, entry_of(book.stored_as, mark.seq)) for book, mark in marks]
    insert(connection, "INSERT INTO superseded (at, entry) {rows}", rows)
