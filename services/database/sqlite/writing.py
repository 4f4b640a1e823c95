"""Writes down what the ledger has decided."""

from collections.abc import Iterable, Mapping

from services.database.books import CollectionRow, DocumentRow, Group, KeyRow, Posted, Superseded, TenantBook
from services.database.sqlite import driver
from services.database.sqlite.numbers import OP_NUMBERS, base_of
from services.database.sqlite.rows import insert, matching


def write(connection: driver.Connection, posted: Posted, at: int) -> None:
    for book in posted.books:
        _write_tenant(connection, book)
    for group in posted.groups:
        _write_collection(connection, group.book, group.collection)
    _write_entries(connection, posted.groups, at)
    write_notes(connection, posted.annotated)
    write_rows(connection, posted.rows)
    write_keys(connection, posted.keys)
    write_superseded(connection, posted.superseded)


def _write_tenant(connection: driver.Connection, book: TenantBook) -> None:
    values = (book.seq, book.documents, book.announced)
    if book.stored_as:
        statement = "UPDATE tenants SET seq = ?, documents = ?, announced = ? WHERE no = ?"
        connection.execute(statement, (*values, book.stored_as))
    else:
        statement = "INSERT INTO tenants (seq, documents, announced, name) VALUES (?, ?, ?, ?)"
        [(book.stored_as,)] = connection.execute(f"{statement} RETURNING no", (*values, book.name)).fetchall()


def _write_collection(connection: driver.Connection, book: TenantBook, collection: CollectionRow) -> None:
    if collection.stored_as:
        update_collection(connection, collection)
    else:
        values = (collection.documents, collection.last_seq, collection.last_at)
        statement = "INSERT INTO collections (documents, last_seq, last_at, tenant, name) VALUES (?, ?, ?, ?, ?)"
        new = (*values, book.stored_as, collection.name)
        [(collection.stored_as,)] = connection.execute(f"{statement} RETURNING no", new).fetchall()


def update_collection(connection: driver.Connection, collection: CollectionRow) -> None:
    values = (collection.documents, collection.last_seq, collection.last_at)
    statement = "UPDATE collections SET documents = ?, last_seq = ?, last_at = ? WHERE no = ?"
    connection.execute(statement, (*values, collection.stored_as))


def _write_entries(connection: driver.Connection, groups: Iterable[Group], at: int) -> None:
    rows: list[tuple[driver.Value, ...]] = []
    for group in groups:
        base, collection = base_of(group.book.stored_as), group.collection.stored_as
        for entry in group.entries:
            previous = None if entry.previous is None else base + entry.previous.seq
            op = OP_NUMBERS[entry.op]
            number = base + entry.seq
            rows.append((number, op, collection, entry.id, entry.version, at, entry.place, previous, entry.body))
    insert(
        connection,
        "INSERT INTO changes (entry, op, collection, id, version, at, place, previous, body) {rows}",
        rows,
    )


def write_rows(connection: driver.Connection, rows: Mapping[DocumentRow, TenantBook]) -> None:
    """New documents, documents that stay where they are in the list, and those that leave it or come back to it."""
    created: list[tuple[driver.Value, ...]] = []
    changed: list[tuple[driver.Value, ...]] = []
    moved: list[tuple[driver.Value, ...]] = []
    for row, book in rows.items():
        base = base_of(book.stored_as)
        number = base + row.created.seq if row.alive else -base - row.created.seq
        pointers = base + row.current.seq, base + row.head.seq
        values = (number, row.version, *pointers, row.digest, row.place, row.expires_at)
        if not row.stored_as:
            created.append((*values, row.created_at, book.stored_as, row.id, row.collection.stored_as))
        elif row.stored_as == number:
            changed.append(values)
        else:
            moved.append((*values, row.created_at, row.stored_as))
        row.stored_as = number
    columns = "no, version, current, head, digest, place, expires_at, created_at, tenant, id, collection"
    insert(connection, f"INSERT INTO documents ({columns}) {{rows}}", created)
    insert(connection, _UPDATE.format(moved="", number=1, rows="{rows}"), changed)
    moving = "no = new.column1, created_at = new.column8,"
    insert(connection, _UPDATE.format(moved=moving, number=9, rows="{rows}"), moved)


# Not one upsert for all: that would write every index of the row again.
_UPDATE = """
    UPDATE documents SET {moved} version = new.column2, current = new.column3, head = new.column4,
        digest = new.column5, place = new.column6, expires_at = new.column7
    FROM ({rows}) AS new WHERE documents.no = new.column{number}
"""


def write_notes(connection: driver.Connection, rows: Mapping[DocumentRow, TenantBook]) -> None:
    """All notes of these documents, which are still known by the numbers that they had before."""
    statement = "DELETE FROM notes WHERE document IN {values}"
    matching(connection, statement, [row.stored_as for row in rows if row.stored_as > 0])
    notes: list[tuple[driver.Value, ...]] = []
    for row, book in rows.items():
        base = base_of(book.stored_as)
        notes += [
            (
                base + row.created.seq,
                note.step,
                note.version,
                note.step_version,
                note.settled,
                note.digest,
                base + note.mark.seq,
            )
            for note in row.notes.values()
        ]
    columns = "document, step, version, step_version, settled, digest, entry"
    insert(connection, f"INSERT INTO notes ({columns}) {{rows}}", notes)


def write_keys(connection: driver.Connection, keys: Iterable[tuple[TenantBook, KeyRow]]) -> None:
    rows: list[tuple[driver.Value, ...]] = [
        (book.stored_as, key.key, key.digest, key.id, key.version, key.mark.seq, key.outcome, key.at)
        for book, key in keys
    ]
    insert(connection, "INSERT INTO keys (tenant, key, digest, id, version, seq, outcome, at) {rows}", rows)


def write_superseded(connection: driver.Connection, superseded: Iterable[Superseded]) -> None:
    rows = [(at, base_of(book.stored_as) + mark.seq) for at, book, mark in superseded]
    insert(connection, "INSERT INTO superseded (at, entry) {rows}", rows)
