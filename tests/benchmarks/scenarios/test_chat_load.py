"""The scenario measures what it says, and reports nothing of a system that loses lines or answers."""

from dataclasses import replace

import pytest

from benchmarks.client import Client
from benchmarks.scenarios.chat_load import CHANNELS, EVERY, PER_SECOND, scenario
from benchmarks.stage import Stage, WorkMissing

SMALL = replace(scenario.smoke, seconds=CHANNELS * EVERY / PER_SECOND / 5)


async def test_measures_all_of_its_figures(stage: Stage) -> None:
    await scenario.run(stage, "smoke")
    record = stage.record
    assert set(record.values) == {figure.name for figure in scenario.figures}
    assert all(value > 0 for value in record.values.values())
    assert len(record.latencies["answer"]) == PER_SECOND * scenario.smoke.seconds / EVERY


async def test_a_system_that_loses_lines_or_answers_has_no_figures(lossy_stage: Stage) -> None:
    with pytest.raises(WorkMissing, match="answers"):
        await scenario.measure(lossy_stage, replace(SMALL, finish_seconds_max=0.5))
    assert not lossy_stage.record.values


async def test_a_line_that_is_not_in_the_database_is_missed(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    count = Client.count

    async def all_but_one(client: Client, collection: str | None = None) -> int:
        return await count(client, collection) - 1

    monkeypatch.setattr(Client, "count", all_but_one)
    with pytest.raises(WorkMissing, match="documents committed"):
        await scenario.measure(stage, replace(SMALL, finish_seconds_max=1.0))
    assert not stage.record.values
