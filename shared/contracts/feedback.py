"""What people think of an annotation or of a search result.

A piece of feedback is a document like any other, in a collection of the house, so it is kept, numbered, listed and
exported as all of them are; its summary is kept up by whoever reads the log.
"""

from datetime import datetime
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from shared.contracts.annotations import Step
from shared.contracts.documents import DocumentId
from shared.contracts.message import Contract, Query
from shared.contracts.saving import Saved

FEEDBACK_COLLECTION = "postil.feedback"

Thumb = Literal["up", "down"]
ShortText = Annotated[str, StringConstraints(min_length=1, max_length=1_000)]


class GiveFeedback(Query[Saved]):
    """On an annotation (`step`) of a document, or on a document as the result of a search (`query`)."""

    verb: ClassVar[str] = "feedback"
    changes: ClassVar[bool] = True
    answered_by: ClassVar[str] = "search"

    id: DocumentId
    step: Step | None = None
    query: ShortText | None = None
    thumb: Thumb | None = None
    stars: int | None = Field(default=None, ge=1, le=5)
    correction: Annotated[str, StringConstraints(min_length=1, max_length=10_000)] | None = None
    author: ShortText | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.thumb is None and self.stars is None and self.correction is None:
            raise ValueError("says nothing: give a thumb, stars or a correction")
        if self.step is not None and self.query is not None:
            raise ValueError("is about a step or about a query, not about both")
        return self


class FeedbackItem(Contract):
    id: str
    about: str
    step: str | None = None
    step_version: int | None = None
    query: str | None = None
    thumb: Thumb | None = None
    stars: int | None = None
    correction: str | None = None
    author: str | None = None
    at: datetime | None = None


class FeedbackItems(Contract):
    items: tuple[FeedbackItem, ...]
    next: str | None = None


class ListFeedback(Query[FeedbackItems]):
    """The newest first."""

    verb: ClassVar[str] = "feedback_list"
    answered_by: ClassVar[str] = "search"

    id: DocumentId | None = None
    step: Step | None = None
    limit: int | None = Field(default=None, ge=1)
    after: str | None = None


class FeedbackSummary(Contract):
    """Of one version of a step; of searches where `step` is None."""

    step: str | None = None
    step_version: int | None = None
    up: int = 0
    down: int = 0
    stars: int = 0
    stars_mean: float | None = None
    corrections: int = 0


class FeedbackSummaries(Contract):
    items: tuple[FeedbackSummary, ...]
    applied_seq: int = 0


class SummariseFeedback(Query[FeedbackSummaries]):
    verb: ClassVar[str] = "feedback_summary"
    answered_by: ClassVar[str] = "search"

    step: Step | None = None
