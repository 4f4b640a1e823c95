"""The scenario measures what both paths cost, and nothing of one that loses documents."""

import pytest

from benchmarks.scenarios.event_cost import scenario
from benchmarks.stage import Stage, WorkMissing


async def test_measures_what_a_document_costs_on_each_path(stage: Stage) -> None:
    await scenario.run(stage, "smoke")
    costs = stage.record.values
    assert set(costs) == {figure.name for figure in scenario.figures}
    assert all(value > 0 for value in costs.values())
    # An event of its own costs what a document of fifty does, and then its message.
    assert costs["events"] > costs["events by 50"]


async def test_a_system_that_loses_documents_has_no_figures(lossy_stage: Stage) -> None:
    with pytest.raises(WorkMissing):
        await scenario.run(lossy_stage, "smoke")
