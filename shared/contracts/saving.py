"""Writing documents: `put`, which anyone may use, and `save`, by which ingest reaches the database."""

from typing import ClassVar

from pydantic import Field

from shared.contracts.documents import Draft, Outcome
from shared.contracts.message import Contract, Query
from shared.contracts.problem import Problem


class Saved(Contract):
    """What became of one document: where it was committed, or the reason why not."""

    id: str | None = None
    version: int | None = None
    seq: int | None = None
    outcome: Outcome | None = None
    error: Problem | None = None


class SaveResults(Contract):
    results: tuple[Saved, ...]


class PutDocuments(Query[SaveResults]):
    """Write documents and wait until they are committed. On the wire: one document, an array of them, or NDJSON."""

    verb: ClassVar[str] = "put"

    documents: tuple[Draft, ...] = Field(min_length=1)

    def encode(self) -> bytes:
        return b"[" + b",".join(document.encode() for document in self.documents) + b"]"


class PlacedDraft(Draft):
    """A draft with its name and, if it came by the stream, its place there.

    A place is a text that sorts as the stream does. The store never lets an older place overwrite a newer one:
    that is what makes a redelivery harmless, whatever has happened to the document since.
    """

    place: str | None = None


class SaveDocuments(Query[SaveResults]):
    """One batch from ingest to the database. Every draft has an id and a collection by now."""

    verb: ClassVar[str] = "save"

    documents: tuple[PlacedDraft, ...] = Field(min_length=1)
