"""JSON: an array's elements one by one, or objects behind each other."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.cli.importing.rows import ROW_BYTES_MAX, BadRow
from tests.services.cli.importing.readers.test_ndjson import OBJECTS
from tests.services.cli.importing.reading import assert_resumable, fields_of, read, reasons_of, strange_bytes


@given(st.lists(OBJECTS, max_size=6), st.integers(1, 40), st.sampled_from([None, 2]))
def test_an_array_is_read_element_by_element(
    rows: list[dict[str, object]], bytes_at_once: int, indent: int | None
) -> None:
    # The first line is always read at once.
    content = b"\n[\n" + json.dumps(rows, indent=indent).encode()[1:]

    found = read("json", content, bytes_at_once=bytes_at_once)

    assert fields_of(found) == rows
    assert reasons_of(found) == []


@given(st.lists(OBJECTS, max_size=5), st.integers(1, 40))
def test_objects_behind_each_other_are_read(rows: list[dict[str, object]], bytes_at_once: int) -> None:
    content = " ".join(json.dumps(row, indent=1) for row in rows).encode()

    assert fields_of(read("json", content, bytes_at_once=bytes_at_once)) == rows


@given(strange_bytes(60), st.integers(1, 9))
def test_nothing_is_too_strange_to_be_read(garbage: bytes, bytes_at_once: int) -> None:
    for content in (b"[\n" + garbage, b'[\n{"text": "a"},' + garbage + b"]", b"{\n" + garbage):
        found = read("json", content, bytes_at_once=bytes_at_once)

        assert found == read("json", content)
        assert_resumable("json", content, ends_well=False)


@given(st.lists(OBJECTS, min_size=1, max_size=5))
def test_it_can_be_taken_up_again_behind_any_element(rows: list[dict[str, object]]) -> None:
    assert read("json", json.dumps(rows, indent=1).encode())
    assert_resumable("json", json.dumps(rows, indent=1).encode())
    assert_resumable("json", "\n".join(json.dumps(row, indent=1) for row in rows).encode())


def test_a_wrong_element_costs_its_neighbours_nothing() -> None:
    content = (
        b'[{"text": "one"}, {"text": nope}, 7, {"text": "]}\\"{["}, {"a": 1], , {"text": "\xff"}, {"text": "two"}]'
    )

    found = read("json", content)

    assert fields_of(found) == [{"text": "one"}, {"text": ']}"{['}, {"text": "two"}]
    assert [each.piece.number for each in found if isinstance(each, BadRow)] == [2, 3, 5, 6]
    assert found[1].piece.content == b'{"text": nope}'


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b'[{"text": "one"}, {"text": "tw', "not valid JSON"),
        (b'[{"text": "one"}', "the file ends before the array does"),
        (b'[{"text": "one"}, ', "the file ends before the array does"),
        (b'[{"text": "one"}] [', "there is more after the end of the array"),
    ],
)
@pytest.mark.parametrize("bytes_at_once", [1, 1_000])
def test_an_array_that_ends_wrong_is_told_and_what_it_has_is_taken(
    content: bytes, reason: str, bytes_at_once: int
) -> None:
    found = read("json", content.replace(b"[", b"[\n", 1), bytes_at_once=bytes_at_once)

    assert fields_of(found) == [{"text": "one"}]
    assert reasons_of(found)[0].startswith(reason)


def test_an_array_within_its_limits_may_be_much_larger_than_memory_should_hold() -> None:
    huge = b'{"text": "' + b"x" * (2 * ROW_BYTES_MAX) + b'"}'

    found = read("json", b"[" + huge + b',\n{"text": "after"}]')

    assert fields_of(found) == [{"text": "after"}]
    assert isinstance(found[0], BadRow)
    assert found[0].kind == "too-large"
    assert len(found[0].piece.content) < 2_000


def test_a_file_that_is_ndjson_whatever_its_name_is_read_as_such() -> None:
    found = read("json", b'{"text": "one"}\n{broken\n{"text": "two"}\n')

    assert fields_of(found) == [{"text": "one"}, {"text": "two"}]
