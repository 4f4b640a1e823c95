"""Reading in tests: bytes that arrive in small pieces, and what a reader made of them."""

import io
from collections.abc import Sequence

from hypothesis import strategies as st

from services.cli.importing.formats import formats
from services.cli.importing.rows import BadRow, Fields, Found, Mark, Row
from services.cli.importing.source import UTF16_MARKS, Source


class Dribble(io.BytesIO):
    """A pipe that never has more than a few bytes at a time."""

    def __init__(self, content: bytes, bytes_max: int) -> None:
        super().__init__(content)
        self._bytes_max = bytes_max

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(self._bytes_max if size is None or size < 0 else min(size, self._bytes_max))


def strange_bytes(count_max: int) -> st.SearchStrategy[bytes]:
    """Any, but for those that say that they are UTF-16, which is refused before anybody reads."""
    return st.binary(max_size=count_max).filter(lambda content: not content.startswith(UTF16_MARKS))


def source_of(content: bytes, *, bytes_at_once: int = 65_536, is_file: bool = False) -> Source:
    raw = Dribble(content, bytes_at_once)
    return Source(raw, name="some.file", bytes_total=len(content) if is_file else None)


def read(name: str, content: bytes, start: Mark | None = None, *, bytes_at_once: int = 65_536) -> list[Found]:
    return list(formats()[name].read(source_of(content, bytes_at_once=bytes_at_once), start or Mark()))


def fields_of(found: Sequence[Found]) -> list[Fields]:
    return [each.fields for each in found if isinstance(each, Row)]


def reasons_of(found: Sequence[Found]) -> list[str]:
    return [each.reason for each in found if isinstance(each, BadRow)]


def assert_resumable(name: str, content: bytes, *, ends_well: bool = True) -> None:
    """From the mark behind any row the reader finds what it found behind that row at first."""
    found = read(name, content)
    for index, each in enumerate(found):
        rest = found[index + 1 :]
        # That an array never ended is told once, and not by whoever begins at its very end.
        expected = rest if ends_well or len(rest) != 1 else rest[:0]
        assert read(name, content, each.piece.after) in (rest, expected)
