"""Plain text with one document a line; only asked for by name, since no file looks more like it than like text."""

from collections.abc import Iterator

from services.cli.importing.formats import Format
from services.cli.importing.rows import BadRow, Found, Mark, Row, too_large, why_not_utf8
from services.cli.importing.source import Source


def read(source: Source, start: Mark) -> Iterator[Found]:
    source.skip_to(start.offset)
    for piece in source.lines(start.number):
        if not piece.content.strip():
            continue
        if piece.cut:
            yield too_large(piece)
        elif reason := why_not_utf8(piece.content):
            yield BadRow(piece, reason)
        else:
            yield Row(piece, {"text": piece.content.decode().rstrip("\r\n")})


FORMAT = Format(name="lines", read=read, names_collections=False)
