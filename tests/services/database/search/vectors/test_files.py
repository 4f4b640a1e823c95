"""Files that are not as the index has left them are refused, so that the owner builds the index anew."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from services.database.search.index import Outdated
from services.database.search.vectors.files import GrowingFile, State, read_state, write_state
from services.database.search.vectors.index import VectorIndex
from tests.services.database.search.vectors.ground import batch, open_index, take, vectors

Harm = Callable[[Path], object]


def written(path: Path) -> Path:
    index = open_index(path / "vectors")
    take(index, vectors(100))
    index.apply(batch([], gone=[3]))
    index.commit()
    index.close()
    return path / "vectors"


HARMS: dict[str, Harm] = {
    "the state is cut short": lambda path: (path / "state.json").write_bytes(b'{"format":1'),
    "the state is of another form": lambda path: (path / "state.json").write_bytes(b'{"format":2}'),
    "the state is a list": lambda path: (path / "state.json").write_bytes(b"[]"),
    "vectors are missing": lambda path: os.truncate(path / "model-1" / "vectors.f16", 100),
    "numbers are missing": lambda path: (path / "model-1" / "numbers.i64").unlink(),
    "marks are missing": lambda path: os.truncate(path / "model-1" / "marks.i64", 0),
    "marks are of nothing": lambda path: (path / "model-1" / "marks.i64").write_bytes(b"\xff" * 8),
}


@pytest.mark.parametrize("harm", HARMS.values(), ids=HARMS.keys())
def test_what_is_damaged_is_refused(tmp_path: Path, harm: Harm) -> None:
    path = written(tmp_path)
    harm(path)
    with pytest.raises(Outdated):
        open_index(path)


def test_what_an_interrupted_building_has_left_is_removed(tmp_path: Path) -> None:
    path = written(tmp_path)
    (path / "model-7").mkdir()
    (path / "model-7" / "vectors.f16").write_bytes(b"x" * 100)
    (path / "model-1" / "codes-90.new").write_bytes(b"x")
    (path / "model-1" / "codes-90").write_bytes(b"x")
    with_more = (path / "model-1" / "vectors.f16").read_bytes() + b"half a vector"
    (path / "model-1" / "vectors.f16").write_bytes(with_more)
    index: VectorIndex = open_index(path)
    assert index.documents == 99
    index.close()
    assert sorted(each.name for each in (path / "model-1").iterdir()) == ["marks.i64", "numbers.i64", "vectors.f16"]
    assert not (path / "model-7").exists()


def test_what_did_not_count_is_written_over(tmp_path: Path) -> None:
    with GrowingFile(tmp_path / "file", 0) as file:
        file.append(b"first")
        file.append(b"second")
        file.cut(5)
        file.append(b"2nd")
        file.sync()
        assert file.read(0, 8) == b"first2nd"
        with pytest.raises(Outdated):
            file.read(0, 100)
    with GrowingFile(tmp_path / "file", 5) as file:
        assert file.size == 5
    assert (tmp_path / "file").read_bytes() == b"first"


def test_the_state_is_replaced_as_a_whole(tmp_path: Path) -> None:
    assert read_state(tmp_path) == State()
    state = State(next_folder=7)
    write_state(tmp_path, state)
    assert read_state(tmp_path) == state
    assert [each.name for each in tmp_path.iterdir()] == ["state.json"]


def test_a_full_disk_is_told_and_nothing_is_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index = open_index(tmp_path / "vectors")
    rows = vectors(60)
    take(index, rows[:20])
    with monkeypatch.context() as patched:
        patched.setattr(os, "pwrite", _no_room)
        with pytest.raises(OSError, match="no room"):
            take(index, rows[20:40], first=21)
    take(index, rows[20:], first=21)
    states = index.states(range(100))
    index.close()
    again = open_index(tmp_path / "vectors")
    assert again.documents == 60
    assert again.states(range(100)) == states
    again.close()


def _no_room(file: int, data: bytes, place: int) -> int:
    raise OSError(28, "no room")
