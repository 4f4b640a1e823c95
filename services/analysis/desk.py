"""What the second halves of steps may ask: the database and its search, over the bus, and the language model."""

from collections.abc import Sequence

from services.analysis.language_model.question import LanguageModel
from shared.breaker import Breaker, Resting, Sick
from shared.bus.bus import Bus
from shared.clock import Clock
from shared.contracts.documents import Document, GetDocument
from shared.contracts.search import FindAlike, Found, Neighbourhood, Search, Similar, Unplaced
from shared.errors import NotFound, TimedOut, Unavailable
from shared.settings import AnalysisSettings

# A whole batch of documents waits for it, and can be repaired later.
ALIKE_SECONDS_MAX = 3.0
# If it hangs, the following batches don't wait for it as well.
ALIKE_REST_SECONDS = 10.0


class BusDesk:
    def __init__(
        self, bus: Bus, settings: AnalysisSettings, language_model: LanguageModel | None, clock: Clock
    ) -> None:
        self._bus = bus
        self._settings = settings
        self._language_model = language_model
        self._search = Breaker(clock, failures_max=1, rest_seconds=ALIKE_REST_SECONDS)

    @property
    def settings(self) -> AnalysisSettings:
        return self._settings

    @property
    def language_model(self) -> LanguageModel | None:
        return self._language_model

    async def alike(self, tenant: str, items: Sequence[Unplaced], model: str | None) -> Sequence[Neighbourhood]:
        query = FindAlike(items=tuple(items), model=model)
        try:
            with self._search.passing():
                try:
                    return (await self._bus.ask(tenant, query, seconds_max=ALIKE_SECONDS_MAX)).items
                except TimedOut as error:
                    raise Sick from error
        except (Sick, Resting) as error:
            raise Unavailable("the search index does not answer") from error

    async def get(self, tenant: str, id: str) -> Document | None:
        try:
            return await self._bus.ask(tenant, GetDocument(id=id))
        except NotFound:
            return None

    async def search(self, tenant: str, search: Search) -> Found:
        return await self._bus.ask(tenant, search)

    async def similar(self, tenant: str, similar: Similar) -> Found:
        return await self._bus.ask(tenant, similar)
