"""The scenario measures what it says, and reports nothing of a system that loses what happens."""

from collections import Counter
from dataclasses import replace
from random import Random

import pytest

from benchmarks.client import Client
from benchmarks.scenarios.mixed import happenings_of, scenario
from benchmarks.stage import Stage, WorkMissing

IMPATIENT = replace(scenario.smoke, finish_seconds_max=0.5)


async def test_measures_all_of_its_figures(stage: Stage) -> None:
    await scenario.run(stage, "smoke")
    record = stage.record
    assert set(record.values) == {figure.name for figure in scenario.figures}
    assert all(value > 0 for value in record.values.values())
    expected = len(happenings_of("any", scenario.smoke.seconds, Random(1))) * scenario.smoke.rounds
    assert {name: len(latencies) for name, latencies in record.latencies.items()} == {
        "heard": expected,
        "JetStream alone": expected,
        "sender late": 2 * expected,
    }


async def test_a_system_that_loses_documents_has_no_figures(lossy_stage: Stage) -> None:
    with pytest.raises(WorkMissing, match="nobody has heard of"):
        await scenario.measure(lossy_stage, IMPATIENT)
    assert not lossy_stage.record.values


async def test_what_is_not_in_the_database_has_no_figures(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    documents = Client.documents

    async def all_but_one(client: Client) -> object:
        return (await documents(client))[1:]

    monkeypatch.setattr(Client, "documents", all_but_one)
    with pytest.raises(WorkMissing, match="kinds of the documents"):
        await scenario.measure(stage, replace(IMPATIENT, seconds=0.1))
    assert not stage.record.values


def test_everything_happens_at_its_own_pace() -> None:
    happenings = happenings_of("round", 1.0, Random(1))
    assert Counter(happening.kind for happening in happenings) == {"line": 100, "media": 50, "join": 10, "leave": 10}
    moments = [happening.moment for happening in happenings]
    assert moments == sorted(moments)
    lines = [happening.moment for happening in happenings if happening.kind == "line"]
    assert lines == pytest.approx([number / 100 for number in range(100)])
    assert len({happening.id for happening in happenings}) == len(happenings)
