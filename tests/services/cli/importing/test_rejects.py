"""The file of rejected rows."""

import base64
from pathlib import Path

import orjson
import pytest

from services.cli.importing.rejects import REASONS_TOLD_MAX, Rejects
from services.cli.importing.rows import BadRow, Mark, Piece
from shared.errors import Invalid


def bad(number: int, content: bytes = b"x") -> BadRow:
    return BadRow(Piece(number * 10, number, Mark(), content), f"reason {number}")


def test_a_row_is_kept_whole_with_its_place_and_reason(tmp_path: Path) -> None:
    with Rejects(tmp_path / "r", tell=print) as rejects:
        rejects.write("a.csv", bad(1, b'1,"a'))
        rejects.write("a.csv", bad(2, b"\xff"))

    first, second = map(orjson.loads, (tmp_path / "r").read_bytes().splitlines())
    assert first == {
        "file": "a.csv", "number": 1, "offset": 10, "kind": "invalid", "reason": "reason 1", "row": '1,"a',
        "encoding": "utf-8",
    }  # fmt: skip
    assert (base64.b64decode(second["row"]), second["encoding"]) == (b"\xff", "base64")


def test_what_stands_behind_the_checkpoint_is_written_anew(tmp_path: Path) -> None:
    file = tmp_path / "r"
    with Rejects(file, tell=print) as rejects:
        rejects.write("a", bad(1))
        kept = rejects.flush()
        rejects.write("a", bad(2))
    with Rejects(file, bytes_kept=kept, tell=print) as rejects:
        rejects.write("a", bad(3))

    assert [orjson.loads(line)["number"] for line in file.read_bytes().splitlines()] == [1, 3]


def test_a_new_import_begins_with_an_empty_file(tmp_path: Path) -> None:
    (tmp_path / "r").write_text("from before\n")

    with Rejects(tmp_path / "r", tell=print):
        pass
    assert (tmp_path / "r").read_bytes() == b""


def test_one_that_was_removed_meanwhile_begins_anew(tmp_path: Path) -> None:
    with Rejects(tmp_path / "r", bytes_kept=500, tell=print) as rejects:
        rejects.write("a", bad(1))

    assert (tmp_path / "r").read_bytes().startswith(b'{"file"')


def test_without_a_file_the_first_reasons_are_told() -> None:
    told: list[str] = []
    with Rejects(None, tell=told.append) as rejects:
        for number in range(20):
            rejects.write("a.csv", bad(number))

    assert told[0] == "a.csv, 0: reason 0"
    assert len(told) == REASONS_TOLD_MAX + 1


def test_a_place_where_none_can_be_is_told(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="can't be written"), Rejects(tmp_path, tell=print):
        pass
