"""The history of what was typed: private, bounded, and no reason to fail."""

import stat
from pathlib import Path

import pytest

from services.cli.chat.history import KEPT_COUNT_MAX, LinesInFile, history_file


def test_the_newest_comes_first_also_when_it_is_read_anew(tmp_path: Path) -> None:
    path = tmp_path / "state" / "postil" / "history"
    history = LinesInFile(path)
    assert list(history.load_history_strings()) == []
    for line in ("one", "two \u202e", "three\nlines\x0bof it"):
        history.append_string(line)
    assert list(LinesInFile(path).load_history_strings()) == ["three lines of it", "two \u202e", "one"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_long_one_is_cut(tmp_path: Path) -> None:
    path = tmp_path / "history"
    count = 2 * KEPT_COUNT_MAX + 7
    path.write_text("".join(f"{number}\n" for number in range(count)))
    kept = list(LinesInFile(path).load_history_strings())
    assert (len(kept), kept[0]) == (KEPT_COUNT_MAX, str(count - 1))
    assert len(path.read_text().splitlines()) == KEPT_COUNT_MAX


def test_where_there_can_be_no_file_there_is_none(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("in the way")
    history = LinesInFile(tmp_path / "state" / "history")
    assert list(history.load_history_strings()) == []
    history.append_string("one")
    assert history.get_strings() == ["one"]


def test_it_is_the_persons_and_not_the_systems(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert history_file() == tmp_path / "postil" / "chat-history"
    monkeypatch.delenv("XDG_STATE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert history_file() == tmp_path / ".local" / "state" / "postil" / "chat-history"
