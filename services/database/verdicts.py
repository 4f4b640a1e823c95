"""The rules by which a put, a deletion or an annotation is taken, told `unchanged`, or refused. Pure."""

from services.database.books import DocumentRow, KeyRow
from shared.contracts.annotations import Annotation
from shared.contracts.documents import Outcome
from shared.contracts.saving import Sealed
from shared.errors import Conflict, NotFound


def on_put(row: DocumentRow | None, sealed: Sealed) -> Outcome:
    """What putting the document amounts to; raises `Conflict`."""
    if row is None:
        if sealed.if_version:
            raise Conflict(f"if_version is {sealed.if_version}, but there is no document {sealed.id!r}")
        return "created"
    # First of all: whatever has happened since, a redelivery must find nothing left to do.
    if sealed.place is not None and row.place is not None and sealed.place <= row.place:
        return "unchanged"
    if sealed.collection != row.collection.name:
        raise Conflict(f"document {sealed.id!r} belongs to the collection {row.collection.name!r} for good")
    same = row.alive and sealed.digest == row.digest
    if sealed.if_version is not None and sealed.if_version != (row.version if row.alive else 0):
        if same and _is_retry(row, sealed.if_version):
            return "unchanged"
        raise Conflict(f"if_version is {sealed.if_version}, but {_standing(row)}")
    # A lifetime counts from the newest put, so putting it again is more than a repetition.
    if same and sealed.ttl_seconds is None:
        return "unchanged"
    return "updated" if row.alive else "created"


def _is_retry(row: DocumentRow, if_version: int) -> bool:
    """This content was put on top of that version already: the reply must have been lost."""
    return row.version == if_version + 1 or (if_version == 0 and row.created is row.current)


def _standing(row: DocumentRow) -> str:
    return f"document {row.id!r} " + (
        f"is at version {row.version}" if row.alive else f"was deleted, which was its version {row.version}"
    )


def on_key(known: KeyRow, digest: bytes) -> None:
    """Raises `Conflict` unless the key stands for this very content."""
    if known.digest != digest:
        raise Conflict(f"the idempotency key {known.key!r} was used for other content, as document {known.id!r}")


def on_delete(row: DocumentRow | None, id: str, if_version: int | None, erase: bool) -> DocumentRow:
    """The row to delete, or, in order to erase it, the tombstone; raises `NotFound` or `Conflict`."""
    if row is None or not (row.alive or erase):
        raise NotFound(f"there is no document {id!r}")
    # Of a tombstone, the version before it counts as well: that is what was deleted.
    if if_version is not None and if_version not in ((row.version,) if row.alive else (row.version, row.version - 1)):
        raise Conflict(f"if_version is {if_version}, but {_standing(row)}")
    return row


def on_annotation(row: DocumentRow | None, annotation: Annotation) -> tuple[DocumentRow, bool]:
    """The document, and whether the annotation is too late for it; raises `NotFound` or `Conflict`."""
    if row is None or not row.alive:
        raise NotFound(f"there is no document {annotation.id!r}")
    if annotation.version > row.version:
        raise Conflict(f"version {annotation.version} is not known: {_standing(row)}")
    return row, annotation.version < row.version
