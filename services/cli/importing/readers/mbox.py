"""mbox: messages one after another, each behind a line that begins with `From `."""

import re
from collections.abc import Iterator

from services.cli.importing.formats import Format
from services.cli.importing.mail import BadMail, document_of
from services.cli.importing.rows import BadRow, Found, Mark, Piece, Row
from services.cli.importing.source import Source

SEPARATOR = b"From "
# What tells a separator from a sentence: the time at which the message came.
STAMPED = re.compile(rb"^From .*\d{1,2}:\d\d(:\d\d)?\b.*\b\d{4}\b")
QUOTED_SEPARATOR = re.compile(rb"^>(>*From )", re.MULTILINE)
# Of a larger message, the beginning is read: the text stands there, and behind it what was attached.
MESSAGE_BYTES_MAX = 8 * 1024**2


def read(source: Source, start: Mark) -> Iterator[Found]:
    source.skip_to(start.offset)
    for piece in _messages(source, start.number):
        try:
            yield Row(piece, document_of(_without_separators(piece.content)))
        except BadMail as error:
            yield BadRow(piece, str(error))


def _messages(source: Source, number: int) -> Iterator[Piece]:
    offset = source.offset
    message = bytearray()
    may_end = True
    for line in source.lines(0):
        if may_end and _separates(line.content, is_first=not message):
            if message:
                number += 1
                yield Piece(offset, number, Mark(line.offset, number), bytes(message))
            offset, message = line.offset, bytearray()
        may_end = not line.content.strip()
        message += line.content[: MESSAGE_BYTES_MAX - len(message)]
    if message.strip():
        yield Piece(offset, number + 1, Mark(source.offset, number + 1), bytes(message))


def _separates(line: bytes, *, is_first: bool) -> bool:
    return line.startswith(SEPARATOR) and (is_first or STAMPED.match(line) is not None)


def _without_separators(message: bytes) -> bytes:
    if message.startswith(SEPARATOR):
        message = message.partition(b"\n")[2]
    return QUOTED_SEPARATOR.sub(rb"\1", message)


def looks_like_mbox(head: bytes) -> bool:
    return head.startswith(SEPARATOR)


FORMAT = Format(
    name="mbox",
    read=read,
    suffixes=(".mbox", ".mbx"),
    looks_like=looks_like_mbox,
    names_collections=False,
)
