"""Documents to be finished, and a desk that answers what a test says the search index knows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from services.analysis.language_model.question import LanguageModel
from services.analysis.step import Finding, Noted, Step
from shared.contracts.documents import Document
from shared.contracts.search import Duplicate, Found, Neighbour, Neighbourhood, Search, Similar, Unplaced
from shared.errors import Unavailable
from shared.settings import AnalysisSettings

BEGINNING = datetime(2025, 1, 1, tzinfo=UTC)


def document(
    id: str, text: str | None, *, title: str | None = None, seq: int = 1, minute: int = 0, version: int = 1
) -> Document:
    at = BEGINNING + timedelta(minutes=minute)
    return Document(
        id=id,
        tenant="main",
        collection="notes",
        title=title,
        text=text,
        version=version,
        seq=seq,
        created_at=at,
        updated_at=at,
    )


@dataclass
class IndexDesk:
    """`None` in place of what is known: nobody is there."""

    known: Mapping[str, Neighbourhood] | None = field(default_factory=dict)
    asked: list[tuple[Sequence[Unplaced], str | None]] = field(default_factory=list)

    async def alike(self, tenant: str, items: Sequence[Unplaced], model: str | None) -> Sequence[Neighbourhood]:
        self.asked.append((items, model))
        if self.known is None:
            raise Unavailable("nobody is there")
        return [self.known.get(item.id) or Neighbourhood(id=item.id) for item in items]

    @property
    def settings(self) -> AnalysisSettings:
        return AnalysisSettings()

    @property
    def language_model(self) -> LanguageModel | None:
        return None

    async def get(self, tenant: str, id: str) -> Document | None:
        raise NotImplementedError

    async def search(self, tenant: str, search: Search) -> Found:
        raise NotImplementedError

    async def similar(self, tenant: str, similar: Similar) -> Found:
        raise NotImplementedError


def knowing(id: str, *, similar: Sequence[Neighbour] = (), duplicates: Sequence[Duplicate] = ()) -> IndexDesk:
    return IndexDesk({id: Neighbourhood(id=id, similar=tuple(similar), duplicates=tuple(duplicates))})


def noted(step: Step, *documents: Document) -> list[Noted]:
    """With what the first half of the step says."""
    assert step.annotate is not None
    halves = [(each, step.annotate(each)) for each in documents]
    return [Noted(each, {step.name: half if isinstance(half, Finding) else Finding(half)}) for each, half in halves]


async def finished(step: Step, some: Sequence[Noted], desk: IndexDesk) -> Sequence[Finding]:
    assert step.finish is not None
    return await step.finish(some, desk)
