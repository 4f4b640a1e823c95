"""What a language model is asked and what it answers. It knows nothing of endpoints, so that a step may import it.

A question has two parts that never mix: the task, which is in our own words, and the material, which others wrote. The
material goes out as one JSON value, so nothing in it can end it; and whoever puts it together has redacted it.
"""

from dataclasses import dataclass
from typing import Annotated, Generic, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict, JsonValue, StringConstraints

from shared.contracts.annotations import Cost

Paragraph = Annotated[str, StringConstraints(min_length=1, max_length=2_000)]
Line = Annotated[str, StringConstraints(min_length=1, max_length=500)]


class Answered(BaseModel):
    """What an answer looks like. Its sizes are limits; whatever else comes with it is dropped."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")


ReplyT = TypeVar("ReplyT", bound=Answered)


@dataclass(frozen=True, slots=True)
class Question(Generic[ReplyT]):
    task: str
    material: JsonValue
    reply: type[ReplyT]


@dataclass(frozen=True, slots=True)
class Answer(Generic[ReplyT]):
    value: ReplyT
    model: str
    cost: Cost


class NoAnswer(Exception):
    """Why there is none, in words for whoever reads the annotation; and what it has cost all the same."""

    def __init__(self, reason: str, cost: Cost | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.cost = cost


class LanguageModel(Protocol):
    @property
    def name(self) -> str: ...

    async def ask(self, tenant: str, question: Question[ReplyT]) -> Answer[ReplyT]:
        """The whole care is inside: budget, deadline, breaker, one try at repair. Raises `NoAnswer`, nothing else."""
