"""The scenario measures what it says, and reports nothing of a bus that loses events."""

import pytest

from benchmarks.scenarios.one_way import scenario
from benchmarks.stage import Stage, WorkMissing


async def test_measures_all_of_its_figures(stage: Stage) -> None:
    await scenario.run(stage, "smoke")
    assert stage.record.values.keys() == {figure.name for figure in scenario.figures}
    assert all(value > 0 for value in stage.record.values.values())


async def test_a_bus_that_loses_events_has_no_figures(lossy_stage: Stage) -> None:
    with pytest.raises(WorkMissing, match=r"^bus: "):
        await scenario.run(lossy_stage, "smoke")
    assert not lossy_stage.record.values
