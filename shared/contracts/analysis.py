"""Asking the analysis to go over what is stored: documents that a step has never seen, or only in an older version."""

from typing import ClassVar

from pydantic import Field

from shared.contracts.annotations import Cost, Step
from shared.contracts.message import Collection, Contract, Query


class AnalyseProgress(Contract):
    """What one look has found and done. Whoever asks again from `next` until there is none has seen everything."""

    looked_at: int
    # Documents that want the step: never made, out of date, or failed.
    pending: int
    done: int = 0
    failed: int = 0
    next: str | None = None
    # How long it took or, before the work, how long it will take; None when that is not known.
    seconds: float | None = None
    cost: Cost = Cost()


class Analyse(Query[AnalyseProgress]):
    """Run a step on the next documents that want it, or, with `dry_run`, only say how many these are and what it costs.

    A look goes over few documents, so that its answer comes soon.
    """

    verb: ClassVar[str] = "analyse"

    step: Step
    collection: Collection | None = None
    dry_run: bool = False
    limit: int | None = Field(default=None, ge=1)
    after: str | None = None
