"""Gives the changes of a transaction their numbers, and with the numbers their final form."""

from services.database.books import Entry, Group
from services.database.content import change_json, document_json, milliseconds_text
from services.database.store import Run, StoredChange


def number(group: Group, at: int, at_text: str) -> Run:
    """Give the group the tenant's next numbers, and write the bodies of its changes."""
    book, collection = group.book, group.collection
    previous_seq = collection.last_seq
    changes: list[StoredChange] = []
    for seq, entry in enumerate(group.entries, book.seq + 1):
        entry.seq = seq
        entry.body = _body(book.name, entry, at, at_text)
        said = change_json(seq, entry.op, collection.name, entry.id, entry.version, at_text, entry.body)
        changes.append(StoredChange(seq, collection.name, said))
    book.seq += len(group.entries)
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
