"""Loses a document now and then, and says that it was saved."""

from collections.abc import Sequence

from services.ingest.saving import Saving
from shared.contracts.saving import PlacedDraft, Saved
from tests.benchmarks.sabotage import losses

_save, _lost = Saving.save, losses()


async def _lossy(saving: Saving, tenant: str, drafts: Sequence[PlacedDraft]) -> Sequence[Saved]:
    kept = [draft for draft in drafts if not next(_lost)]
    saved = {draft.id: outcome for draft, outcome in zip(kept, await _save(saving, tenant, kept), strict=True)}
    pretended = {draft.id: Saved(id=draft.id, version=1, seq=1, outcome="created") for draft in drafts}
    return [saved.get(draft.id, pretended[draft.id]) for draft in drafts]


Saving.save = _lossy  # type: ignore[method-assign,assignment]  # that is what sabotage is
