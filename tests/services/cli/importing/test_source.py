"""Where the bytes come from: files, pipes, and what can't be read."""

import errno
import io
import os
from pathlib import Path

import pytest

from services.cli.importing.source import Source, opened
from shared.errors import Invalid, NotFound
from tests.services.cli.importing.reading import source_of


@pytest.mark.parametrize("is_file", [True, False])
def test_it_goes_on_at_any_place_whether_it_can_seek_or_not(is_file: bool) -> None:
    source = source_of(b"one\ntwo\nthree\n", bytes_at_once=2, is_file=is_file)

    source.skip_to(8)

    assert source.offset == 8
    assert [piece.content for piece in source.lines(2)] == [b"three\n"]


@pytest.mark.parametrize("is_file", [True, False])
def test_a_place_behind_the_end_is_told(is_file: bool) -> None:
    with pytest.raises(Invalid, match="ends after 3 bytes"):
        source_of(b"one", is_file=is_file).skip_to(8)


def test_the_same_content_is_known_again_and_other_content_is_not() -> None:
    first = source_of(b"one\n" + b"x" * 100, bytes_at_once=1)

    assert first.fingerprint == source_of(b"one\nother").fingerprint
    assert first.fingerprint != source_of(b"two\nother").fingerprint


def test_utf_16_is_refused_by_name() -> None:
    with pytest.raises(Invalid, match=r"some\.file is UTF-16"):
        source_of("hi".encode("utf-16"))


def test_blank_lines_before_the_first_one_say_nothing_about_the_file() -> None:
    assert source_of(b"\xef\xbb\xbf\n\n  [\n1]", bytes_at_once=1).head == b"\n\n  [\n"


def test_a_byte_order_mark_belongs_to_no_row() -> None:
    source = source_of(b"\xef\xbb\xbfone\n", is_file=True)
    source.skip_to(0)

    assert [(piece.offset, piece.content) for piece in source.lines(0)] == [(3, b"one\n")]


def test_a_file_tells_its_size_and_a_pipe_does_not(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"one")
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = os.open(pipe, os.O_RDWR)
    try:
        os.write(writer, b"two\n")
        with opened(str(file)) as from_file, opened(str(pipe)) as from_pipe:
            assert (from_file.bytes_total, from_file.chunk()) == (3, b"one")
            assert (from_pipe.bytes_total, from_pipe.chunk()) == (None, b"two\n")
    finally:
        os.close(writer)


def test_a_disk_that_fails_while_it_is_read_is_told() -> None:
    class Failing(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise OSError(errno.EIO, "Input/output error")

    with pytest.raises(Invalid, match=r"some\.file can't be read on: Input/output error"):
        Source(Failing(), name="some.file", bytes_total=None)


def test_what_can_not_be_opened_is_told(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="there is no file"), opened(str(tmp_path / "none")):
        pass
    with pytest.raises(Invalid, match="can't be read"), opened(str(tmp_path)):
        pass
