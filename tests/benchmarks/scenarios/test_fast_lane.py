"""The scenario measures the very steps of the fast lane, and reports nothing of a worker that leaves a note out."""

from collections.abc import Callable, Sequence

import pytest

from benchmarks.scenarios.fast_lane import ALL, AT, EMBEDDING, NONE, STEPS, WITHOUT, chosen_from, read, scenario
from benchmarks.stage import Stage, WorkMissing
from services.analysis import steps
from services.analysis.catalogue import load_catalogue
from services.analysis.noting import failure, note_of
from services.analysis.step import Finding, Step
from services.analysis.workers.task import Notes, Task
from services.analysis.workers.worker import Death, Worker
from shared.contracts.documents import Document
from shared.settings import AnalysisSettings
from tests.benchmarks.sabotage import losses

DOCUMENT = Document(id="d", tenant="t", collection="c", version=1, seq=1, created_at=AT, updated_at=AT)
FIRST, SECOND = Step("first", 1), Step("second", 1)
TASK = Task(DOCUMENT, DOCUMENT.encode(), (FIRST, SECOND))


async def test_measures_all_of_its_figures(stage: Stage) -> None:
    await scenario.run(stage, "smoke")
    values = stage.record.values
    assert set(values) == {figure.name for figure in scenario.figures}
    assert all(value > 0 for value in values.values())


async def test_a_worker_that_loses_notes_has_no_figures(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    honest, lost = Worker.do, losses()

    async def lossy(
        worker: Worker, tasks: Sequence[Task], seconds_max: float, take: Callable[[int, Notes], None]
    ) -> Death | None:
        few = [Task(task.document, task.json, task.steps[:1]) for task in tasks]
        return await honest(worker, few, seconds_max, lambda at, notes: None if next(lost) else take(at, notes))

    monkeypatch.setattr(Worker, "do", lossy)
    with pytest.raises(WorkMissing, match="came out of the worker"):
        await scenario.run(stage, "smoke")
    assert not stage.record.values


def test_every_fast_step_is_measured() -> None:
    catalogue = load_catalogue(steps, AnalysisSettings())
    assert sorted(step.name for step in catalogue.fast) == sorted(STEPS)
    chosen = {name: {step.name for step in some} for name, some in chosen_from(catalogue).items()}
    assert chosen == {ALL: set(STEPS), WITHOUT: set(STEPS) - {EMBEDDING}, NONE: set()}


def note(step: Step, ms: float = 1.0, finding: Finding | None = None) -> bytes:
    return note_of(DOCUMENT, step, finding or Finding(1), ms)


def test_each_note_tells_how_long_its_step_took(stage: Stage) -> None:
    assert list(read(stage, TASK, [note(FIRST, 2.0), note(SECOND, 0.5)])) == [("first", 2_000.0), ("second", 500.0)]


@pytest.mark.parametrize(
    "notes",
    [
        [],
        [note(FIRST)],
        [note(FIRST), b""],
        [note(SECOND), note(FIRST)],
        [note(FIRST), note(SECOND, 1.0, failure("x"))],
    ],
    ids=["none", "one is missing", "one is empty", "in another order", "one has failed"],
)
def test_a_note_that_is_missing_or_of_a_failure_is_none(stage: Stage, notes: Notes) -> None:
    with pytest.raises(WorkMissing, match="steps with a note"):
        list(read(stage, TASK, notes))
