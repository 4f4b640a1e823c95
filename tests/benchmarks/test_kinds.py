"""Without a C compiler the raw kind is played in asyncio, and the results say so."""

from pathlib import Path

import pytest

from benchmarks import kinds
from benchmarks.players import raw
from benchmarks.stage import Stage


@pytest.mark.parametrize(
    ("program", "command", "absent"),
    [(Path("raw"), (Path("raw"), "echo", "url"), set()), (None, ("benchmarks.players.echo", "raw", "url"), {"in C"})],
)
def test_the_raw_kind_is_the_program_if_there_is_one(
    monkeypatch: pytest.MonkeyPatch, stage: Stage, program: Path | None, command: tuple[object, ...], absent: set[str]
) -> None:
    monkeypatch.setattr(raw, "compiled", lambda: program)
    kinds.note_raw(stage)
    assert kinds.player("echo", "raw", "url") == command
    assert kinds.player("echo", "bus", "url") == ("benchmarks.players.echo", "bus", "url")
    assert {name.removeprefix("raw socket ") for name in stage.record.absent} == absent
