"""Loses a document now and then, and says that it was saved."""

from collections.abc import Sequence

from services.ingest.saving import Saving
from shared.contracts.saving import Receipt, Sealed
from tests.benchmarks.sabotage import losses

_save, _lost = Saving.save, losses()


async def _lossy(saving: Saving, tenant: str, documents: Sequence[Sealed]) -> Sequence[Receipt]:
    kept = [each for each in documents if not next(_lost)]
    saved = {each.id: outcome for each, outcome in zip(kept, await _save(saving, tenant, kept), strict=True)}
    pretended = {each.id: Receipt(each.id, 1, 1, "created") for each in documents}
    return [saved.get(each.id, pretended[each.id]) for each in documents]


Saving.save = _lossy  # type: ignore[method-assign,assignment]  # that is what sabotage is
