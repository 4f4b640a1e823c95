"""The data folder is claimed once, leaves nothing behind, and tells what runs on it."""

import os
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from services.cli.endpoints import DataFolder, check_alive, somebody_lives
from shared.errors import Conflict, Unavailable


def note_of(folder: Path) -> dict[str, object]:
    note: dict[str, object] = orjson.loads((folder / "endpoints.json").read_bytes())
    return note


def pid_of_a_process_that_is_gone() -> int:
    process = subprocess.Popen([sys.executable, "-S", "-c", ""])
    process.wait()
    return process.pid


def test_the_note_is_there_while_announced_and_gone_after_release(tmp_path: Path) -> None:
    folder = DataFolder.claim(tmp_path / "new" / "data")
    folder.announce("nats://127.0.0.1:1", {"broker": 1, "ingest": 2})
    assert note_of(folder.path) == {"nats_url": "nats://127.0.0.1:1", "pids": {"broker": 1, "ingest": 2}}
    # A URL may hold a password.
    assert (folder.path / "endpoints.json").stat().st_mode & 0o077 == 0
    folder.release()
    assert list(folder.path.iterdir()) == []


def test_a_folder_has_one_system_at_a_time(tmp_path: Path) -> None:
    first = DataFolder.claim(tmp_path)
    with pytest.raises(Conflict, match="another `postil up`"):
        DataFolder.claim(tmp_path)
    first.release()
    DataFolder.claim(tmp_path).release()


def test_what_a_killed_system_wrote_is_removed_by_the_next(tmp_path: Path) -> None:
    (tmp_path / "endpoints.json").write_text('{"nats_url": "nats://127.0.0.1:1", "pids": {}}')
    (tmp_path / "endpoints.json.new").write_text("{")
    DataFolder.claim(tmp_path).release()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_can_not_be_written_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Unavailable, match="can't be used: Not a directory"):
        DataFolder.claim(tmp_path / "file" / "data")
    with pytest.raises(Unavailable, match="can't be used: File exists"):
        DataFolder.claim(tmp_path / "file")


def test_a_system_lives_as_long_as_one_of_its_processes(tmp_path: Path) -> None:
    folder = DataFolder.claim(tmp_path)
    assert not somebody_lives(tmp_path)
    gone = pid_of_a_process_that_is_gone()
    folder.announce("nats://127.0.0.1:1", {"broker": gone, "ingest": os.getpid()})
    assert somebody_lives(tmp_path)
    check_alive(tmp_path)
    folder.announce("nats://127.0.0.1:1", {"broker": gone})
    assert not somebody_lives(tmp_path)
    with pytest.raises(Unavailable, match=r"nothing is running on .* any more"):
        check_alive(tmp_path)
    folder.release()


def test_a_note_that_can_not_be_read_proves_nothing(tmp_path: Path) -> None:
    (tmp_path / "endpoints.json").write_text("not JSON")
    assert somebody_lives(tmp_path)
    (tmp_path / "endpoints.json").write_text("[]")
    assert somebody_lives(tmp_path)
    DataFolder.claim(tmp_path).release()


def test_somebody_elses_process_is_a_living_one(tmp_path: Path) -> None:
    folder = DataFolder.claim(tmp_path)
    folder.announce("nats://127.0.0.1:1", {"broker": 1})
    assert somebody_lives(tmp_path)
    folder.release()
