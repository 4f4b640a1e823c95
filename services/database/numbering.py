"""Gives the changes of a transaction their numbers, and with the numbers their final form."""

from collections.abc import Sequence

from services.database.books import CollectionRow, Entry
from services.database.content import change_json, document_json, milliseconds_text
from services.database.store import Run, StoredChange


def number(collection: CollectionRow, entries: Sequence[Entry], at: int) -> Run:
    """Give the collection's new changes the tenant's next numbers, and write their bodies."""
    book = collection.book
    at_text = milliseconds_text(at)
    previous_seq = collection.last_seq
    changes: list[StoredChange] = []
    for seq, entry in enumerate(entries, book.seq + 1):
        entry.seq = seq
        entry.body = _body(book.name, entry, at, at_text)
        said = change_json(seq, entry.op, collection.name, entry.row.id, entry.version, at_text, entry.body)
        changes.append(StoredChange(seq, collection.name, said))
    book.seq += len(entries)
    collection.last_seq, collection.last_at = book.seq, at
    return Run(book.name, collection.name, previous_seq, changes)


def _body(tenant: str, entry: Entry, at: int, at_text: str) -> bytes | None:
    if entry.op == "put":
        created = at_text if entry.created_at == at else milliseconds_text(entry.created_at)
        ends = None if entry.expires_at is None else milliseconds_text(entry.expires_at)
        return document_json(entry.content, entry.key, tenant, entry.version, entry.seq, (created, at_text, ends))
    if entry.op == "annotate":
        return b"[" + b",".join(entry.notes.values()) + b"]"
    return None
