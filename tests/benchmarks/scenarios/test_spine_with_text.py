"""The scenario measures what it says, and reports nothing of documents that were lost, or that no search finds."""

from dataclasses import replace

import pytest

from benchmarks.client import connected
from benchmarks.passages import texts
from benchmarks.scenarios.spine_with_text import FIRST, TEXTS_COUNT, Sending, scenario
from benchmarks.stage import Stage, WorkMissing

IMPATIENT = replace(scenario.smoke, commit_seconds_max=0.5)


async def test_measures_all_of_its_figures(stage: Stage) -> None:
    await scenario.run(stage, "smoke")
    values = stage.record.values
    assert set(values) == {figure.name for figure in scenario.figures}
    assert all(value > 0 for value in values.values())
    assert values["found"] <= values["documents"]


async def test_a_system_that_loses_documents_has_no_figures(lossy_stage: Stage) -> None:
    with pytest.raises(WorkMissing, match="documents committed"):
        await scenario.measure(lossy_stage, IMPATIENT)
    assert not lossy_stage.record.values


async def test_what_a_search_does_not_find_is_missing(stage: Stage) -> None:
    async with connected(stage) as client:
        sending = Sending(stage, client, texts(TEXTS_COUNT), replace(IMPATIENT, find_seconds_max=5.0))
        count = await sending.committed(FIRST, range(1))
        await sending.found(FIRST, count)
        with pytest.raises(WorkMissing, match="that are found"):
            await sending.found(FIRST, count - 1)
