"""A file or standard input as bytes in order: read once, in bounded memory, with the offset always known."""

import io
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import BinaryIO

from services.cli.importing.rows import CUT_BYTES, ROW_BYTES_MAX, Mark, Piece
from shared.errors import Invalid, NotFound

STDIN = "-"
CHUNK_BYTES = 256 * 1024
HEAD_BYTES_MAX = 64 * 1024
FINGERPRINT_BYTES = 1024

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


class Source:
    def __init__(self, raw: BinaryIO, *, name: str, bytes_total: int | None) -> None:
        self._raw = raw
        self.name = name
        self.bytes_total = bytes_total
        self._bytes = b""
        self._at = 0
        self._offset = 0
        self.head = self._look_ahead()
        # Tells this content from another under the same name, when a checkpoint is taken up again.
        first_line = self.head.lstrip().split(b"\n", 1)[0][:FINGERPRINT_BYTES]
        self.fingerprint = blake2b(first_line, digest_size=8).hexdigest()
        if self.head.startswith(UTF16_MARKS):
            raise Invalid(f"{name} is UTF-16; UTF-8 is what is read here")
        if self.head.startswith(BYTE_ORDER_MARK):
            self._at = len(BYTE_ORDER_MARK)
            self.head = self.head.removeprefix(BYTE_ORDER_MARK)

    @property
    def offset(self) -> int:
        """Where the next byte stands in the file."""
        return self._offset + self._at

    def chunk(self) -> bytes:
        """Whatever comes next; nothing at the end."""
        if self._at == len(self._bytes):
            self._fill()
        chunk = self._bytes[self._at :]
        self._at = len(self._bytes)
        return chunk

    def line(self, number: int) -> Piece | None:
        """The next line with its end, or None after the last one. One that is too large comes cut."""
        offset = self.offset
        searched = 0
        while (end := self._bytes.find(b"\n", self._at + searched)) < 0:
            searched = len(self._bytes) - self._at
            if searched > ROW_BYTES_MAX:
                return self._cut_line(offset, number)
            if not self._fill():
                end = len(self._bytes) - 1
                break
        content = self._bytes[self._at : end + 1]
        self._at = end + 1
        return Piece(offset, number, Mark(self.offset, number), content) if content else None

    def lines(self, number: int) -> Iterator[Piece]:
        """The lines from here on, counted from after `number`."""
        while (piece := self.line(number + 1)) is not None:
            number += 1
            yield piece

    def skip_to(self, offset: int) -> None:
        """Go on at a place behind this one."""
        if self.bytes_total is not None and self.offset < offset <= self.bytes_total:
            self._raw.seek(offset)
            self._bytes, self._at, self._offset = b"", 0, offset
        while self.offset < offset:
            if self._at == len(self._bytes) and not self._fill():
                raise Invalid(f"{self.name} ends after {self.offset} bytes, before the place to resume from")
            self._at = min(len(self._bytes), offset - self._offset)

    def _look_ahead(self) -> bytes:
        """The first line that isn't blank, or as much of it as tells what the file is."""
        while len(self._bytes) < HEAD_BYTES_MAX and self._fill():
            if b"\n" in self._bytes.removeprefix(BYTE_ORDER_MARK).lstrip():
                break
        return self._bytes[:HEAD_BYTES_MAX]

    def _fill(self) -> bool:
        try:
            chunk = self._raw.read(CHUNK_BYTES) or b""
        except OSError as error:
            raise Invalid(f"{self.name} can't be read on: {error.strerror}") from error
        self._offset += self._at
        self._bytes = self._bytes[self._at :] + chunk
        self._at = 0
        return bool(chunk)

    def _cut_line(self, offset: int, number: int) -> Piece:
        beginning = self._bytes[self._at : self._at + CUT_BYTES]
        while (end := self._bytes.find(b"\n", self._at)) < 0:
            self._at = len(self._bytes)
            if not self._fill():
                end = -1
                break
        self._at = end + 1
        return Piece(offset, number, Mark(self.offset, number), beginning, cut=True)


@contextmanager
def opened(file: str) -> Iterator[Source]:
    """A file by its name, or standard input by `-`."""
    if file == STDIN:
        # Not sys.stdin: the interpreter would wait for its lock at exit, and a reading thread may hold it for ever.
        with closing(io.FileIO(sys.stdin.fileno(), closefd=False)) as raw:
            yield Source(raw, name="stdin", bytes_total=None)
        return
    path = Path(file)
    try:
        raw = io.FileIO(path)
    except FileNotFoundError as error:
        raise NotFound(f"there is no file {file}") from error
    except OSError as error:
        raise Invalid(f"{file} can't be read: {error.strerror}") from error
    with closing(raw):
        yield Source(raw, name=path.name, bytes_total=path.stat().st_size if path.is_file() else None)
