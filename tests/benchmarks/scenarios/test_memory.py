"""The scenario measures what the processes keep in memory, and nothing of a system that loses documents."""

import pytest

from benchmarks.scenarios.memory import in_parts, scenario
from benchmarks.stage import Stage, WorkMissing


async def test_measures_the_memory_of_each_process(stage: Stage) -> None:
    await scenario.run(stage, "smoke")
    found = stage.record.values
    assert set(found) == {figure.name for figure in scenario.figures}
    # An interpreter with our packages takes some tens of MiB, and none of them has had much to do.
    assert all(10 < value < 1_000 for name, value in found.items() if name != "documents")
    assert found["documents"] > 0


async def test_a_system_that_loses_documents_has_no_figures(lossy_stage: Stage) -> None:
    with pytest.raises(WorkMissing):
        await scenario.run(lossy_stage, "smoke")


@pytest.mark.parametrize(
    ("count", "parts"),
    [
        (6, [[0, 1], [2, 3], [4, 5]]),
        (5, [[0], [1, 2], [3, 4]]),
        (2, [[0], [0], [1]]),
        (1, [[0], [0], [0]]),
    ],
)
def test_samples_are_cut_into_equal_parts_none_of_them_empty(count: int, parts: list[list[float]]) -> None:
    samples = [{"database": float(number)} for number in range(count)]
    assert [[sample["database"] for sample in part] for part in in_parts(samples, 3)] == parts
