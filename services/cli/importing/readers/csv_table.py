"""CSV: the first row names the columns. A column that is no field of a document goes into its `data`."""

import csv
from collections import Counter, deque
from collections.abc import Iterator
from datetime import UTC, datetime

from pydantic import JsonValue
from pydantic_core import from_json

from services.cli.importing.formats import Format
from services.cli.importing.rows import ROW_BYTES_MAX, BadRow, Fields, Found, Mark, Piece, Row, too_large
from services.cli.importing.source import Source
from shared.contracts.documents import Draft
from shared.errors import Invalid

DELIMITERS = ",;\t|"
LISTS = frozenset({"tags", "parents"})
NUMBERS = frozenset({"ttl_seconds", "if_version"})
# A quote that is never closed would otherwise take the whole rest of the file for one row.
QUOTED_BYTES_MAX = 1024**2


def read(source: Source, start: Mark) -> Iterator[Found]:
    table = _Table(source)
    if (header := table.header()) is None:
        return
    table.go_on_at(start)
    while (read := table.next()) is not None:
        piece, cells = read
        if isinstance(cells, BadRow):
            yield cells
        elif len(cells) != len(header):
            yield BadRow(piece, f"the row has {len(cells)} cells, and the header {len(header)}")
        else:
            yield Row(piece, {name: cell for name, cell in zip(header, cells, strict=True) if cell.strip()})


class _Table:
    """Rows of cells. After a row that can't be read it goes on at the next line, not behind all that the row took."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._number = 0
        self._delimiter = ","
        # Lines that a bad row took, and that are read again.
        self._pending: deque[Piece] = deque()
        csv.field_size_limit(ROW_BYTES_MAX)

    def header(self) -> list[str] | None:
        first_line = self._source.head.split(b"\n", 1)[0].decode("utf-8", "replace")
        self._delimiter = max(DELIMITERS, key=first_line.count)
        if (read := self.next()) is None:
            return None
        cells = read[1]
        if isinstance(cells, BadRow):
            raise Invalid(f"{self._source.name}: the header can't be read: {cells.reason}")
        names = [_column(name) for name in cells]
        twice = [name for name, count in Counter(names).items() if count > 1 or not name]
        if twice:
            raise Invalid(
                f"{self._source.name}: the header names {twice[0]!r} twice, or leaves a column without a name"
            )
        return names

    def go_on_at(self, start: Mark) -> None:
        if start.offset > self._source.offset:
            self._source.skip_to(start.offset)
            self._number = start.number

    def next(self) -> tuple[Piece, list[str] | BadRow] | None:
        """The next row that isn't blank, and what was read of it."""
        while True:
            taken: list[Piece] = []
            reader = csv.reader(self._lines(taken), delimiter=self._delimiter, strict=True)
            try:
                cells = next(reader, None)
            except csv.Error as error:
                return self._bad(taken, str(error))
            if cells is None:
                return None
            if cells:
                return self._checked(_joined(taken), cells)

    def _lines(self, taken: list[Piece]) -> Iterator[str]:
        bytes_taken = 0
        while (piece := self._next_line()) is not None:
            taken.append(piece)
            bytes_taken += len(piece.content)
            if piece.cut:
                raise csv.Error("too large")
            if len(taken) > 1 and bytes_taken > QUOTED_BYTES_MAX:
                raise csv.Error(f"a quote is opened and not closed within {QUOTED_BYTES_MAX} bytes")
            yield piece.content.decode("utf-8", "surrogateescape")

    def _next_line(self) -> Piece | None:
        if self._pending:
            return self._pending.popleft()
        piece = self._source.line(self._number + 1)
        self._number += piece is not None
        return piece

    def _bad(self, taken: list[Piece], reason: str) -> tuple[Piece, BadRow]:
        first, *others = taken
        self._pending.extendleft(reversed(others))
        return first, too_large(first) if first.cut else BadRow(first, f"not valid CSV: {reason}")

    def _checked(self, piece: Piece, cells: list[str]) -> tuple[Piece, list[str] | BadRow]:
        try:
            "".join(cells).encode()
        except UnicodeEncodeError:
            return piece, BadRow(piece, "not valid UTF-8")
        return piece, cells


def _joined(taken: list[Piece]) -> Piece:
    if len(taken) == 1:
        return taken[0]
    content = b"".join(piece.content for piece in taken)
    return Piece(taken[0].offset, taken[0].number, taken[-1].after, content)


def _column(name: str) -> str:
    """A document's field whatever its case, anything else as it is written."""
    name = name.strip()
    return name.lower() if name.lower() in Draft.model_fields else name


def shape(columns: Fields) -> Fields:
    fields: Fields = {}
    others: Fields = {}
    for name, cell in columns.items():
        if name in Draft.model_fields:
            fields[name] = _value(name, cell)
        else:
            others[name] = cell
    if others:
        data = fields.get("data") or {}
        if not isinstance(data, dict):
            raise ValueError(f"'data' is no JSON object, so it has no room for the column {next(iter(others))!r}")
        fields["data"] = {**data, **others}
    return fields


def _value(name: str, cell: JsonValue) -> JsonValue:
    if not isinstance(cell, str):
        return cell
    if name == "data":
        try:
            return from_json(cell, allow_inf_nan=False)  # type: ignore[no-any-return]  # any JSON, as its type says
        except ValueError as error:
            raise ValueError("'data' is not valid JSON") from error
    if name in LISTS:
        return [part.strip() for part in cell.replace(",", ";").split(";") if part.strip()]
    if name in NUMBERS and cell.strip().isdecimal():
        return int(cell)
    return _moment(cell) if name == "occurred_at" else cell


def _moment(cell: str) -> str:
    """A time without a zone is taken for UTC; what can't be read is left for the refusal to name."""
    try:
        moment = datetime.fromisoformat(cell.strip())
    except ValueError:
        return cell
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).isoformat()


FORMAT = Format(name="csv", read=read, suffixes=(".csv", ".tsv"), shape=shape)
