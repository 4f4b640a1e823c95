"""The scenario measures what it says, and reports nothing of a system that loses documents."""

from dataclasses import replace

import pytest

from benchmarks.scenarios.burst import scenario
from benchmarks.stage import Stage, WorkMissing

IMPATIENT = replace(scenario.smoke, commit_seconds_max=0.5)


async def test_measures_all_of_its_figures(stage: Stage) -> None:
    await scenario.run(stage, "smoke")
    assert set(stage.record.values) == {figure.name for figure in scenario.figures}
    assert all(value > 0 for value in stage.record.values.values())


async def test_a_system_that_loses_documents_has_no_figures(lossy_stage: Stage) -> None:
    with pytest.raises(WorkMissing, match="documents committed"):
        await scenario.measure(lossy_stage, IMPATIENT)
    assert not lossy_stage.record.values
