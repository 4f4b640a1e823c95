"""The scenario measures what it says, and reports nothing of a system that loses documents or keeps them from it."""

import asyncio
from dataclasses import replace

import pytest

from benchmarks.client import connected
from benchmarks.scenarios.arrival_rate import HALF, LOW, Run, heard_on_feed, scenario
from benchmarks.stage import Stage, WorkMissing

IMPATIENT = replace(scenario.smoke, finish_seconds_max=0.2)


async def test_measures_all_of_its_figures(stage: Stage) -> None:
    await scenario.run(stage, "smoke")
    record = stage.record
    assert set(record.values) == {figure.name for figure in scenario.figures}
    assert all(value > 0 for value in record.values.values())
    for door in ("put", "stream"):
        for share in (LOW, HALF):
            name = f"{door} at {share} %"
            assert record.values[f"{name}, p50"] <= record.values[f"{name}, p99"]
            # Whoever is told how late the sender was is told of every document.
            assert len(record.latencies[f"{name}, committed"]) == len(record.latencies[f"{name}, sender late"])


async def test_a_system_that_loses_documents_has_no_figures(lossy_stage: Stage) -> None:
    with pytest.raises(WorkMissing, match="documents"):
        await scenario.run(lossy_stage, "smoke")
    assert not lossy_stage.record.values


async def test_a_door_that_only_says_so_has_no_figures(stage: Stage) -> None:
    class Liar:
        name = "liar"

        async def commit(self, id: str) -> None:
            pass

    async with connected(stage) as client:
        with pytest.raises(WorkMissing, match="documents committed"):
            await Run(stage, client, IMPATIENT).measure((Liar(),))


async def test_a_commit_that_nobody_hears_of_has_no_figures(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    async with connected(stage) as client, heard_on_feed(client) as stream:
        monkeypatch.setattr(stream, "commit", lambda id: asyncio.Event().wait())
        with pytest.raises(WorkMissing, match="commit was not heard of"):
            await Run(stage, client, IMPATIENT).measure((stream,))
