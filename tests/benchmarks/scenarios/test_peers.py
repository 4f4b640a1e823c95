"""The scenario measures what it says, and reports nothing of whoever loses documents, ourselves or a peer."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.client import connected
from benchmarks.players.plain_table import CREATE
from benchmarks.scenarios import peers
from benchmarks.scenarios.peers import FASTSTREAM, NAIVE, ONE, POSTIL, Peer, scenario
from benchmarks.sending import Load
from benchmarks.stage import Stage, WorkMissing
from shared.bus.streams import DOCS

IMPATIENT = replace(scenario.smoke, message_counts={ONE: 2}, commit_seconds_max=0.3)


async def test_measures_all_of_its_figures(stage: Stage) -> None:
    await scenario.run(stage, "smoke")
    record = stage.record
    assert record.values.keys() | record.absent.keys() == {figure.name for figure in scenario.figures}
    assert all(value > 0 for value in record.values.values())


async def test_without_faststream_the_others_are_measured(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peers, "find_spec", lambda name: None)
    await scenario.measure(stage, replace(IMPATIENT, commit_seconds_max=2.0))
    assert set(stage.record.values) == {f"{POSTIL}, 1 x 1 KiB", f"{NAIVE}, 1 x 1 KiB"}
    assert stage.record.absent == {f"{FASTSTREAM}, 1 x 1 KiB": "faststream is not installed"}


async def test_a_system_that_loses_documents_has_no_figures(
    lossy_stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    # It takes long to start, and what it would do we never come to see.
    monkeypatch.setattr(peers, "find_spec", lambda name: None)
    with pytest.raises(WorkMissing, match="documents committed"):
        await scenario.measure(lossy_stage, replace(scenario.smoke, commit_seconds_max=0.5))
    assert not lossy_stage.record.values


async def test_a_peer_that_keeps_nothing_is_not_reported(stage: Stage, tmp_path: Path) -> None:
    async with connected(stage) as client:
        peer = Peer(stage, client, NAIVE, tmp_path, IMPATIENT)
        _, _, stream, file = peer.command
        await client.bus.wire.ensure([replace(DOCS, name=str(stream), subject=f"{stream}.docs")], [])
        with closing(sqlite3.connect(file)) as database:
            database.executescript(CREATE)
        load = Load("lost", document_bytes=256, batch_count=1, in_flight=1)
        with pytest.raises(WorkMissing, match="all committed"):
            await peer.keep(load, 2)
