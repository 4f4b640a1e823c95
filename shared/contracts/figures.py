"""Who writes, when, about what: figures that are kept up with every document, and never counted by looking through."""

from datetime import datetime
from typing import Annotated, ClassVar

from pydantic import Field, StringConstraints

from shared.contracts.message import Collection, Contract, Query


class Count(Contract):
    value: str
    count: int


class HighWater(Contract):
    """The minute in which most documents came."""

    documents: int
    minute: datetime


class Spending(Contract):
    """What annotations have used up, in one day, by one step."""

    day: str
    step: str
    annotations: int
    tokens_in: int
    tokens_out: int
    micro_usd: int


class Figures(Contract):
    documents: int
    authors: int
    first_at: datetime | None = None
    last_at: datetime | None = None
    # Documents by hour of the day, UTC, from 0 to 23.
    hours: tuple[int, ...] = ()
    high_water: HighWater | None = None
    top_authors: tuple[Count, ...] = ()
    top_keywords: tuple[Count, ...] = ()
    languages: tuple[Count, ...] = ()
    spending: tuple[Spending, ...] = ()
    applied_seq: int = 0


class GetFigures(Query[Figures]):
    """Of a tenant, of one of its collections, of one author, or of one author there."""

    verb: ClassVar[str] = "figures"
    answered_by: ClassVar[str] = "search"

    collection: Collection | None = None
    author: Annotated[str, StringConstraints(min_length=1, max_length=1_000)] | None = None
    top: int = Field(default=10, ge=1, le=100)
