"""The scenario measures what it says, and reports nothing of an index that finds something else than the nearest."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from benchmarks.scenarios.vector_search import scenario
from benchmarks.stage import Stage, WorkMissing
from services.database.search.index import Batch
from services.database.search.ranking import Ranked
from services.database.search.vectors.index import VectorIndex
from shared.vectors import Vector
from tests.benchmarks.sabotage import losses


async def test_measures_all_of_its_figures(stage: Stage) -> None:
    await scenario.run(stage, "smoke")
    values = stage.record.values
    assert set(values) == {figure.name for figure in scenario.figures}
    assert all(value > 0 for value in values.values())
    assert 0.9 <= values["recall@10"] <= 1
    assert values["recall@10 of 1 %"] == 1


async def test_an_index_that_loses_documents_has_no_figures(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    apply, lost = VectorIndex.apply, losses()

    def lossy(index: VectorIndex, batch: Batch) -> None:
        apply(index, replace(batch, present=[each for each in batch.present if not next(lost)]))

    monkeypatch.setattr(VectorIndex, "apply", lossy)
    with pytest.raises(WorkMissing, match="documents in the index"):
        await scenario.run(stage, "smoke")


async def test_neither_has_one_that_finds_others(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    search = VectorIndex.search

    def astray(index: VectorIndex, vector: Vector, limit: int, *, among: Sequence[int] | None = None) -> list[Ranked]:
        return search(index, vector, 2 * limit, among=among)[limit:]

    monkeypatch.setattr(VectorIndex, "search", astray)
    with pytest.raises(WorkMissing, match="a recall@10 of"):
        await scenario.run(stage, "smoke")
