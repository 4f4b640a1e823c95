"""Checking the audit: its chain, what the change log says has happened to it, and a head that somebody has kept."""

import re
from collections.abc import AsyncIterator, Iterator

from services.cli.session import Session
from shared.contracts.audit import AUDIT_COLLECTION, ChainReading, Flaw, Link, entry_number, hash_of
from shared.contracts.changes import Change, ListChanges
from shared.contracts.documents import Document, ListDocuments
from shared.errors import Invalid

PAGE_COUNT = 1_000
_HEAD = re.compile(r"(?P<number>[0-9]{1,12}):(?P<hash>[0-9a-f]{64})")
_WORDS_FOR_OP = {"delete": "was deleted", "expire": "was given an end, and has ended", "put": "was written again"}


def read_head(written: str) -> Link:
    found = _HEAD.fullmatch(written.strip().lower())
    if found is None:
        raise Invalid("a head is a number and a hash, as in 17:9f86d0… (64 hexadecimal digits)")
    return Link(int(found["number"]), found["hash"])


def written_head(head: Link) -> str:
    return f"{head.number}:{head.hash}"


class Examination:
    """Of one tenant's audit. It holds a digest of each entry in memory, and nothing else of them."""

    def __init__(self, session: Session, kept: Link | None) -> None:
        self._session = session
        self._kept = kept
        self._hash_of_kept: object = None
        self._chain = ChainReading()
        # What the log says is there, by its id, and how far the log was read.
        self._logged: dict[str, bytes] = {}
        self._last_seq = 0

    @property
    def head(self) -> Link:
        return self._chain.head

    @property
    def entries(self) -> int:
        return self._chain.entries

    async def flaws(self) -> AsyncIterator[Flaw]:
        """The log first: whatever is written meanwhile is then in the entries, and known to be newer."""
        async for change in self._changes():
            for flaw in self._read_change(change):
                yield flaw
        async for document in self._documents():
            for flaw in self._chain.read(document):
                yield flaw
            for flaw in self._compare(document):
                yield flaw
        for id in self._logged:
            yield Flaw(entry_number(id), f"{_named(id)} was written, as the log says, and is not there any more.")
        for flaw in self._missing_head():
            yield flaw

    def _read_change(self, change: Change) -> Iterator[Flaw]:
        # Notes stand beside an entry and change nothing in it.
        if change.op == "annotate":
            return
        if change.op != "put" or change.version > 1:
            when = f"{change.at:%Y-%m-%d %H:%M:%S} UTC, change {change.seq}"
            yield Flaw(entry_number(change.id), f"{_named(change.id)} {_WORDS_FOR_OP[change.op]} ({when}).")
        if change.op != "put":
            self._logged.pop(change.id, None)
        elif change.document is not None:
            self._logged[change.id] = _digest(change.document)

    def _compare(self, document: Document) -> Iterator[Flaw]:
        if self._kept is not None and entry_number(document.id) == self._kept.number:
            self._hash_of_kept = document.data.get("hash") if isinstance(document.data, dict) else None
        logged = self._logged.pop(document.id, None)
        if document.seq > self._last_seq:
            return
        if logged is None:
            yield Flaw(entry_number(document.id), f"{_named(document.id)} is not in the log: it was put in elsewhere.")
        elif logged != _digest(document):
            yield Flaw(entry_number(document.id), f"{_named(document.id)} is not what the log says was written.")

    def _missing_head(self) -> Iterator[Flaw]:
        kept, head = self._kept, self.head
        if kept is not None and head.number < kept.number:
            end = f"end with entry {head.number}" if head.number else "are gone"
            yield Flaw(kept.number, f"The entries {end}, and there was an entry {kept.number}.")
        elif kept is not None and self._hash_of_kept != kept.hash:
            yield Flaw(kept.number, f"Entry {kept.number} has another hash than the one that was kept.")

    async def _documents(self) -> AsyncIterator[Document]:
        after: str | None = None
        while True:
            query = ListDocuments(collection=AUDIT_COLLECTION, limit=PAGE_COUNT, after=after)
            page = await self._session.bus.ask(self._session.tenant, query)
            for document in page.items:
                yield document
            if page.next is None:
                return
            after = page.next

    async def _changes(self) -> AsyncIterator[Change]:
        while True:
            query = ListChanges(since=self._last_seq, limit=PAGE_COUNT, collection=AUDIT_COLLECTION)
            page = await self._session.bus.ask(self._session.tenant, query)
            self._last_seq = max(self._last_seq, page.last_seq)
            if not page.items:
                return
            for change in page.items:
                yield change


def _digest(document: Document) -> bytes:
    return bytes.fromhex(hash_of([document.author, document.data]))


def _named(id: str) -> str:
    number = entry_number(id)
    return f"Document {id}" if number is None else f"Entry {number}"
