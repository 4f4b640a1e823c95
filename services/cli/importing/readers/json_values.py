"""JSON: an array of objects, or objects one after another; read element by element, never as a whole.

Only brackets, commas and quotes are looked at here to find where an element ends, so one that is wrong within
costs its neighbours nothing.
"""

import re
from collections.abc import Iterator

from services.cli.importing.formats import Format
from services.cli.importing.json_rows import WHITESPACE, row_from_json
from services.cli.importing.readers import ndjson
from services.cli.importing.rows import CUT_BYTES, ROW_BYTES_MAX, BadRow, Found, Mark, Piece
from services.cli.importing.source import Source

STRUCTURE = re.compile(rb'["\[\]{},]')
# What a string has before its end, or before a backslash whose other half is not there yet.
STRING_BODY = re.compile(rb'[^"\\]*+(?:\\.[^"\\]*+)*+', re.DOTALL)
NOT_BLANK = re.compile(rb"[^ \t\r\n]")


def read(source: Source, start: Mark) -> Iterator[Found]:
    if ndjson.begins_with_an_object_alone_on_its_line(source.head):
        # Whatever the file is called: then a broken line is known to end where the line does.
        yield from ndjson.read(source, start)
        return
    is_array = looks_like_an_array(source.head)
    source.skip_to(start.offset)
    elements = _Elements(source, in_array=is_array, number=start.number)
    if is_array:
        elements.skip_opening(b"," if start.number else b"[")
    yield from map(row_from_json, elements)
    if is_array and (start.offset == 0 or elements.offset > start.offset):
        yield from _what_is_behind(source, elements)


def looks_like_an_array(head: bytes) -> bool:
    return head.lstrip(WHITESPACE).startswith(b"[")


def looks_like_json(head: bytes) -> bool:
    return head.lstrip(WHITESPACE).startswith((b"[", b"{"))


class _Elements:
    """Walks over the elements. In an array one ends at a comma or the closing bracket, else where its last bracket
    closes."""

    def __init__(self, source: Source, *, in_array: bool, number: int) -> None:
        self._source = source
        self._in_array = in_array
        self.number = number
        self._bytes = b""
        self._at = 0
        self.closed = False

    @property
    def offset(self) -> int:
        return self._source.offset - len(self._bytes) + self._at

    @property
    def rest(self) -> bytes:
        return self._bytes[self._at :]

    def skip_opening(self, character: bytes) -> None:
        self._skip_blanks()
        if self._bytes[self._at : self._at + 1] == character:
            self._at += 1

    def __iter__(self) -> Iterator[Piece]:
        while not self.closed and self._skip_blanks():
            piece = self._next()
            if piece.content:
                yield piece

    def _next(self) -> Piece:
        walk = _Walk(self._in_array)
        offset, kept, cut = self.offset, b"", False
        while (end := walk.end_in(self._bytes, self._at)) is None:
            cut = cut or len(self._bytes) - self._at > ROW_BYTES_MAX
            if cut:
                kept = kept or self._bytes[self._at : self._at + CUT_BYTES]
                self._at = walk.position
            before = self._at
            if not self._more():
                end = len(self._bytes)
                break
            walk.position -= before
        content = (kept or self._bytes[self._at : end]).rstrip(WHITESPACE)
        self._at = end
        self.number += bool(content)
        return Piece(offset, self.number, self._pass_separator(), content, cut)

    def _pass_separator(self) -> Mark:
        # Before the comma: who resumes here must not take an element for the first one.
        after = Mark(self.offset, self.number)
        if self._in_array:
            separator = self._bytes[self._at : self._at + 1]
            self.closed = separator == b"]"
            self._at += len(separator)
        return after

    def _skip_blanks(self) -> bool:
        """Whether anything comes after them."""
        while (found := NOT_BLANK.search(self._bytes, self._at)) is None:
            self._at = len(self._bytes)
            if not self._more():
                return False
        self._at = found.start()
        return True

    def _more(self) -> bool:
        chunk = self._source.chunk()
        self._bytes = self._bytes[self._at :] + chunk
        self._at = 0
        return bool(chunk)


class _Walk:
    """Where one element ends, found in as many steps as its bytes arrive in."""

    def __init__(self, in_array: bool) -> None:
        self._in_array = in_array
        self._depth = 0
        self._in_string = False
        # How far it has come, in the bytes that it was shown last.
        self.position = 0

    def end_in(self, text: bytes, begin: int) -> int | None:
        position = max(self.position, begin)
        while True:
            if self._in_string:
                position = self._through_string(text, position)
                if self._in_string:
                    break
            found = STRUCTURE.search(text, position)
            if found is None:
                position = len(text)
                break
            position = found.end()
            if (end := self._pass_mark(text[found.start()], found.start())) is not None:
                return end
        self.position = position
        return None

    def _through_string(self, text: bytes, position: int) -> int:
        body = STRING_BODY.match(text, position)
        end = body.end() if body else position
        if text[end : end + 1] == b'"':
            self._in_string = False
            return end + 1
        return end

    def _pass_mark(self, mark: int, at: int) -> int | None:
        """The end of the element, if this is it."""
        if mark == ord('"'):
            self._in_string = True
        elif mark in b"[{":
            self._depth += 1
        elif self._in_array:
            if self._depth == 0 and mark in b",]":
                return at
            self._depth -= mark in b"]}"
        elif mark in b"]}":
            self._depth -= 1
            return at + 1 if self._depth <= 0 else None
        return None


def _what_is_behind(source: Source, elements: _Elements) -> Iterator[BadRow]:
    """An array that doesn't end, or a file that goes on behind it."""
    offset = elements.offset
    rest = elements.rest.lstrip(WHITESPACE)
    while chunk := source.chunk():
        rest = (rest + chunk).lstrip(WHITESPACE)[:CUT_BYTES]
    if elements.closed and not rest:
        return
    reason = "there is more after the end of the array" if elements.closed else "the file ends before the array does"
    number = elements.number + 1
    yield BadRow(Piece(offset, number, Mark(source.offset, number), rest[:CUT_BYTES], cut=True), reason)


FORMAT = Format(name="json", read=read, suffixes=(".json",), looks_like=looks_like_json)
