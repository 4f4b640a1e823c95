"""Derives from the log, record by record, the state that the ledger left behind; and notes where the log itself is
not as it should be."""

from collections.abc import Mapping
from datetime import datetime

import orjson
from pydantic import JsonValue

from services.database import transitions
from services.database.books import NOTHING, CollectionRow, DocumentRow, KeyRow, Mark, Note, Posted, TenantBook
from services.database.content import digest_of_note, is_settled
from services.database.findings import Findings
from services.database.records import Record
from shared.clock import to_milliseconds
from shared.contracts.content import digest_of_document
from shared.contracts.documents import Outcome

_VERSIONS = ("version", "step_version")


class Replay:
    """Of one tenant, from the beginning. `book` holds the rows that are concerned, as they were before."""

    def __init__(self, book: TenantBook, keys_kept_since: int, findings: Findings) -> None:
        self._book = book
        self._keys_kept_since = keys_kept_since
        self._findings = findings
        self.posted = Posted()
        self.collections: dict[CollectionRow, None] = {}
        # Pointers to the previous change of the same document, where they are others than they should be.
        self.previous: dict[int, int | None] = {}

    def apply(self, record: Record) -> None:
        book, mark = self._book, Mark(record.seq)
        collection = book.collections.setdefault(record.collection, CollectionRow(record.collection))
        row = book.rows.get(record.id)
        if row is None:
            row = book.rows[record.id] = DocumentRow(record.id, collection)
        self._check(row, record)
        book.seq = record.seq
        collection.last_seq, collection.last_at = record.seq, record.at
        self.collections[collection] = None
        row.version = record.version
        if record.op == "put":
            self._put(row, record, mark)
        elif record.op == "annotate":
            self._annotate(row, record, mark)
        else:
            transitions.end(self.posted, book, row, mark, record.at)

    def _check(self, row: DocumentRow, record: Record) -> None:
        where = f"change {record.seq}"
        self._findings.expect("number", where, record.seq, self._book.seq + 1)
        self._findings.expect("collection", where, record.collection, row.collection.name)
        version = row.version if record.op == "annotate" else row.version + 1
        self._findings.expect("version", where, record.version, version)
        previous = None if row.head is NOTHING else row.head.seq
        if not self._findings.expect("previous change", where, record.previous, previous):
            self.previous[record.seq] = previous

    def _put(self, row: DocumentRow, record: Record, mark: Mark) -> None:
        outlives = row.alive
        transitions.put(self.posted, self._book, row, mark, record.at)
        if record.place is not None and (row.place is None or record.place > row.place):
            row.place = record.place
        row.digest = row.expires_at = None
        document = self._parsed(record)
        if not isinstance(document, dict):
            return
        row.digest = digest_of_document(document)
        ends = document.get("expires_at")
        if isinstance(ends, str):
            row.expires_at = to_milliseconds(datetime.fromisoformat(ends))
        key = document.get("idempotency_key")
        if isinstance(key, str) and record.at >= self._keys_kept_since:
            outcome: Outcome = "updated" if outlives else "created"
            known = KeyRow(key, row.digest, row.id, row.version, mark, outcome, record.at)
            self.posted.keys.append((self._book, known))

    def _annotate(self, row: DocumentRow, record: Record, mark: Mark) -> None:
        notes = self._parsed(record)
        new = [_note(note, mark) for note in notes if isinstance(note, dict)] if isinstance(notes, list) else []
        transitions.annotate(self.posted, self._book, row, mark, record.at, {note.step: note for note in new})

    def _parsed(self, record: Record) -> JsonValue:
        """The body; None if it is not kept any more."""
        if record.body is None:
            return None
        try:
            body: JsonValue = orjson.loads(record.body)
        except orjson.JSONDecodeError:
            self._findings.add("body", f"change {record.seq}", "not JSON", "JSON")
            return None
        return body


def _note(note: Mapping[str, JsonValue], mark: Mark) -> Note:
    version, step_version = (value if isinstance(value := note.get(name), int) else 0 for name in _VERSIONS)
    settled = is_settled(note.get("status"))
    return Note(str(note.get("step")), version, step_version, settled, digest_of_note(note), mark)
