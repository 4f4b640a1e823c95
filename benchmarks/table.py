"""What a run has found, on a terminal: by scenario, first the ratios with their targets, then the figures.

In a window that is too narrow for columns, a line says what and the next one how much.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from benchmarks.results import RatioResult, RunResult, ScenarioResult
from benchmarks.words import counted, middle, number, spread, target, targets_reached, verdict, what
from services.cli.harmless import harmless, one_line

# Below it, what is measured would be broken into too many lines.
COLUMNS_WIDTH_MIN = 80
WHAT_WIDTH_MIN = 24
GAP = 2
REASON_CHARACTERS = 1_000
VERDICT_STYLES = {"reached": "green", "missed": "bold yellow"}


class Row(NamedTuple):
    what: str
    median: str
    unit: str
    spread: str
    target: str
    verdict: str


HEADINGS = Row("", "median", "", "spread", "target", "")
RIGHT = {"median", "spread", "target"}


@dataclass(frozen=True, slots=True)
class RunTable:
    """As wide as the window, or as it needs to be where there is none."""

    run: RunResult

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        rows = {scenario.name: list(_rows(scenario)) for scenario in self.run.scenarios}
        every = [HEADINGS, *(row for each in rows.values() for row in each)]
        widths = [max(len(cell) for cell in column) for column in zip(*every, strict=True)]
        beside = sum(widths[1:]) + GAP * (len(HEADINGS) - 1) + GAP
        columns = options.max_width >= max(COLUMNS_WIDTH_MIN, beside + WHAT_WIDTH_MIN)
        widths[0] = min(widths[0], options.max_width - beside)
        parts: list[RenderableType] = [_columns([HEADINGS], widths, style="dim")] if columns else []
        for scenario in self.run.scenarios:
            parts += [_heading(scenario), *_troubles(scenario)]
            found = rows[scenario.name]
            if found:
                parts.append(_columns(found, widths) if columns else Group(*_lines(found)))
            parts.append(Text())
        yield Group(*parts, _summary(self.run))


def _rows(scenario: ScenarioResult) -> Iterator[Row]:
    for ratio in scenario.ratios:
        yield _ratio_row(ratio)
    for figure in scenario.figures:
        yield Row(harmless(figure.name), number(figure.median), harmless(figure.unit), spread(figure), "", "")


def _ratio_row(ratio: RatioResult) -> Row:
    return Row(harmless(what(ratio)), middle(ratio), "", spread(ratio), target(ratio), verdict(ratio))


def _heading(scenario: ScenarioResult) -> Text:
    heading = Text(harmless(scenario.name), style="bold cyan")
    repeats = max((len(figure.values) for figure in scenario.figures), default=0)
    facts = [counted(repeats, "repeat")] if repeats else []
    return heading.append(f"  {', '.join([*facts, f'{scenario.seconds:.0f} s'])}", style="not bold dim")


def _troubles(scenario: ScenarioResult) -> Iterator[RenderableType]:
    if scenario.failure is not None:
        yield _aside(Text(f"failed: {one_line(scenario.failure, REASON_CHARACTERS)}", style="bold red"))
    for name, reason in scenario.absent.items():
        yield _aside(Text(harmless(f"{name}: absent, {one_line(reason, REASON_CHARACTERS)}"), style="yellow"))


def _columns(rows: Sequence[Row], widths: Sequence[int], style: str = "") -> RenderableType:
    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, GAP, 0, 0), style=style)
    for name, width in zip(Row._fields, widths, strict=True):
        table.add_column(justify="right" if name in RIGHT else "left", width=width, overflow="fold")
    for row in rows:
        strong = "" if row.unit or row is HEADINGS else "bold"
        cells = [Text(row.what), Text(row.median, style=strong), Text(row.unit), Text(row.spread, style="dim")]
        table.add_row(*cells, Text(row.target, style="dim"), Text(row.verdict, style=_verdict_style(row)))
    return _aside(table)


def _lines(rows: Sequence[Row]) -> Iterator[RenderableType]:
    for row in rows:
        yield _aside(Text(row.what))
        said = Text(" ".join(filter(None, (row.median, row.unit))), style="" if row.unit else "bold")
        if row.spread:
            said.append(f"  {row.spread}", style="not bold dim")
        if row.target:
            said.append(f"  {row.target}", style="not bold dim").append(f"  {row.verdict}", style=_verdict_style(row))
        yield Padding(said, (0, 0, 0, 2 * GAP))


def _verdict_style(row: Row) -> str:
    return VERDICT_STYLES.get(row.verdict, "")


def _aside(part: RenderableType) -> Padding:
    return Padding(part, (0, 0, 0, GAP), expand=False)


def _summary(run: RunResult) -> Text:
    summary = Text(f"{targets_reached(run)}", style="bold")
    if run.failed:
        summary.append(f", {counted(len(run.failed), 'scenario')} failed", style="red")
    for scenario in run.scenarios:
        for ratio in scenario.ratios:
            if ratio.reached is False:
                missed = f"\nmissed: {scenario.name}, {what(ratio)}: {middle(ratio)}, not {target(ratio)}"
                summary.append(harmless(missed), style="not bold yellow")
    if run.extent == "smoke":
        summary.append("\nThese were the smoke sizes: too little work for its figures to mean much.", style="not bold")
    return summary
