"""The state that the ledger decides on: what a store loads for a transaction, and the entries that come of it.

Nothing here refers back to what refers to it, so that a transaction's books are gone as soon as it is over: left
to the garbage collector, they cost more time than the work itself. How a store numbers tenants and collections is its
own affair; it may leave its number in the fields called `stored_as`, which nobody else reads.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from services.database.store import Annotate, Answer, Delete, Run, Save, Work
from shared.contracts.changes import Op
from shared.contracts.documents import Outcome


@dataclass(slots=True, eq=False)
class Mark:
    """A number in the log. While its transaction is being decided it is not known yet, and stands at 0."""

    seq: int


# Before the first change.
NOTHING = Mark(0)


@dataclass(slots=True, eq=False)
class Note:
    """The newest annotation of a document by one step."""

    step: str
    version: int
    # Of the step; and whether there is nothing to be done better.
    step_version: int
    settled: bool
    digest: bytes
    mark: Mark

    def serves(self, version: int, step_version: int) -> bool:
        """Whether it is what that version of the step has to say about that version of the document."""
        return self.settled and self.version == version and self.step_version == step_version


@dataclass(slots=True, eq=False)
class TenantBook:
    name: str
    seq: int = 0
    documents: int = 0
    announced: int = 0
    stored_as: int = 0
    collections: dict[str, "CollectionRow"] = field(default_factory=dict)
    rows: dict[str, "DocumentRow"] = field(default_factory=dict)
    keys: dict[str, "KeyRow"] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class CollectionRow:
    name: str
    documents: int = 0
    last_seq: int = 0
    last_at: int | None = None
    stored_as: int = 0


@dataclass(slots=True, eq=False)
class DocumentRow:
    """A document, or the tombstone of one: it goes on counting versions and keeps its place in the stream."""

    id: str
    collection: CollectionRow
    version: int = 0
    alive: bool = False
    # The creating change, which is its place in the list; the newest put or delete; the newest of any kind.
    created: Mark = NOTHING
    current: Mark = NOTHING
    head: Mark = NOTHING
    created_at: int = 0
    digest: bytes | None = None
    place: str | None = None
    expires_at: int | None = None
    notes: dict[str, Note] = field(default_factory=dict)
    stored_as: int = 0

    def bodies(self) -> list[Mark]:
        """The changes whose bodies are needed to serve the document as it is now."""
        return [self.current, *dict.fromkeys(note.mark for note in self.notes.values())]


@dataclass(slots=True, eq=False)
class KeyRow:
    """The reply that an idempotency key stands for."""

    key: str
    digest: bytes
    id: str
    version: int
    mark: Mark
    outcome: Outcome
    at: int


@dataclass(slots=True, eq=False)
class Entry(Mark):
    """One change on its way into the log."""

    op: Op
    id: str
    version: int
    previous: Mark | None
    place: str | None = None
    # Of a put: the content, its key, and the times that its document will show.
    content: bytes = b""
    key: str | None = None
    created_at: int = 0
    expires_at: int | None = None
    # Of an annotating change: its notes by step.
    notes: dict[str, bytes] = field(default_factory=dict)
    body: bytes | None = None


@dataclass(slots=True)
class Books:
    tenants: dict[str, TenantBook] = field(default_factory=dict)
    # Documents whose time is up, the longest overdue first, as many as may end: (tenant, id).
    due: Sequence[tuple[str, str]] = ()

    def of(self, tenant: str) -> TenantBook:
        book = self.tenants.get(tenant)
        if book is None:
            book = self.tenants[tenant] = TenantBook(tenant)
        return book


# When a body was replaced, and which one.
Superseded = tuple[int, TenantBook, Mark]


@dataclass(slots=True)
class Group:
    """The changes of one transaction to one collection; their numbers are consecutive."""

    book: TenantBook
    collection: CollectionRow
    entries: list[Entry] = field(default_factory=list)


@dataclass(slots=True)
class Posted:
    """What came of the works. Everything in it is new or changed, and has to be written."""

    answers: list[Answer] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    books: dict[TenantBook, None] = field(default_factory=dict)
    rows: dict[DocumentRow, TenantBook] = field(default_factory=dict)
    # Rows whose notes are others than before.
    annotated: dict[DocumentRow, TenantBook] = field(default_factory=dict)
    keys: list[tuple[TenantBook, KeyRow]] = field(default_factory=list)
    # Changes whose body something newer has replaced; it may be dropped after a time.
    superseded: list[Superseded] = field(default_factory=list)
    # Documents whose bodies must go, up to that change.
    erased: list[tuple[TenantBook, Mark]] = field(default_factory=list)


@dataclass(slots=True)
class Wanted:
    """What of a tenant must be loaded before the ledger can decide."""

    ids: set[str] = field(default_factory=set)
    keys: set[str] = field(default_factory=set)
    collections: set[str] = field(default_factory=set)
    # The documents whose notes are needed, too.
    noted: set[str] = field(default_factory=set)


def wanted_by(works: Sequence[Work]) -> dict[str, Wanted]:
    wanted: dict[str, Wanted] = {}
    for work in works:
        if isinstance(work, Save):
            of_tenant = wanted.setdefault(work.tenant, Wanted())
            of_tenant.ids.update([each.id for each in work.documents])
            of_tenant.keys.update([key for each in work.documents if (key := each.idempotency_key) is not None])
            of_tenant.collections.update([each.collection for each in work.documents])
        elif isinstance(work, Delete):
            wanted.setdefault(work.tenant, Wanted()).noted.add(work.id)
        elif isinstance(work, Annotate):
            wanted.setdefault(work.tenant, Wanted()).noted.update(note.id for note in work.annotations)
    for of_tenant in wanted.values():
        of_tenant.ids |= of_tenant.noted
    return wanted
