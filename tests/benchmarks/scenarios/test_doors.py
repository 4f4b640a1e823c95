"""The scenario measures what it says, and reports nothing of doors behind which documents are lost."""

from dataclasses import replace

import pytest

from benchmarks.client import connected
from benchmarks.scenarios.doors import CELLS, DOORS, Cell, scenario
from benchmarks.sending import Door, store
from benchmarks.stage import Stage, WorkMissing

IMPATIENT = replace(scenario.smoke, commit_seconds_max=0.5)


async def test_measures_all_of_its_figures(stage: Stage) -> None:
    await scenario.run(stage, "smoke")
    assert set(stage.record.values) == {figure.name for figure in scenario.figures}
    assert all(value > 0 for value in stage.record.values.values())


@pytest.mark.parametrize("door", DOORS)
async def test_a_door_behind_which_documents_are_lost_has_no_figures(lossy_stage: Stage, door: Door) -> None:
    async with connected(lossy_stage) as client:
        with pytest.raises(WorkMissing, match="documents committed"):
            await store(lossy_stage, client, door, Cell(door, 16, 1).load(64), range(2), seconds_max=0.3)


async def test_a_system_that_loses_documents_has_no_figures(lossy_stage: Stage) -> None:
    with pytest.raises(WorkMissing, match="documents committed"):
        await scenario.measure(lossy_stage, IMPATIENT)


def test_every_cell_has_as_much_under_way_as_it_should() -> None:
    under_way = {cell.batch_count: cell.load(1_024).in_flight for cell in CELLS}
    assert under_way == {1: 256, 16: 64, 64: 16, 256: 4}
    assert len({cell.load(1_024).collection for cell in CELLS}) == len({cell.name for cell in CELLS}) == 16
