"""What a step is, and what a step may ask for.

A step is a named, versioned function from a document to a finding. Its first half, `annotate`, is pure, and runs in a
worker process, where it may be slow, loop or die without harming anybody. Its second half, `finish`, runs in the
service and may ask others: the database for what resembles a document, a language model for a summary. A step has one
of the halves, or both.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from pydantic import JsonValue

from services.analysis.language_model.question import LanguageModel
from shared.contracts.annotations import Cost, Status
from shared.contracts.documents import Document
from shared.contracts.search import Found, Neighbourhood, Search, Similar, Unplaced
from shared.settings import AnalysisSettings

Lane = Literal["fast", "slow"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What came of a step for one document. A plain value is a finding that is `ok`."""

    value: JsonValue = None
    status: Status = "ok"
    reason: str | None = None
    model: str | None = None
    cost: Cost | None = None


@dataclass(frozen=True, slots=True)
class Noted:
    """A document with what has been found about this version of it so far, by step."""

    document: Document
    findings: Mapping[str, Finding]


class Desk(Protocol):
    """What the second half of a step may ask. Whoever is away raises `Unavailable`."""

    @property
    def settings(self) -> AnalysisSettings: ...

    async def alike(self, tenant: str, items: Sequence[Unplaced], model: str | None) -> Sequence[Neighbourhood]:
        """What resembles these documents among the tenant's earlier ones, in their order."""

    async def get(self, tenant: str, id: str) -> Document | None: ...

    async def search(self, tenant: str, search: Search) -> Found: ...

    async def similar(self, tenant: str, similar: Similar) -> Found: ...

    @property
    def language_model(self) -> LanguageModel | None:
        """None if no endpoint is configured."""


Annotate = Callable[[Document], JsonValue | Finding]
Finish = Callable[[Sequence[Noted], Desk], Awaitable[Sequence[Finding]]]


@dataclass(frozen=True, slots=True)
class Step:
    """Give it another version when the same document would get another value: old annotations are then out of date.

    `finish` gets documents of one tenant, with its own half-done finding under the step's name and those of the steps
    that it `needs`; on the slow lane it gets them one by one. `wants` says which documents the step is for at all.
    `estimate` says what a document will cost, for a step that costs money.
    """

    name: str
    version: int
    annotate: Annotate | None = None
    finish: Finish | None = None
    needs: tuple[str, ...] = ()
    lane: Lane = "fast"
    wants: Callable[[Document], bool] = field(default=lambda document: True)
    # What it is likely to cost for a document, asked before many are annotated anew.
    estimate: Callable[[Document], Cost] | None = None
    # Whether trying again can mend what it did badly: without an endpoint, a summary stays as local as it is.
    repairable: bool = True


# What a step's file has under the name `step`: the step, or how it is made from the settings.
StepOrMaker = Step | Callable[[AnalysisSettings], Step]
