"""`MemoryStore`: the same ledger over dictionaries, for simulations and tests. Nothing in it waits for anything."""

from bisect import insort
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import orjson

from services.database.books import Books, CollectionRow, DocumentRow, Entry, Mark, Posted, TenantBook
from services.database.content import change_json, chosen_notes, milliseconds_text, notes_then, with_notes
from services.database.cursors import cursor_after, seq_after
from services.database.examining import examination_of
from services.database.ledger import post
from services.database.pending import is_asked_for, lacking
from services.database.records import Record
from services.database.store import (
    Answer,
    ChangeRows,
    Commit,
    DocumentRows,
    Expire,
    PendingRow,
    PendingRows,
    Run,
    StoredChange,
    TenantState,
    Thin,
    Work,
)
from shared.clock import Clock, from_milliseconds, to_milliseconds
from shared.contracts.pending import ListPending
from shared.contracts.stats import CollectionStats, Stats
from shared.contracts.upkeep import Examination
from shared.errors import NotFound


@dataclass(slots=True)
class _Shelf:
    """What is kept of one tenant besides its book."""

    records: list[Record] = field(default_factory=list)

    def at(self, mark: Mark) -> Record:
        return self.records[mark.seq - 1]

    def chain(self, head: int | None) -> Iterable[Record]:
        while head:
            record = self.records[head - 1]
            yield record
            head = record.previous


