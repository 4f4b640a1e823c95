"""CSV: cells that become fields, and rows that don't."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from services.cli.importing.formats import formats
from services.cli.importing.rows import ROW_BYTES_MAX
from shared.errors import Invalid
from tests.services.cli.importing.reading import assert_resumable, fields_of, read, reasons_of, strange_bytes

# Line ends within a cell are kept as they are only when they are written by themselves.
CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), max_size=12).filter(
    lambda cell: bool(cell.strip())
)


@given(st.lists(st.tuples(CELLS, CELLS, CELLS), max_size=6), st.integers(1, 40), st.sampled_from(",;\t|"))
def test_what_was_written_is_read(rows: list[tuple[str, ...]], bytes_at_once: int, delimiter: str) -> None:
    written = io.StringIO()
    csv.writer(written, delimiter=delimiter).writerows([("title", "text", "other"), *rows])
    content = written.getvalue().encode()

    found = read("csv", content, bytes_at_once=bytes_at_once)

    assert fields_of(found) == [{"title": row[0], "text": row[1], "other": row[2]} for row in rows]
    assert_resumable("csv", content)


@given(strange_bytes(80))
def test_nothing_is_too_strange_to_be_read_and_taken_up_again(garbage: bytes) -> None:
    content = b"id,text\n" + garbage + b"\n1,one\n"

    assert read("csv", content)
    assert_resumable("csv", content)


def test_a_wrong_row_costs_its_neighbours_nothing() -> None:
    content = (
        b'id,text\n1,one\n2\n3,three,more\n4,"a ""quoted"" word,\nand a line"\n5,"wrong"quote\n'
        b'6,"never closed\n7,seven\n8,\xff\n\n9,nine\n'
    )

    found = read("csv", content)

    assert [row["id"] for row in fields_of(found)] == ["1", "4", "7", "9"]
    assert fields_of(found)[1]["text"] == 'a "quoted" word,\nand a line'
    assert reasons_of(found)[:2] == ["the row has 1 cells, and the header 2", "the row has 3 cells, and the header 2"]
    assert [each.piece.number for each in found] == [2, 3, 4, 5, 7, 8, 9, 10, 12]
    assert reasons_of(found)[-1] == "not valid UTF-8"


def test_a_nul_is_left_for_the_write_door_to_refuse() -> None:
    assert fields_of(read("csv", b"id,text\n1,a\0b\n")) == [{"id": "1", "text": "a\0b"}]


def test_a_huge_row_and_a_quote_that_never_closes_are_cut() -> None:
    line = b"1," + b"one " * 25 + b"\n"
    content = b"id,text\n2," + b"x" * (2 * ROW_BYTES_MAX) + b'\n3,"open\n' + line * 20_000

    found = read("csv", content)

    assert len(fields_of(found)) == 20_000
    assert [reason.partition(" within")[0] for reason in reasons_of(found)] == [
        f"the row has more than {ROW_BYTES_MAX} bytes",
        "not valid CSV: a quote is opened and not closed",
    ]


@pytest.mark.parametrize("header", [b"id,text,id\n", b"id,,text\n", b"id,\xff\n", b'id,"open\n'])
def test_a_header_that_can_not_be_used_is_told_at_once(header: bytes) -> None:
    with pytest.raises(Invalid, match=r"^some\.file: the header"):
        read("csv", header + b"1,2,3\n")


def test_an_empty_file_has_no_rows() -> None:
    assert read("csv", b"") == []
    assert read("csv", b"id,text\n") == []


def test_cells_become_what_their_fields_are() -> None:
    columns: dict[str, JsonValue] = {
        "id": "1", "tags": "a; b,c", "parents": "p", "ttl_seconds": "60", "if_version": "x",
        "occurred_at": "2024-01-02 03:04", "data": '{"n": 1}', "shelf": "7",
    }  # fmt: skip

    assert formats()["csv"].shape(columns) == {
        "id": "1", "tags": ["a", "b", "c"], "parents": ["p"], "ttl_seconds": 60, "if_version": "x",
        "occurred_at": "2024-01-02T03:04:00+00:00", "data": {"n": 1, "shelf": "7"},
    }  # fmt: skip


@pytest.mark.parametrize("data", ["[1]", "nonsense"])
def test_data_that_has_no_room_for_other_columns_is_refused(data: str) -> None:
    with pytest.raises(ValueError, match="'data'"):
        formats()["csv"].shape({"data": data, "shelf": "7"})


def test_a_moment_keeps_its_zone_or_is_left_for_the_write_door_to_refuse() -> None:
    shape = formats()["csv"].shape

    assert shape({"occurred_at": "2024-01-02T03:04:05+02:00"}) == {"occurred_at": "2024-01-02T03:04:05+02:00"}
    assert shape({"occurred_at": "yesterday"}) == {"occurred_at": "yesterday"}


def test_columns_are_fields_whatever_their_case() -> None:
    assert fields_of(read("csv", b"ID, Title ,Shelf No\n1,one,7\n")) == [{"id": "1", "title": "one", "Shelf No": "7"}]
