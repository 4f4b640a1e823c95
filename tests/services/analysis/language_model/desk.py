"""A desk with a real language model behind it, over sockets, and a search that answers what a test says."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from itertools import count

from services.analysis.language_model.careful import CarefulModel
from services.analysis.language_model.endpoint import Endpoint
from services.analysis.language_model.question import LanguageModel
from services.analysis.step import Finding, Noted
from services.analysis.steps import language, secrets
from shared.clock import SystemClock
from shared.contracts.annotations import Note
from shared.contracts.documents import Document
from shared.contracts.search import Filter, Found, Hit, Neighbourhood, Search, Similar, Unplaced
from shared.settings import AnalysisSettings, LanguageModelSettings
from tests.services.analysis.language_model.fake_endpoint import FakeEndpoint
from tests.services.analysis.language_model.shelf import ShelfForTests

MOMENT = datetime(2026, 1, 1, tzinfo=UTC)

Answering = Callable[[], Awaitable[Sequence[Document]]]


def document(id: str, text: str | None, *, at: int = 0, title: str | None = None, **more: str) -> Document:
    moment = MOMENT + timedelta(seconds=at)
    known: dict[str, object] = {
        "id": id,
        "tenant": "main",
        "collection": "tickets",
        "title": title,
        "text": text,
        "version": 1,
        "seq": at + 1,
        "created_at": moment,
        "updated_at": moment,
        **more,
    }
    return Document.model_validate(known)


def noted(about: Document) -> Noted:
    """With what the fast steps that matter here really find."""
    findings: dict[str, Finding] = {}
    for step in (secrets.step, language.step):
        assert step.annotate is not None
        value = step.annotate(about)
        findings[step.name] = value if isinstance(value, Finding) else Finding(value)
    return Noted(about, findings)


def annotated(about: Document, *more: Note) -> Document:
    """As it is found later on, with its annotations."""
    notes = [
        Note(step=name, step_version=1, version=about.version, status=finding.status, value=finding.value)
        for name, finding in noted(about).findings.items()
    ]
    return about.model_copy(update={"annotations": (*notes, *more)})


async def nothing() -> Sequence[Document]:
    return ()


class DeskForTests:
    def __init__(self, model: LanguageModel | None, settings: AnalysisSettings, fake: FakeEndpoint) -> None:
        self._model = model
        self._settings = settings
        self.fake = fake
        self.asked: list[tuple[str, Search | Similar]] = []
        self.answers: dict[str, Answering] = {"similar": nothing, "thread": nothing, "recent": nothing}

    @property
    def settings(self) -> AnalysisSettings:
        return self._settings

    @property
    def language_model(self) -> LanguageModel | None:
        return self._model

    def finds(self, source: str, *documents: Document) -> None:
        async def answer() -> Sequence[Document]:
            return documents

        self.answers[source] = answer

    async def alike(self, tenant: str, items: Sequence[Unplaced], model: str | None) -> Sequence[Neighbourhood]:
        return ()

    async def get(self, tenant: str, id: str) -> Document | None:
        return None

    async def search(self, tenant: str, search: Search) -> Found:
        assert isinstance(search.filter, Filter)
        self.asked.append((tenant, search))
        return await self._found("thread" if search.filter.thread else "recent")

    async def similar(self, tenant: str, similar: Similar) -> Found:
        self.asked.append((tenant, similar))
        return await self._found("similar")

    async def _found(self, source: str) -> Found:
        documents = await self.answers[source]()
        return Found(hits=tuple(Hit(id=each.id, score=1, document=each) for each in documents), total=len(documents))


@asynccontextmanager
async def desk_with_model(**given: object) -> AsyncIterator[DeskForTests]:
    numbers = count()
    async with FakeEndpoint().running() as fake:
        known = {"url": fake.url, "model": "ours", "seconds_max": 2, **given}
        settings = AnalysisSettings(language_model=LanguageModelSettings.model_validate(known))
        endpoint = Endpoint(settings.language_model, SystemClock())
        model = CarefulModel(
            settings.language_model,
            endpoint,
            ShelfForTests(),
            SystemClock(),
            lambda size: next(numbers).to_bytes(size),
        )
        try:
            yield DeskForTests(model, settings, fake)
        finally:
            await model.close()


def desk_without_model() -> DeskForTests:
    return DeskForTests(None, AnalysisSettings(), FakeEndpoint())
