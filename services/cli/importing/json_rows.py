"""From the bytes of one JSON value to a row, or the reason why it is none."""

from pydantic_core import from_json

from services.cli.importing.rows import BadRow, Found, Piece, Row, too_large, why_not_utf8
from shared.contracts.message import not_json

WHITESPACE = b" \t\r\n"


def row_from_json(piece: Piece) -> Found:
    if piece.cut:
        return too_large(piece)
    try:
        value = from_json(piece.content, allow_inf_nan=False)
    except ValueError as error:
        return BadRow(piece, why_not_utf8(piece.content) or not_json(str(error)))
    if not isinstance(value, dict):
        return BadRow(piece, "a row must be a JSON object")
    return Row(piece, value)
