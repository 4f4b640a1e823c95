"""The checkpoint: whole or not there, and of one import only."""

from pathlib import Path

import pytest

from services.cli.importing.checkpoint import CheckpointFile
from services.cli.importing.preparing import Plan
from services.cli.importing.tally import Counts, Reached
from shared.errors import Conflict, Invalid

REACHED = Reached(file=1, offset=200, number=7, fingerprint="abc")


def test_what_is_saved_is_loaded_and_in_the_end_removed(tmp_path: Path) -> None:
    file = CheckpointFile(tmp_path / "at", "plan")
    assert file.load() is None

    file.save(REACHED, Counts(created=3, rejected=1), rejects_bytes=99)
    loaded = file.load()

    assert loaded is not None
    assert (loaded.file, loaded.offset, loaded.number, loaded.fingerprint) == (1, 200, 7, "abc")
    assert (loaded.counts.rows, loaded.rejects_bytes) == (4, 99)
    assert [path.name for path in tmp_path.iterdir()] == ["at"]
    file.remove()
    assert list(tmp_path.iterdir()) == []


def test_one_of_another_import_is_refused(tmp_path: Path) -> None:
    CheckpointFile(tmp_path / "at", Plan(("a.csv",)).digest()).save(REACHED, Counts(), 0)

    with pytest.raises(Conflict, match="other files or with other options"):
        CheckpointFile(tmp_path / "at", Plan(("a.csv",), mapping={"a": "text"}).digest()).load()


def test_what_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "at").write_text("hello")

    with pytest.raises(Invalid, match="is no checkpoint"):
        CheckpointFile(tmp_path / "at", "plan").load()


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="can't be written"):
        CheckpointFile(tmp_path / "none" / "at", "plan").save(REACHED, Counts(), 0)


def test_without_a_file_nothing_is_kept() -> None:
    file = CheckpointFile(None, "plan")
    file.save(REACHED, Counts(), 0)
    file.remove()

    assert file.load() is None
