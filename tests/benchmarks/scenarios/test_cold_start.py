"""The scenario starts systems of its own, and reports nothing of one that loses what it is given first."""

import pytest

from benchmarks.scenarios.cold_start import scenario
from benchmarks.stage import Stage, WorkMissing


async def test_measures_every_milestone_of_a_start(stage: Stage) -> None:
    await scenario.run(stage, "smoke")
    found = stage.record.values
    assert set(found) == {figure.name for figure in scenario.figures}
    assert 0 < found["a query is answered"] < found["documents are put and got"]
    assert 0 < found["broker by itself"] < found["it says that it is ready"]


async def test_a_system_that_loses_documents_has_no_figures(lossy_stage: Stage) -> None:
    # What it starts is as lossy as the system that it is given.
    with pytest.raises(WorkMissing):
        await scenario.run(lossy_stage, "smoke")