class MemoryStore:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._books = Books()
        self._shelves: dict[str, _Shelf] = {}
        # What `Thin` takes away in time, the oldest first.
        self._superseded: list[tuple[int, int, int, str]] = []
        self._keys: list[tuple[int, str, str]] = []
        self._kept_since = {"keys": 0}

    async def commit(self, works: Sequence[Work]) -> Commit:
        now = self._clock.now()
        count_max = sum(work.count_max for work in works if isinstance(work, Expire))
        self._books.due = self._due(to_milliseconds(now), count_max) if count_max else ()
        posted = post(self._books, works, now)
        self._keep(posted, to_milliseconds(now))
        answers: list[Answer] = list(posted.answers)
        for index, work in enumerate(works):
            if isinstance(work, Thin):
                answers[index] = self._thin(to_milliseconds(work.before), work.count_max)
        for book, mark in posted.erased:
            for record in self._shelves[book.name].chain(mark.seq):
                record.body = None
        return Commit(answers, posted.runs)

    def _due(self, now: int, count_max: int) -> list[tuple[str, str]]:
        found = [
            (row.expires_at, book.stored_as, row.created.seq, book.name, row.id)
            for book in self._books.tenants.values()
            for row in book.rows.values()
            if row.expires_at is not None and row.expires_at <= now
        ]
        return [(tenant, id) for *_, tenant, id in sorted(found)[:count_max]]

    def _keep(self, posted: Posted, at: int) -> None:
        for book in posted.books:
            if not book.stored_as:
                self._shelves[book.name] = _Shelf()
                book.stored_as = len(self._shelves)
        for group in posted.groups:
            self._shelves[group.book.name].records += [_recorded(group.collection.name, e, at) for e in group.entries]
        for since, book, mark in posted.superseded:
            insort(self._superseded, (since, book.stored_as, mark.seq, book.name))
        self._keys += [(key.at, book.name, key.key) for book, key in posted.keys]

    def _thin(self, before: int, count_max: int) -> int:
        replaced = [due for due in self._superseded if due[0] < before][:count_max]
        del self._superseded[: len(replaced)]
        for _, _, seq, tenant in replaced:
            self._shelves[tenant].records[seq - 1].body = None
        oldest = self._keys[: count_max - len(replaced)]
        count = next((index for index, (at, _, _) in enumerate(oldest) if at >= before), len(oldest))
        del self._keys[:count]
        for at, tenant, key in oldest[:count]:
            del self._books.tenants[tenant].keys[key]
            self._kept_since["keys"] = max(self._kept_since["keys"], at + 1)
        return len(replaced) + count

    async def get(self, tenant: str, id: str, at: int | datetime | None) -> bytes:
        row = self._book(tenant).rows.get(id)
        if at is not None:
            return self._get_at(tenant, id, row, at)
        if row is None or not row.alive:
            raise NotFound(f"there is no document {id!r}")
        return self._document(tenant, row)

    def _get_at(self, tenant: str, id: str, row: DocumentRow | None, at: int | datetime) -> bytes:
        put: Record | None = None
        annotations: list[Record] = []
        for record in self._shelves[tenant].chain(row.head.seq) if row else ():
            if (to_milliseconds(at) < record.at) if isinstance(at, datetime) else (at < record.seq):
                continue
            if record.op == "annotate":
                annotations.append(record)
            elif record.op == "put":
                put = put or record
            else:
                break
        if put is None:
            raise NotFound(f"there was no document {id!r} at that time")
        if put.body is None:
            raise NotFound(f"the content of document {id!r} at that time is no longer kept")
        return with_notes(put.body, notes_then([record.body for record in annotations[::-1]]))

    def _document(self, tenant: str, row: DocumentRow) -> bytes:
        shelf = self._shelves[tenant]
        steps: dict[int, set[str]] = {}
        for note in row.notes.values():
            steps.setdefault(note.mark.seq, set()).add(note.step)
        notes = [text for seq in sorted(steps) for text in chosen_notes(shelf.records[seq - 1].body, steps[seq])]
        return with_notes(shelf.at(row.current).body or b"", notes)

    def _book(self, tenant: str) -> TenantBook:
        return self._books.tenants.get(tenant) or TenantBook(tenant)

    def _listed(self, tenant: str, collection: str | None) -> list[DocumentRow]:
        rows = self._book(tenant).rows.values()
        listed = [row for row in rows if row.alive and collection in (None, row.collection.name)]
        return sorted(listed, key=lambda row: row.created.seq)

    async def list(
        self, tenant: str, collection: str | None, limit: int, bytes_max: int, after: str | None
    ) -> DocumentRows:
        since = seq_after(tenant, collection, after)
        listed = self._listed(tenant, collection)
        rows = [row for row in listed if row.created.seq > since]
        items = self._page(tenant, rows, limit, bytes_max)
        more = len(items) < len(rows)
        follows = cursor_after(tenant, collection, rows[len(items) - 1].created.seq) if more else None
        return DocumentRows(items, follows, len(listed))

    def _page(self, tenant: str, rows: Sequence[DocumentRow], limit: int, bytes_max: int) -> Sequence[bytes]:
        sizes = (len(self._shelves[tenant].at(row.current).body or b"") for row in rows)
        return [self._document(tenant, row) for row in rows[: _fitting(sizes, limit, bytes_max)]]

    async def recent(self, tenant: str, collection: str, limit: int, bytes_max: int) -> Sequence[bytes]:
        return self._page(tenant, self._listed(tenant, collection)[::-1], limit, bytes_max)

    def _records(
        self, tenant: str, since: int, collection: str | None, limit: int, bytes_max: int
    ) -> tuple[Sequence[Record], bool]:
        shelf = self._shelves.get(tenant) or _Shelf()
        found = [record for record in shelf.records[max(since, 0) :] if collection in (None, record.collection)]
        count = _fitting([len(record.body or b"") for record in found], limit, bytes_max)
        return found[:count], count < len(found)

    async def changes(self, tenant: str, since: int, collection: str | None, limit: int, bytes_max: int) -> ChangeRows:
        records, more = self._records(tenant, since, collection, limit, bytes_max)
        return ChangeRows(_stored(records), records[-1].seq if more else self._book(tenant).seq)

    async def runs(self, tenant: str, since: int, limit: int, bytes_max: int) -> Sequence[Run]:
        records, _ = self._records(tenant, since, None, limit, bytes_max)
        grouped: list[list[Record]] = []
        for record in records:
            if not grouped or grouped[-1][-1].collection != record.collection:
                grouped.append([])
            grouped[-1].append(record)
        return [
            Run(tenant, group[0].collection, self._last_before(tenant, group[0]), _stored(group)) for group in grouped
        ]

    def _last_before(self, tenant: str, first: Record) -> int:
        before = self._shelves[tenant].records[: first.seq - 1]
        return next((record.seq for record in reversed(before) if record.collection == first.collection), 0)

    async def pending(self, tenant: str, query: ListPending, limit: int, bytes_max: int) -> PendingRows:
        since = seq_after(tenant, None, query.after)
        items: list[PendingRow] = []
        size = looked_at = 0
        for row in self._listed(tenant, None):
            if row.created.seq <= since:
                continue
            document, steps = self._document(tenant, row), self._lacking(row, query)
            if steps and (not query.kinds or orjson.loads(document).get("kind") in query.kinds):
                size += len(document)
                if items and (len(items) == limit or size > bytes_max):
                    return PendingRows(items, cursor_after(tenant, None, since), looked_at)
                items.append(PendingRow(document, steps))
            since, looked_at = row.created.seq, looked_at + 1
        return PendingRows(items, None, looked_at)

    def _lacking(self, row: DocumentRow, query: ListPending) -> Sequence[str]:
        notes = [note for note in row.notes.values() if note.step in query.steps]
        if not is_asked_for(row.collection.name, query.collections):
            return ()
        if query.only == "failed" and all(note.settled for note in notes):
            return ()
        return lacking(query, [note.step for note in notes if note.serves(row.version, query.steps[note.step])])

    async def stats(self, tenant: str, collection: str | None) -> Stats:
        book = self._book(tenant)
        rows = [row for name, row in sorted(book.collections.items()) if collection in (None, name)]
        return Stats(
            documents=book.documents,
            last_seq=book.seq,
            announced_seq=book.announced,
            collections=tuple(_stats_of(row) for row in rows),
        )

    async def tenants(self) -> Sequence[TenantState]:
        books = [book for _, book in sorted(self._books.tenants.items()) if book.seq]
        return [TenantState(book.name, book.seq, book.announced) for book in books]

    async def examine(self, tenant: str, repair: bool) -> Examination:
        """There is nothing that could drift here but by a mistake in the ledger, so nothing is ever repaired."""
        records = (self._shelves.get(tenant) or _Shelf()).records
        superseded = [seq for _, _, seq, whose in self._superseded if whose == tenant]
        return examination_of(self._book(tenant), records, superseded, self._kept_since["keys"])

    async def size_bytes(self) -> int:
        return sum(len(record.body or b"") for shelf in self._shelves.values() for record in shelf.records)

    async def close(self) -> None:
        """Nothing to let go of: whoever has the store still has what is in it."""


def _recorded(collection: str, entry: Entry, at: int) -> Record:
    previous = None if entry.previous is None else entry.previous.seq
    return Record(entry.seq, entry.op, collection, entry.id, entry.version, at, entry.place, previous, entry.body)


def _fitting(sizes: Iterable[int], limit: int, bytes_max: int) -> int:
    """How many of them make a page: at least one, however large."""
    count = total = 0
    for size in sizes:
        total += size
        if count and (count == limit or total > bytes_max):
            break
        count += 1
    return count


def _stored(records: Iterable[Record]) -> "list[StoredChange]":
    return [
        StoredChange(
            record.seq,
            record.collection,
            change_json(
                record.seq,
                record.op,
                record.collection,
                record.id,
                record.version,
                milliseconds_text(record.at),
                record.body,
            ),
        )
        for record in records
    ]


def _stats_of(row: CollectionRow) -> CollectionStats:
    last_at = None if row.last_at is None else from_milliseconds(row.last_at)
    return CollectionStats(collection=row.name, documents=row.documents, last_seq=row.last_seq, last_at=last_at)
