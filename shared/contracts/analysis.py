"""Asking the analysis: to go over what is stored, and to say what many documents are about."""

from typing import Annotated, ClassVar, Self

from pydantic import Field, StringConstraints, model_validator

from shared.contracts.annotations import Cost, Step
from shared.contracts.message import Collection, Contract, Query
from shared.contracts.moment import Moment

# Why an answer is less than it could be where nobody has set a model up: no news to whoever asks.
NO_MODEL = "no language model is configured"


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
    changes: ClassVar[bool] = True
    answered_by: ClassVar[str] = "analysis"

    step: Step
    collection: Collection | None = None
    dry_run: bool = False
    limit: int | None = Field(default=None, ge=1)
    after: str | None = None


class Digest(Contract):
    """What the documents are about, in a language model's words or in those of their own sentences."""

    documents: int
    summary: str | None = None
    points: tuple[str, ...] = ()
    # Why the answer is less than it could be.
    degraded: tuple[str, ...] = ()
    model: str | None = None
    cost: Cost = Cost()


class Summarise(Query[Digest]):
    """Of a collection's newest documents, or of those of one thread; `since` leaves older ones out."""

    verb: ClassVar[str] = "summarise"
    answered_by: ClassVar[str] = "analysis"
    seconds_max: ClassVar[float | None] = 7.5

    collection: Collection | None = None
    thread: Annotated[str, StringConstraints(min_length=1, max_length=1_000)] | None = None
    since: Moment | None = None
    limit: int = Field(default=200, ge=1, le=1_000)

    @model_validator(mode="after")
    def _says_which(self) -> Self:
        if self.collection is None and self.thread is None:
            raise ValueError("says nothing: give a collection, a thread, or both")
        return self
