"""The change feed: every commit of a tenant, numbered without gaps, in order."""

from datetime import datetime
from typing import ClassVar, Literal

from pydantic import Field, TypeAdapter, ValidationError

from shared.contracts.annotations import Note
from shared.contracts.documents import Document
from shared.contracts.message import Collection, Contract, Event, Query, in_words
from shared.errors import Invalid

Op = Literal["put", "annotate", "delete", "expire"]

# The sequence number of the change before an announcement's first one, in the same collection. A watcher that
# reads one collection sees by it whether it has missed something.
PREVIOUS_SEQ_HEADER = "Postil-Previous-Seq"


class Change(Contract):
    """One commit. `document` or `annotations` are absent when a newer change replaced them and their time was up."""

    seq: int
    op: Op
    collection: str
    id: str
    version: int
    at: datetime
    document: Document | None = None
    annotations: tuple[Note, ...] | None = None


class ChangePage(Contract):
    items: tuple[Change, ...]
    last_seq: int


class ListChanges(Query[ChangePage]):
    """The changes after `since`. `last_seq` is the newest number the page has looked at: ask again from there.

    A page may be shorter than `limit`; a tenant has been read to its end when a page is empty.
    """

    verb: ClassVar[str] = "changes"

    since: int = Field(default=0, ge=0)
    limit: int | None = Field(default=None, ge=1)
    collection: Collection | None = None


_CHANGES = TypeAdapter(tuple[Change, ...])


class Changes(Event):
    """An announcement: consecutive changes of one collection, as an array."""

    durable: ClassVar[bool] = True

    collection: str
    items: tuple[Change, ...]

    @property
    def address(self) -> str:
        return f"changes.{self.collection}"

    def encode(self) -> bytes:
        return b"[" + b",".join(change.encode() for change in self.items) + b"]"


def decode_changes(payload: bytes) -> tuple[Change, ...]:
    try:
        return _CHANGES.validate_json(payload)
    except ValidationError as error:
        raise Invalid(in_words(error)) from error
