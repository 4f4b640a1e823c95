"""Plain text with a document on each line."""

from hypothesis import given
from hypothesis import strategies as st

from services.cli.importing.rows import ROW_BYTES_MAX
from tests.services.cli.importing.reading import assert_resumable, fields_of, read, reasons_of


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n\f\v"), max_size=20)))
def test_each_line_is_a_document_and_blank_ones_are_none(lines: list[str]) -> None:
    content = "\n".join(lines).encode()

    assert [row["text"] for row in fields_of(read("lines", content))] == [
        line for line in lines if line.encode().strip()
    ]
    assert_resumable("lines", content)


def test_a_wrong_line_costs_its_neighbours_nothing() -> None:
    found = read("lines", b"one\r\n\xff\n" + b"x" * (2 * ROW_BYTES_MAX) + b"\ntwo")

    assert fields_of(found) == [{"text": "one"}, {"text": "two"}]
    assert len(reasons_of(found)) == 2
