"""NDJSON: one JSON object a line."""

from collections.abc import Iterator

from pydantic_core import from_json

from services.cli.importing.formats import Format
from services.cli.importing.json_rows import WHITESPACE, row_from_json
from services.cli.importing.rows import Found, Mark
from services.cli.importing.source import Source


def read(source: Source, start: Mark) -> Iterator[Found]:
    source.skip_to(start.offset)
    for piece in source.lines(start.number):
        if piece.content.strip(WHITESPACE):
            yield row_from_json(piece)


def begins_with_an_object_alone_on_its_line(head: bytes) -> bool:
    first_line = head.lstrip(WHITESPACE).split(b"\n", 1)[0]
    if not first_line.startswith(b"{"):
        return False
    try:
        from_json(first_line)
    except ValueError:
        return False
    return True


FORMAT = Format(
    name="ndjson",
    read=read,
    suffixes=(".ndjson", ".jsonl"),
    looks_like=begins_with_an_object_alone_on_its_line,
)
