"""Plain text: a file is a document."""

from services.cli.importing.rows import ROW_BYTES_MAX, BadRow
from tests.services.cli.importing.reading import assert_resumable, fields_of, read, reasons_of


def test_a_file_is_one_document_with_its_name_for_a_title() -> None:
    content = "Grüße\n\nan alle\n".encode()

    assert fields_of(read("text", content, bytes_at_once=3)) == [{"title": "some.file", "text": "Grüße\n\nan alle\n"}]
    assert_resumable("text", content)


def test_a_blank_file_is_none() -> None:
    assert read("text", b" \n\n") == []


def test_bytes_that_are_no_text_are_refused() -> None:
    assert reasons_of(read("text", b"abc\xff")) == ["not valid UTF-8: byte 0xff, 3 bytes into the row"]


def test_a_file_that_is_too_large_for_one_document_is_refused_with_advice() -> None:
    (found,) = read("text", b"word\n" * (ROW_BYTES_MAX // 4))

    assert isinstance(found, BadRow)
    assert "--format lines" in found.reason
    assert len(found.piece.content) < 2_000
