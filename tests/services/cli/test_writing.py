"""Files that are whole or not there."""

from pathlib import Path

import pytest

from services.cli.writing import write_whole
from shared.errors import Invalid


def test_it_appears_when_it_is_complete(tmp_path: Path) -> None:
    file = tmp_path / "out"
    with write_whole(file) as opened:
        opened.write(b"whole")
        opened.flush()
        assert not file.exists()

    assert file.read_bytes() == b"whole"
    assert list(tmp_path.iterdir()) == [file]


def test_after_a_failure_nothing_has_changed(tmp_path: Path) -> None:
    file = tmp_path / "out"
    file.write_bytes(b"before")
    with pytest.raises(TypeError), write_whole(file) as opened:
        opened.writelines([b"half", "of it"])  # type: ignore[list-item]  # that is what goes wrong

    assert file.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [file]


def test_what_can_not_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="can't be written: No such file"), write_whole(tmp_path / "none" / "out"):
        pass
