"""Notes in a document's margin, from our analysis or anyone's."""

from datetime import datetime
from math import isfinite
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field, JsonValue, StringConstraints

from shared.contracts.message import Asked, Contract, Query
from shared.contracts.problem import Problem

Step = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_.-]{0,63}$")]
Status = Literal["ok", "degraded", "failed", "skipped"]


def _finite(value: JsonValue) -> JsonValue:
    """JSON has no infinities, so they would be lost in silence where the value is written down."""
    left: list[JsonValue] = [value]
    while left:
        match left.pop():
            case list() as items:
                left += items
            case dict() as members:
                left += members.values()
            case float() as number if not isfinite(number):
                raise ValueError("holds a number that is not finite")
    return value


class Cost(Contract):
    """What one annotation used up."""

    tokens_in: int = Field(default=0, ge=0)
    tokens_out: int = Field(default=0, ge=0)
    micro_usd: int = Field(default=0, ge=0)


class Annotation(Asked):
    id: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    version: int = Field(ge=1)
    step: Step
    step_version: int = Field(default=1, ge=1)
    status: Status = "ok"
    value: Annotated[JsonValue, AfterValidator(_finite)] = None
    reason: str | None = None
    model: str | None = None
    cost: Cost | None = None
    duration_ms: float | None = Field(default=None, ge=0, allow_inf_nan=False)


class AnnotateOutcome(Contract):
    """What became of one annotation: the sequence number it was committed under, or the reason why not."""

    id: str
    step: str
    seq: int | None = None
    outcome: Literal["annotated", "unchanged", "stale"] | None = None
    error: Problem | None = None


class AnnotateResults(Contract):
    results: tuple[AnnotateOutcome, ...]


class Annotate(Query[AnnotateResults]):
    """Write annotations. One that was made for an older version of its document is told `stale` and dropped.

    With `once`, one that is there already, `ok` or `skipped`, by the same version of the step for the same version of
    the document, is left as it is and told `unchanged`: so whoever does his work twice writes it once.
    """

    verb: ClassVar[str] = "annotate"
    changes: ClassVar[bool] = True

    once: bool = False

    annotations: tuple[Annotation, ...] = Field(min_length=1)


class Note(Contract):
    """An annotation as it is read back with its document."""

    step: str
    step_version: int
    version: int
    status: Status
    value: JsonValue = None
    reason: str | None = None
    model: str | None = None
    cost: Cost | None = None
    duration_ms: float | None = None
    at: datetime | None = None
