"""The scenario measures what it says, and reports nothing unless each watcher has heard all, once, in order."""

from random import Random

import pytest

from benchmarks.players.watchers import Heard
from benchmarks.scenarios.feed_lag import expect_all_heard, lags, scenario
from benchmarks.stage import Stage, WorkMissing
from benchmarks.system import System

IDS = ["a", "b", "c"]


async def test_measures_all_of_its_figures(stage: Stage) -> None:
    await scenario.run(stage, "smoke")
    record = stage.record
    assert set(record.values) == {figure.name for figure in scenario.figures}
    assert all(value > 0 for value in record.values.values())
    # Each of ten watchers has heard of each document.
    assert len(record.latencies["heard of, 10 watching"]) == 10 * len(record.latencies["put's reply, 10 watching"])


async def test_a_system_that_loses_documents_has_no_figures(lossy_stage: Stage) -> None:
    with pytest.raises(WorkMissing):
        await scenario.run(lossy_stage, "smoke")
    assert not lossy_stage.record.values


@pytest.mark.parametrize(
    "heard",
    [
        Heard(["a", "b"], [1.0, 2.0]),
        Heard(["a", "b", "b", "c"], [1.0, 2.0, 3.0, 4.0]),
        Heard(["a", "c", "b"], [1.0, 2.0, 3.0]),
        Heard(["a", "b", "c"], [1.0, 2.0, 3.0], astray=1),
    ],
    ids=["a hole", "twice", "out of order", "a note is missing"],
)
def test_one_watcher_that_has_not_heard_it_all_is_enough(honest_system: System, heard: Heard) -> None:
    stage = Stage(honest_system, "nobody", Random(1))
    whole = Heard(IDS, [1.0, 2.0, 3.0])
    expect_all_heard(stage, [whole, whole], 2, IDS)
    with pytest.raises(WorkMissing):
        expect_all_heard(stage, [whole, heard], 2, IDS)


def test_so_is_one_that_is_not_there(honest_system: System) -> None:
    with pytest.raises(WorkMissing, match="listeners"):
        expect_all_heard(Stage(honest_system, "nobody", Random(1)), [], 1, IDS)


def test_a_lag_is_that_of_each_listener_but_for_the_first_that_it_heard() -> None:
    listeners = [Heard(IDS, [9.0, 1.5, 2.5]), Heard(IDS, [9.0, 1.25, 1.0])]
    found = lags(listeners, {"a": 0.0, "b": 1.0, "c": 2.0}, 1)
    assert len(found) == 4
    # Who was told before the moment from which it counts has not waited.
    assert found.ms(25) == 0.001
    assert found.ms(50) == pytest.approx(250, rel=0.001)
    assert found.ms_max == pytest.approx(500, rel=0.001)
