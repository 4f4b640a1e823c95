"""The scenario measures what it says, and reports nothing of documents that were not wholly annotated."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import combinations

import pytest

from benchmarks.scenarios.annotated_latency import ANNOTATED, STORED, expect_annotated, scenario
from benchmarks.scenarios.fast_lane import STEPS
from benchmarks.stage import Stage, WorkMissing
from benchmarks.system import running_system
from shared.contracts.annotations import Note
from shared.contracts.documents import Document
from tests.benchmarks.conftest import stage_in
from tests.system import UNMEASURED, environment

NOW = datetime(2026, 11, 20, tzinfo=UTC)
IMPATIENT = replace(scenario.smoke, warming_count=20, finish_seconds_max=0.5)


async def test_measures_all_of_its_figures() -> None:
    with running_system({**environment(UNMEASURED), **scenario.settings}) as system:
        stage = stage_in(system)
        await scenario.run(stage, "smoke")
    record = stage.record
    assert set(record.values) == {figure.name for figure in scenario.figures}
    assert all(value > 0 for value in record.values.values())
    count = scenario.smoke.count * scenario.smoke.rounds
    assert {name: len(each) for name, each in record.latencies.items()} == {
        STORED: count,
        ANNOTATED: count,
        "sender late": count,
    }
    assert record.values["annotated, p50"] > record.values["stored, p50"]


async def test_a_system_that_loses_documents_has_no_figures(lossy_stage: Stage) -> None:
    with pytest.raises(WorkMissing, match="nobody has heard"):
        await scenario.measure(lossy_stage, IMPATIENT)
    assert not lossy_stage.record.values


def document(id: str, *steps: str) -> Document:
    notes = tuple(Note(step=step, step_version=1, version=1, status="ok") for step in steps)
    return Document(
        id=id, tenant="t", collection="c", version=1, seq=1, created_at=NOW, updated_at=NOW, annotations=notes
    )


def test_every_document_has_a_note_of_every_step(stage: Stage) -> None:
    whole = [document("a", *STEPS), document("b", *STEPS, "summary")]
    expect_annotated(stage, whole, ["b", "a"])
    with pytest.raises(WorkMissing, match="documents in the database"):
        expect_annotated(stage, whole, ["a"])
    for few in combinations(STEPS, len(STEPS) - 1):
        with pytest.raises(WorkMissing, match="without a note"):
            expect_annotated(stage, [*whole, document("c", *few)], ["a", "b", "c"])
