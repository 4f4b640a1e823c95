"""Sections of rows whose columns are aligned over all of them, as wide as the window.

In a window that is too narrow for columns, a line has the first cell of a row and the next one the others.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

Row = Sequence[Text]

# Below it, what stands in the first column would be broken into too many lines.
COLUMNS_WIDTH_MIN = 80
FIRST_WIDTH_MIN = 24
GAP = 2


@dataclass(frozen=True, slots=True)
class Section:
    heading: Text
    rows: Sequence[Row]
    # What has to be said before the rows.
    remarks: Sequence[Text] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """`right` are the columns whose cells stand at the right."""

    headings: Sequence[str]
    right: frozenset[str]
    sections: Sequence[Section]
    closing: Text

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        headings = [Text(heading, style="dim") for heading in self.headings]
        rows = [headings, *(row for section in self.sections for row in section.rows)]
        widths = [max(cell.cell_len for cell in column) for column in zip(*rows, strict=True)]
        beside = sum(widths[1:]) + GAP * len(widths)
        in_columns = options.max_width >= max(COLUMNS_WIDTH_MIN, beside + FIRST_WIDTH_MIN)
        widths[0] = min(widths[0], options.max_width - beside)
        if in_columns and len(rows) > 1:
            yield self._columns([headings], widths)
        for section in self.sections:
            yield section.heading
            yield from map(_aside, section.remarks)
            if section.rows:
                yield self._columns(section.rows, widths) if in_columns else Group(*_lines(section.rows))
            yield Text()
        yield self.closing

    def _columns(self, rows: Sequence[Row], widths: Sequence[int]) -> RenderableType:
        table = Table(box=None, pad_edge=False, show_header=False, padding=(0, GAP, 0, 0))
        for heading, width in zip(self.headings, widths, strict=True):
            table.add_column(justify="right" if heading in self.right else "left", width=width, overflow="fold")
        for row in rows:
            table.add_row(*row)
        return _aside(table)


def _lines(rows: Sequence[Row]) -> Iterator[RenderableType]:
    for first, *others in rows:
        yield _aside(first)
        yield Padding(Text(" " * GAP).join(cell for cell in others if cell), (0, 0, 0, 2 * GAP), expand=False)


def _aside(part: RenderableType) -> Padding:
    return Padding(part, (0, 0, 0, GAP), expand=False)
