"""The ledger decides: which works of a transaction become changes, under which numbers, and what is answered.

It is pure. A store loads what `wanted_by` asks for into `Books`, lets the ledger post the works, and writes down what
comes of it. All works see what those before them have done. Numbers are given last, by collection, so that what is
announced together is numbered together; one document's changes keep their order, for it lives in one collection.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Literal

from services.database import transitions, verdicts
from services.database.books import (
    NOTHING,
    Books,
    CollectionRow,
    DocumentRow,
    Entry,
    Group,
    KeyRow,
    Mark,
    Note,
    Posted,
    TenantBook,
)
from services.database.content import is_settled, milliseconds_text, note_of
from services.database.numbering import number
from services.database.store import Annotate, Answer, Delete, Expire, MarkAnnounced, Save, Work
from shared.clock import from_milliseconds, to_milliseconds
from shared.contracts.annotations import AnnotateOutcome, Annotation
from shared.contracts.changes import Op
from shared.contracts.documents import Deleted, Outcome
from shared.contracts.problem import Problem
from shared.contracts.saving import Receipt, Sealed
from shared.errors import Invalid, PostilError

# Answers whose number is not known yet: one to a document, and one to an annotation.
_Posted = tuple[str, int, Mark, Outcome]
_PostedNote = tuple[str, str, Mark, Literal["annotated", "unchanged"]]


def post(books: Books, works: Sequence[Work], now: datetime) -> Posted:
    """Decide all of it. The books stand at the new state afterwards."""
    return _Posting(books, now).post(works)


class _Posting:
    def __init__(self, books: Books, now: datetime) -> None:
        self._books = books
        self._at = to_milliseconds(now)
        self._at_text = milliseconds_text(self._at)
        self._posted = Posted()
        self._groups: dict[CollectionRow, Group] = {}

    def post(self, works: Sequence[Work]) -> Posted:
        answers = [self._decide(work) for work in works]
        posted = self._posted
        for group in self._groups.values():
            posted.runs.append(number(group, self._at, self._at_text))
            posted.groups.append(group)
            posted.books[group.book] = None
        posted.answers = [answer() for answer in answers]
        return posted

    def _decide(self, work: Work) -> Callable[[], Answer]:
        """Decide one work; what is returned gives the answer once numbers are known."""
        if isinstance(work, Save):
            book = self._books.of(work.tenant)
            saved = [self._save(book, sealed) for sealed in work.documents]
            return lambda: [_receipt(each) for each in saved]
        if isinstance(work, Annotate):
            annotated = self._annotate(self._books.of(work.tenant), work)
            return lambda: [_annotated(receipt) for receipt in annotated]
        if isinstance(work, Delete):
            return self._delete(self._books.of(work.tenant), work)
        if isinstance(work, Expire):
            count = self._expire(work.count_max)
            return lambda: count
        if isinstance(work, MarkAnnounced):
            self._mark_announced(work)
        return lambda: None

    def _save(self, book: TenantBook, sealed: Sealed) -> Receipt | _Posted:
        try:
            key = sealed.idempotency_key
            if key is not None and (known := book.keys.get(key)) is not None:
                verdicts.on_key(known, sealed.digest)
                return known.id, known.version, known.mark, known.outcome
            expires_at = self._end_of(sealed)
            row = book.rows.get(sealed.id)
            outcome = verdicts.on_put(row, sealed)
        except PostilError as error:
            return Receipt(sealed.id, error=Problem.of(error))
        if row is None or outcome != "unchanged":
            row = self._put(book, row, sealed, expires_at)
        elif sealed.place is not None and (row.place is None or sealed.place > row.place):
            row.place = sealed.place
            self._posted.rows[row] = book
        if key is not None:
            known = KeyRow(key, sealed.digest, sealed.id, row.version, row.current, outcome, self._at)
            book.keys[key] = known
            self._posted.keys.append((book, known))
        return sealed.id, row.version, row.current, outcome

    def _put(self, book: TenantBook, row: DocumentRow | None, sealed: Sealed, expires_at: int | None) -> DocumentRow:
        if row is None:
            row = _new_row(book, sealed.id, sealed.collection)
        entry = self._enter("put", book, row)
        transitions.put(self._posted, book, row, entry, self._at)
        entry.content, entry.key, entry.place = sealed.content, sealed.idempotency_key, sealed.place
        entry.created_at, entry.expires_at = row.created_at, expires_at
        row.digest, row.expires_at = sealed.digest, expires_at
        if sealed.place is not None:
            row.place = sealed.place
        return row

    def _enter(self, op: Op, book: TenantBook, row: DocumentRow) -> Entry:
        """A change of the document at the end of the log, so far without a number."""
        if op != "annotate":
            row.version += 1
        entry = Entry(0, op, row.id, row.version, None if row.head is NOTHING else row.head)
        group = self._groups.get(row.collection)
        if group is None:
            group = self._groups[row.collection] = Group(book, row.collection)
        group.entries.append(entry)
        return entry

    def _end_of(self, sealed: Sealed) -> int | None:
        if sealed.ttl_seconds is None:
            return None
        try:
            return to_milliseconds(from_milliseconds(self._at) + timedelta(seconds=sealed.ttl_seconds))
        except OverflowError as error:
            raise Invalid("ttl_seconds: it would end after the year 9999") from error

    def _delete(self, book: TenantBook, work: Delete) -> Callable[[], Answer]:
        try:
            row = verdicts.on_delete(book.rows.get(work.id), work.id, work.if_version, work.erase)
        except PostilError as error:
            refusal = error
            return lambda: refusal
        if row.alive:
            self._end(book, row, "delete")
        if work.erase:
            self._posted.erased.append((book, row.head))
        version, mark = row.version, row.current
        return lambda: Deleted(id=work.id, version=version, seq=mark.seq)

    def _end(self, book: TenantBook, row: DocumentRow, op: Op) -> None:
        transitions.end(self._posted, book, row, self._enter(op, book, row), self._at)

    def _expire(self, count_max: int) -> int:
        rows = [(book := self._books.of(tenant), book.rows[id]) for tenant, id in self._books.due]
        # Looked at again: an earlier work of this transaction may have deleted one or given it new life.
        due = [(book, row) for book, row in rows if row.expires_at is not None and row.expires_at <= self._at]
        for book, row in due[:count_max]:
            self._end(book, row, "expire")
        return min(len(due), count_max)

    def _annotate(self, book: TenantBook, work: Annotate) -> list[AnnotateOutcome | _PostedNote]:
        entries: dict[DocumentRow, Entry] = {}
        return [self._annotate_one(book, annotation, entries, work.once) for annotation in work.annotations]

    def _annotate_one(
        self, book: TenantBook, annotation: Annotation, entries: dict[DocumentRow, Entry], once: bool
    ) -> AnnotateOutcome | _PostedNote:
        try:
            row, too_late = verdicts.on_annotation(book.rows.get(annotation.id), annotation)
            text, digest = note_of(annotation, self._at_text)
        except PostilError as error:
            return AnnotateOutcome(id=annotation.id, step=annotation.step, error=Problem.of(error))
        if too_late:
            return AnnotateOutcome(id=annotation.id, step=annotation.step, outcome="stale")
        old = row.notes.get(annotation.step)
        if old is not None and (
            old.digest == digest or (once and old.serves(annotation.version, annotation.step_version))
        ):
            return annotation.id, annotation.step, old.mark, "unchanged"
        if row not in entries:
            entries[row] = self._enter("annotate", book, row)
        entry = entries[row]
        entry.notes[annotation.step] = text
        settled = is_settled(annotation.status)
        note = Note(annotation.step, annotation.version, annotation.step_version, settled, digest, entry)
        transitions.annotate(self._posted, book, row, entry, self._at, {note.step: note})
        return annotation.id, annotation.step, entry, "annotated"

    def _mark_announced(self, work: MarkAnnounced) -> None:
        for tenant, seq in work.seq_of_tenant.items():
            book = self._books.of(tenant)
            if book.announced < seq <= book.seq:
                book.announced = seq
                self._posted.books[book] = None


def _new_row(book: TenantBook, id: str, name: str) -> DocumentRow:
    collection = book.collections.get(name)
    if collection is None:
        collection = book.collections[name] = CollectionRow(name)
    row = book.rows[id] = DocumentRow(id, collection)
    return row


def _receipt(posted: Receipt | _Posted) -> Receipt:
    if isinstance(posted, Receipt):
        return posted
    id, version, mark, outcome = posted
    return Receipt(id, version, mark.seq, outcome)


def _annotated(receipt: AnnotateOutcome | _PostedNote) -> AnnotateOutcome:
    if isinstance(receipt, AnnotateOutcome):
        return receipt
    id, step, mark, outcome = receipt
    return AnnotateOutcome(id=id, step=step, seq=mark.seq, outcome=outcome)
