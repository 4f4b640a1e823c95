"""Compares a tenant's book with the one that a replay of the log gives: for a store that has both in memory."""

from collections.abc import Sequence

from services.database.books import TenantBook
from services.database.findings import COLLECTIONS, DOCUMENTS, KEYS, NOTES, SUPERSEDED, TENANT, Findings, Line
from services.database.records import Record
from services.database.replay import Replay
from shared.contracts.upkeep import Examination


def examination_of(
    book: TenantBook, records: Sequence[Record], superseded: Sequence[int], keys_kept_since: int
) -> Examination:
    """`superseded` are the changes whose replaced bodies wait to be dropped."""
    findings = Findings()
    rebuilt = TenantBook(book.name)
    replay = Replay(rebuilt, keys_kept_since, findings)
    for record in records:
        replay.apply(record)
    rebuilt.announced = min(book.announced, rebuilt.seq)
    rebuilt.keys = {key.key: key for _, key in replay.posted.keys}
    kept = {record.seq for record in records if record.body is not None}
    replaced = {mark.seq for _, _, mark in replay.posted.superseded}
    documents = DOCUMENTS.compare(findings, _documents(book), _documents(rebuilt))
    NOTES.compare(findings, _notes(book), _notes(rebuilt))
    KEYS.compare(findings, _keys(book, rebuilt), _keys(rebuilt, rebuilt))
    SUPERSEDED.compare(findings, _numbers(kept.intersection(superseded)), _numbers(kept & replaced))
    COLLECTIONS.compare(findings, _collections(book), _collections(rebuilt))
    TENANT.compare(findings, [_tenant(book)], [_tenant(rebuilt)])
    return Examination(
        findings=tuple(findings.shown),
        found=findings.count,
        repaired=False,
        changes_read=len(records),
        documents_read=documents,
    )


def _documents(book: TenantBook) -> list[Line]:
    return [
        (
            row.id,
            row.collection.name,
            row.version,
            row.alive,
            row.created.seq,
            row.current.seq,
            row.head.seq,
            row.created_at,
            row.digest,
            row.expires_at,
            row.place,
        )
        for _, row in sorted(book.rows.items())
    ]


def _notes(book: TenantBook) -> list[Line]:
    return [
        (id, step, note.version, note.mark.seq, note.digest)
        for id, row in sorted(book.rows.items())
        for step, note in sorted(row.notes.items())
    ]


def _keys(book: TenantBook, rebuilt: TenantBook) -> list[Line]:
    """Without the keys that came with a repetition: the log does not know them."""
    return [
        (key.key, key.id, key.version, key.mark.seq, key.digest, key.outcome)
        for _, key in sorted(book.keys.items())
        if key.key in rebuilt.keys
    ]


def _numbers(numbers: set[int]) -> list[Line]:
    return [(number,) for number in sorted(numbers)]


def _collections(book: TenantBook) -> list[Line]:
    return [(row.name, row.documents, row.last_seq, row.last_at) for _, row in sorted(book.collections.items())]


def _tenant(book: TenantBook) -> Line:
    return book.name, book.documents, book.seq, book.announced
