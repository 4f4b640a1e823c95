"""The way from ingest to the database: what waits is saved together, one request for each tenant."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from shared.bus.bus import Bus
from shared.contracts.saving import Receipt, SaveDocuments, SaveReceipts, Sealed, lines_of
from shared.errors import Internal, PostilError
from shared.runtime.batcher import Batcher
from shared.settings import IngestSettings

# While the database commits one request, the next ones are on their way. They arrive in order; should one fail and
# come again after a later one, the places in it keep it from overwriting anything newer.
REQUESTS_MAX = 3


@dataclass(frozen=True, slots=True)
class Portion:
    """Documents of one message; they are committed together."""

    tenant: str
    documents: Sequence[Sealed]
    weight: int


class Saving:
    """Both doors save through here, so what waits at either shares a commit."""

    def __init__(self, bus: Bus, settings: IngestSettings) -> None:
        self._bus = bus
        self._settings = settings
        # One number bounds bytes and count: a small document weighs as much as fits `save_count_max` times.
        self._weight_min = max(1, settings.save_bytes_max // settings.save_count_max)
        self._batcher: Batcher[Portion, Sequence[Receipt]] = Batcher(
            self._flush,
            weight_max=settings.save_bytes_max,
            weigh=lambda portion: portion.weight,
            flushes_max=REQUESTS_MAX,
        )

    async def save(self, tenant: str, documents: Sequence[Sealed]) -> Sequence[Receipt]:
        """What became of each, in their order. Raises `Unavailable` when that is not known."""
        portions = [self._batcher.submit(portion) for portion in self._portions(tenant, documents)]
        if len(portions) == 1:
            return await portions[0]
        return [each for some in await asyncio.gather(*portions) for each in some]

    @property
    def waiting(self) -> int:
        return self._batcher.waiting

    async def drain(self) -> None:
        await self._batcher.drain()

    def _portions(self, tenant: str, documents: Sequence[Sealed]) -> list[Portion]:
        portions: list[Portion] = []
        held: list[Sealed] = []
        weight = 0
        for document in documents:
            its_weight = max(len(document.content), self._weight_min)
            if held and weight + its_weight > self._settings.save_bytes_max:
                portions.append(Portion(tenant, held, weight))
                held, weight = [], 0
            held.append(document)
            weight += its_weight
        if held:
            portions.append(Portion(tenant, held, weight))
        return portions

    async def _flush(self, portions: Sequence[Portion]) -> Sequence[Sequence[Receipt] | Exception]:
        by_tenant: dict[str, list[int]] = defaultdict(list)
        for index, portion in enumerate(portions):
            by_tenant[portion.tenant].append(index)
        results: list[Sequence[Receipt] | Exception] = [Internal("not saved")] * len(portions)
        saves = [self._save(tenant, portions, indexes, results) for tenant, indexes in by_tenant.items()]
        if len(saves) == 1:
            await saves[0]
        else:
            await asyncio.gather(*saves)
        return results

    async def _save(
        self,
        tenant: str,
        portions: Sequence[Portion],
        indexes: Sequence[int],
        results: list[Sequence[Receipt] | Exception],
    ) -> None:
        """One request; its results, or its failure, go to each portion that was in it."""
        documents = [document for index in indexes for document in portions[index].documents]
        try:
            saved = await self._ask(tenant, documents)
        except PostilError as error:
            for index in indexes:
                results[index] = error
            return
        begin = 0
        for index in indexes:
            end = begin + len(portions[index].documents)
            results[index] = saved[begin:end]
            begin = end

    async def _ask(self, tenant: str, documents: Sequence[Sealed]) -> Sequence[Receipt]:
        reply = await self._bus.ask_raw(
            tenant, SaveDocuments.verb, lines_of(documents), seconds_max=self._settings.save_seconds_max
        )
        return SaveReceipts.decode(reply.payload).receipts()
