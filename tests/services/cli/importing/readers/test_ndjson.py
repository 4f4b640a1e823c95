"""NDJSON: lines by themselves, the wrong ones among them."""

import json

from hypothesis import given
from hypothesis import strategies as st

from services.cli.importing.rows import ROW_BYTES_MAX, BadRow
from tests.services.cli.importing.reading import assert_resumable, fields_of, read, reasons_of, strange_bytes

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
OBJECTS = st.dictionaries(st.text(), JSON_VALUES, max_size=4)


@given(st.lists(OBJECTS, max_size=6), st.integers(1, 40))
def test_what_was_written_is_read(rows: list[dict[str, object]], bytes_at_once: int) -> None:
    content = b"".join(json.dumps(row, ensure_ascii=False).encode() + b"\r\n" for row in rows)

    found = read("ndjson", content, bytes_at_once=bytes_at_once)

    assert fields_of(found) == rows
    assert [each.piece.number for each in found] == list(range(1, len(rows) + 1))


@given(st.lists(strange_bytes(30) | OBJECTS.map(lambda row: json.dumps(row).encode()), max_size=6))
def test_nothing_is_too_strange_to_be_read_and_taken_up_again(lines: list[bytes]) -> None:
    content = b"\n".join(lines)
    assert sum(len(each.piece.content) for each in read("ndjson", content)) <= len(content)
    assert_resumable("ndjson", content)


def test_a_wrong_line_costs_its_neighbours_nothing() -> None:
    content = (
        b'\xef\xbb\xbf{"text": "one"}\n{"text": \n\n[1]\n{"text": "\xff"}\n{"text": "\\ud800"}\nnull\n{"text": "two"}'
    )

    found = read("ndjson", content)

    assert fields_of(found) == [{"text": "one"}, {"text": "two"}]
    assert [each.piece.number for each in found] == [1, 2, 4, 5, 6, 7, 8]
    assert reasons_of(found)[1] == "a row must be a JSON object"
    assert "not valid UTF-8: byte 0xff" in reasons_of(found)[2]


def test_a_huge_line_is_cut_and_the_next_one_read() -> None:
    huge = b'{"text": "' + b"x" * (2 * ROW_BYTES_MAX) + b'"}'

    found = read("ndjson", huge + b"\n" + b'{"text": "after"}\n' + huge)

    assert fields_of(found) == [{"text": "after"}]
    assert [isinstance(each, BadRow) and each.kind == "too-large" for each in found] == [True, False, True]
    assert all(len(each.piece.content) < 2_000 for each in found)
    assert found[0].piece.after.offset == len(huge) + 1


def test_a_number_keeps_all_its_digits() -> None:
    assert fields_of(read("ndjson", b'{"data": 12345678901234567890123}')) == [{"data": 12345678901234567890123}]
