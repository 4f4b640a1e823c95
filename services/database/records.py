"""One change as the log keeps it, whoever keeps the log."""

from dataclasses import dataclass

from shared.contracts.changes import Op


@dataclass(slots=True)
class Record:
    seq: int
    op: Op
    collection: str
    id: str
    version: int
    at: int
    place: str | None
    previous: int | None
    body: bytes | None
