"""The scenario kills parts while documents are published, and reports nothing where one of these is missing."""

import pytest

from benchmarks.client import connected
from benchmarks.scenarios.recovery import Writer, expect_kept, scenario
from benchmarks.stage import Stage, WorkMissing


async def test_measures_how_long_a_writer_waits(mortal_stage: Stage) -> None:
    pid = mortal_stage.system.pids["database"]
    await scenario.run(mortal_stage, "smoke")
    assert mortal_stage.system.pids["database"] != pid
    record = mortal_stage.record
    assert record.values.keys() | record.absent.keys() == {figure.name for figure in scenario.figures}
    assert {"database killed: a put", "database killed: a publish", "broker by itself"} <= record.values.keys()
    assert all(value > 0 for value in record.values.values())


async def test_a_system_that_loses_documents_has_no_figures(lossy_stage: Stage) -> None:
    with pytest.raises(WorkMissing):
        await scenario.run(lossy_stage, "smoke")


async def test_a_document_that_was_acknowledged_and_is_not_kept_is_found(stage: Stage) -> None:
    async with connected(stage) as client:
        writer = Writer(client)
        await writer.put("kept")
        await expect_kept(stage, client, writer.acknowledged)
        with pytest.raises(WorkMissing, match="lost"):
            await expect_kept(stage, client, [*writer.acknowledged, "lost"])
        with pytest.raises(WorkMissing, match="kept"):
            await expect_kept(stage, client, [])
