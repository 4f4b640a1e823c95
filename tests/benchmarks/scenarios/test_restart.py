"""The scenario restarts the database service, and reports nothing where a document is missing afterwards."""

import orjson
import pytest

from benchmarks.client import connected
from benchmarks.scenarios.restart import expect_once_each, scenario
from benchmarks.stage import Stage, WorkMissing


async def test_measures_how_long_the_database_was_away(mortal_stage: Stage) -> None:
    pid = mortal_stage.system.pids["database"]
    await scenario.run(mortal_stage, "smoke")
    assert mortal_stage.system.pids["database"] != pid
    assert set(mortal_stage.record.values) == {figure.name for figure in scenario.figures}
    assert all(value > 0 for value in mortal_stage.record.values.values())


async def test_a_system_that_loses_documents_has_no_figures(lossy_stage: Stage) -> None:
    with pytest.raises(WorkMissing):
        await scenario.run(lossy_stage, "smoke")


@pytest.mark.parametrize(
    ("published", "complaint"),
    [
        (["a", "b"], "missing"),
        (["a", "b", "b", "c"], "twice"),
    ],
)
async def test_a_document_that_is_missing_or_twice_there_is_found(
    stage: Stage, published: list[str], complaint: str
) -> None:
    async with connected(stage) as client:
        for text in published:
            await client.publish("notes", orjson.dumps({"text": text}))
        await client.until_committed(len(published), seconds_max=10)
        with pytest.raises(WorkMissing, match=complaint):
            await expect_once_each(stage, client, "notes", ["a", "b", "c"])
