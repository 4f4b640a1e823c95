"""What the store holds, from counters that are maintained, not scanned."""

from datetime import datetime
from typing import ClassVar

from shared.contracts.message import Collection, Contract, Query


class CollectionStats(Contract):
    collection: str
    documents: int
    last_seq: int
    last_at: datetime | None = None


class Stats(Contract):
    documents: int
    last_seq: int
    announced_seq: int
    collections: tuple[CollectionStats, ...]


class GetStats(Query[Stats]):
    verb: ClassVar[str] = "stats"

    collection: Collection | None = None
