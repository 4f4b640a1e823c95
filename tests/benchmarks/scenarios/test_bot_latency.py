"""The scenario measures what it says, and reports nothing of a network that doesn't hear every answer."""

from dataclasses import replace

import pytest

from benchmarks.players.crowd import CrowdReport
from benchmarks.scenarios.bot_latency import expect_answered, scenario
from benchmarks.stage import Stage, WorkMissing


async def test_measures_all_of_its_figures(stage: Stage) -> None:
    await scenario.run(stage, "smoke")
    record = stage.record
    assert set(record.values) == {figure.name for figure in scenario.figures}
    assert all(value > 0 for value in record.values.values())
    assert {len(latencies) for latencies in record.latencies.values()} == {scenario.smoke.count}


async def test_a_network_that_does_not_hear_every_answer_has_no_figures(lossy_stage: Stage) -> None:
    with pytest.raises(WorkMissing, match=r"^answers: "):
        await scenario.measure(lossy_stage, replace(scenario.smoke, seconds_max=0.5))
    assert not lossy_stage.record.values


@pytest.mark.parametrize(
    ("report", "words"),
    [
        (CrowdReport(lines=3, asked=2, answered=2), "what was asked"),
        (CrowdReport(lines=3, asked=3, answered=2), "answers"),
        (CrowdReport(lines=3, asked=3, answered=3, surplus=1), "nobody has asked for"),
    ],
)
def test_each_is_answered_once(stage: Stage, report: CrowdReport, words: str) -> None:
    expect_answered(stage, CrowdReport(lines=3, asked=3, answered=3), 3)
    with pytest.raises(WorkMissing, match=words):
        expect_answered(stage, report, 3)
