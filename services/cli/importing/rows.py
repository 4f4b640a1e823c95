"""What a reader finds in a file: rows, and pieces that ought to be rows but are not."""

from dataclasses import dataclass

from pydantic import JsonValue

# A row above it is not even looked at. It is far more than a document may have, and keeps memory bounded.
ROW_BYTES_MAX = 4 * 1024**2
# What is kept of one that is larger: enough to find it again.
CUT_BYTES = 1024

Fields = dict[str, JsonValue]


@dataclass(frozen=True, slots=True)
class Mark:
    """A place between two rows, from which a reader can go on."""

    offset: int = 0
    # What people call the place: how many lines (or elements, or messages) lie before it.
    number: int = 0


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a file that a row was, or should have been, read from."""

    offset: int
    number: int
    after: Mark
    content: bytes
    # Larger than ROW_BYTES_MAX: `content` is only its beginning.
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    piece: Piece
    fields: Fields


@dataclass(frozen=True, slots=True)
class BadRow:
    piece: Piece
    reason: str
    kind: str = "invalid"


Found = Row | BadRow


def too_large(piece: Piece) -> BadRow:
    return BadRow(piece, f"the row has more than {ROW_BYTES_MAX} bytes", "too-large")


def why_not_utf8(content: bytes) -> str | None:
    try:
        content.decode()
    except UnicodeDecodeError as error:
        return f"not valid UTF-8: byte 0x{content[error.start]:02x}, {error.start} bytes into the row"
    return None
