"""Which documents still want an annotation: what the log says, whoever has missed an announcement of it."""

from typing import ClassVar, Literal

from pydantic import Field

from shared.contracts.annotations import Step
from shared.contracts.documents import Document
from shared.contracts.message import Contract, Query


class Pending(Contract):
    """A document with its annotations, and which of the steps it wants: never made, out of date, or failed."""

    document: Document
    steps: tuple[str, ...]


class PendingPage(Contract):
    items: tuple[Pending, ...]
    # Where to go on; None at the end. A page may be short, or empty, because it looks at so many documents only.
    next: str | None = None
    looked_at: int = 0


class ListPending(Query[PendingPage]):
    """Look for documents that lack an annotation by one of the steps, at least in that version.

    `failed` looks only at those where a step has failed or done less than it could. `collections` are names, or
    beginnings that end in `*`.
    """

    verb: ClassVar[str] = "pending"

    steps: dict[Step, int] = Field(min_length=1)
    only: Literal["all", "failed"] = "all"
    collections: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    limit: int | None = Field(default=None, ge=1)
    after: str | None = None
