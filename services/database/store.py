"""The protocol of persistence: what the database service asks of a store, and the words they use.

All writing goes through `commit`: a list of pieces of work is one transaction, and each change in it gets its number
there. Reading never waits for writing. Documents and changes leave the store as the JSON it keeps, so nobody parses
what nobody looks at. SQLite is the first implementation and `memory` the second, for simulations; both pass the
conformance suite.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from shared.contracts.annotations import AnnotateOutcome, Annotation
from shared.contracts.documents import Deleted
from shared.contracts.pending import ListPending
from shared.contracts.saving import Receipt, Sealed
from shared.contracts.stats import Stats
from shared.contracts.upkeep import Examination
from shared.errors import PostilError


@dataclass(frozen=True, slots=True)
class Save:
    """Answered with one receipt for each document, in their order."""

    tenant: str
    documents: Sequence[Sealed]


@dataclass(frozen=True, slots=True)
class Delete:
    """Answered with `Deleted`, or the error that says why not."""

    tenant: str
    id: str
    if_version: int | None = None
    erase: bool = False


@dataclass(frozen=True, slots=True)
class Annotate:
    """Answered with one `AnnotateOutcome` for each annotation, in their order."""

    tenant: str
    annotations: Sequence[Annotation]
    # What is there already, and settled, stays as it is.
    once: bool = False


@dataclass(frozen=True, slots=True)
class Expire:
    """End the life of documents whose time is up, the longest overdue first; answered with how many."""

    count_max: int


@dataclass(frozen=True, slots=True)
class Thin:
    """Drop the bodies that newer changes had replaced before the moment, and the idempotency keys from before then;
    answered with how many of both. The numbered rows stay, so the sequence has no gaps. Done after the other works of
    its transaction."""

    before: datetime
    count_max: int


@dataclass(frozen=True, slots=True)
class MarkAnnounced:
    """Remember how far the feed has announced each tenant; answered with None."""

    seq_of_tenant: Mapping[str, int]


Work = Save | Delete | Annotate | Expire | Thin | MarkAnnounced
Answer = Sequence[Receipt] | Deleted | PostilError | Sequence[AnnotateOutcome] | int | None


class StoredChange(NamedTuple):
    seq: int
    collection: str
    json: bytes


@dataclass(frozen=True, slots=True)
class Run:
    """Changes of one collection with consecutive numbers: what one announcement carries."""

    tenant: str
    collection: str
    # The number of the collection's change before the first of these; 0 if there was none.
    previous_seq: int
    changes: Sequence[StoredChange]


@dataclass(frozen=True, slots=True)
class Commit:
    """What came of a transaction: an answer for each piece of work, and the runs of changes in commit order."""

    answers: Sequence[Answer]
    runs: Sequence[Run]


@dataclass(frozen=True, slots=True)
class DocumentRows:
    items: Sequence[bytes]
    next: str | None
    total: int


@dataclass(frozen=True, slots=True)
class ChangeRows:
    items: Sequence[StoredChange]
    # Everything up to here has been looked at: the place to go on from.
    last_seq: int


class PendingRow(NamedTuple):
    document: bytes
    steps: Sequence[str]


@dataclass(frozen=True, slots=True)
class PendingRows:
    items: Sequence[PendingRow]
    next: str | None
    looked_at: int


@dataclass(frozen=True, slots=True)
class TenantState:
    name: str
    last_seq: int
    announced_seq: int


class Store(Protocol):
    """Raises `Unavailable` when the storage is locked, full, damaged or away; never loses what it has committed."""

    async def commit(self, works: Sequence[Work]) -> Commit:
        """All of it in one transaction, durable on return, or nothing of it and an error."""

    async def get(self, tenant: str, id: str, at: int | datetime | None) -> bytes:
        """The document with its annotations; `NotFound` where there was none (at that number or moment), or where
        its body is no longer kept."""

    async def list(
        self, tenant: str, collection: str | None, limit: int, bytes_max: int, after: str | None
    ) -> DocumentRows:
        """In the order of creation, at least one if there is one, however large. `after` is the `next` of another
        page; one that was made up is `Invalid`."""

    async def recent(self, tenant: str, collection: str, limit: int, bytes_max: int) -> Sequence[bytes]:
        """Newest first, at least one if there is one, however large."""

    async def changes(self, tenant: str, since: int, collection: str | None, limit: int, bytes_max: int) -> ChangeRows:
        """In order. At least one if there is one, however large."""

    async def runs(self, tenant: str, since: int, limit: int, bytes_max: int) -> Sequence[Run]:
        """The same changes, cut for announcing."""

    async def pending(self, tenant: str, query: ListPending, limit: int, bytes_max: int) -> PendingRows:
        """Documents for which a step has something left to say, in the order of their creation."""

    async def stats(self, tenant: str, collection: str | None) -> Stats: ...

    async def tenants(self) -> Sequence[TenantState]: ...

    async def examine(self, tenant: str, repair: bool) -> Examination: ...

    async def size_bytes(self) -> int: ...

    async def close(self) -> None: ...
