"""A document: what a publisher writes (`Draft`), what Postil gives back (`Document`), and the ways to ask for one."""

from datetime import datetime
from typing import Annotated, ClassVar, Literal

from pydantic import Discriminator, FailFast, Field, JsonValue, StringConstraints
from pydantic import Tag as Label

from shared.contracts.annotations import Note
from shared.contracts.message import Asked, Collection, Contract, Query
from shared.contracts.moment import Moment

DocumentId = Annotated[str, StringConstraints(min_length=1, max_length=200)]
ShortText = Annotated[str, StringConstraints(max_length=1_000)]
Tag = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class Draft(Asked):
    """A document as its publisher writes it. Everything may be left out except something to keep."""

    id: DocumentId | None = None
    collection: Collection | None = None
    kind: ShortText | None = None
    title: ShortText | None = None
    text: str | None = None
    author: ShortText | None = None
    source: ShortText | None = None
    occurred_at: Moment | None = None
    # FailFast: a megabyte of wrong tags costs one finding, not half a million.
    tags: Annotated[tuple[Tag, ...], FailFast()] = ()
    data: JsonValue = None
    thread: ShortText | None = None
    parents: Annotated[tuple[DocumentId, ...], FailFast()] = ()
    ttl_seconds: int | None = Field(default=None, ge=1)
    idempotency_key: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None = None
    if_version: int | None = Field(default=None, ge=0)


# What Postil adds to a draft. `export` writes it, and `import` leaves it out again.
GIVEN_BY_POSTIL = frozenset({"tenant", "version", "seq", "created_at", "updated_at", "expires_at", "annotations"})


class Document(Contract):
    """A document as Postil keeps it."""

    id: str
    tenant: str
    collection: str
    kind: str | None = None
    title: str | None = None
    text: str | None = None
    author: str | None = None
    source: str | None = None
    occurred_at: datetime | None = None
    tags: tuple[str, ...] = ()
    data: JsonValue = None
    thread: str | None = None
    parents: tuple[str, ...] = ()
    ttl_seconds: int | None = None
    idempotency_key: str | None = None
    version: int
    seq: int
    created_at: datetime
    updated_at: datetime
    expires_at: datetime | None = None
    annotations: tuple[Note, ...] = ()


def _which_at(value: object) -> str:
    return "seq" if isinstance(value, int) else "time"


At = Annotated[Annotated[int, Label("seq")] | Annotated[Moment, Label("time")], Discriminator(_which_at)]


class GetDocument(Query[Document]):
    """One document, now or as it was `at` a sequence number or a moment."""

    verb: ClassVar[str] = "get"

    id: DocumentId
    at: At | None = None


class DocumentPage(Contract):
    items: tuple[Document, ...]
    next: str | None
    total: int


class ListDocuments(Query[DocumentPage]):
    """Documents in the order of their creation, page by page; `next` of one page is `after` of the following."""

    verb: ClassVar[str] = "list"

    collection: Collection | None = None
    limit: int | None = Field(default=None, ge=1)
    after: str | None = None


class DocumentItems(Contract):
    items: tuple[Document, ...]


class RecentDocuments(Query[DocumentItems]):
    """The newest documents of a collection, newest first."""

    verb: ClassVar[str] = "recent"

    collection: Collection
    limit: int | None = Field(default=None, ge=1)


class Deleted(Contract):
    id: str
    version: int
    seq: int


class DeleteDocument(Query[Deleted]):
    """Delete a document; with `erase` its bodies leave the history too."""

    verb: ClassVar[str] = "delete"
    changes: ClassVar[bool] = True

    id: DocumentId
    if_version: int | None = Field(default=None, ge=1)
    erase: bool = False


Outcome = Literal["created", "updated", "unchanged"]
