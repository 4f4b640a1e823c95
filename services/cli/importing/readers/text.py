"""Plain text: a whole file is one document, and its name is the title."""

from collections.abc import Iterator

from services.cli.importing.formats import FALLBACK, Format
from services.cli.importing.rows import CUT_BYTES, ROW_BYTES_MAX, BadRow, Fields, Found, Mark, Piece, Row, why_not_utf8
from services.cli.importing.source import Source


def read(source: Source, start: Mark) -> Iterator[Found]:
    if start.offset:
        return
    content = b""
    while len(content) <= ROW_BYTES_MAX and (chunk := source.chunk()):
        content += chunk
    after = Mark(source.offset, 1)
    if len(content) > ROW_BYTES_MAX:
        reason = f"the file has more than {ROW_BYTES_MAX} bytes: too much for one document; try --format lines"
        yield BadRow(Piece(0, 1, after, content[:CUT_BYTES], cut=True), reason, "too-large")
    elif content.strip():
        piece = Piece(0, 1, after, content)
        reason_not_utf8 = why_not_utf8(content)
        yield BadRow(piece, reason_not_utf8) if reason_not_utf8 else Row(piece, _document(source.name, content))


def _document(name: str, content: bytes) -> Fields:
    return {"title": name, "text": content.decode()}


FORMAT = Format(name=FALLBACK, read=read, suffixes=(".txt", ".text", ".md", ".rst"), names_collections=False)
