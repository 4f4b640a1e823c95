"""How a document's row moves from one state to the next. The ledger makes it do so, and a replay of the log again."""

from collections.abc import Mapping

from services.database.books import DocumentRow, Mark, Note, Posted, TenantBook


def put(posted: Posted, book: TenantBook, row: DocumentRow, mark: Mark, at: int) -> None:
    """A new version, and a new life if there was none."""
    if row.alive:
        posted.superseded.append((at, book, row.current))
    else:
        row.alive, row.created, row.created_at = True, mark, at
        book.documents += 1
        row.collection.documents += 1
    row.current = row.head = mark
    posted.rows[row] = book


def end(posted: Posted, book: TenantBook, row: DocumentRow, mark: Mark, at: int) -> None:
    """The document becomes a tombstone."""
    posted.superseded += [(at, book, body) for body in row.bodies()]
    row.alive, row.digest, row.expires_at = False, None, None
    row.notes.clear()
    row.current = row.head = mark
    book.documents -= 1
    row.collection.documents -= 1
    posted.rows[row] = posted.annotated[row] = book


def annotate(
    posted: Posted, book: TenantBook, row: DocumentRow, mark: Mark, at: int, notes: Mapping[str, Note]
) -> None:
    """New notes take the place of older ones by the same steps."""
    before = row.bodies()
    row.notes.update(notes)
    needed = set(row.bodies())
    posted.superseded += [(at, book, body) for body in before if body not in needed]
    row.head = mark
    posted.rows[row] = posted.annotated[row] = book
