"""Upkeep: ask the database to compare everything that is derived with the log, and to mend what has drifted."""

from typing import ClassVar

from shared.contracts.message import Contract, Query


class Finding(Contract):
    """One thing that is not as the log says it should be."""

    what: str
    where: str
    found: str
    expected: str


class Examination(Contract):
    findings: tuple[Finding, ...]
    # Counted, while `findings` shows the first of them only.
    found: int
    repaired: bool
    changes_read: int
    documents_read: int


class Examine(Query[Examination]):
    """Compare documents, counters, keys and annotations with the log; with `repair`, rebuild them from it."""

    verb: ClassVar[str] = "examine"

    repair: bool = False
