"""What a run has found, on a terminal: by scenario, first the ratios with their targets, then the figures."""

from collections.abc import Iterator

from rich.text import Text

from benchmarks.results import FigureResult, RatioResult, RunResult, ScenarioResult
from benchmarks.sheet import Row, Section, Sheet
from benchmarks.words import counted, middle, number, reservations, spread, target, targets_reached, verdict, what
from shared.harmless import harmless, one_line

HEADINGS = ("", "median", "unit", "spread", "target", "verdict")
RIGHT = frozenset({"median", "spread", "target"})
REASON_CHARACTERS = 1_000
VERDICT_STYLES = {"reached": "green", "missed": "bold yellow"}


def table_of(run: RunResult) -> Sheet:
    return Sheet(HEADINGS, RIGHT, [_section(scenario) for scenario in run.scenarios], _closing(run))


def _section(scenario: ScenarioResult) -> Section:
    rows = [*map(_ratio_row, scenario.ratios), *map(_figure_row, scenario.figures)]
    return Section(_heading(scenario), rows, list(_remarks(scenario)))


def _heading(scenario: ScenarioResult) -> Text:
    heading = Text(harmless(scenario.name), style="bold cyan")
    repeats = max((len(figure.values) for figure in scenario.figures), default=0)
    facts = [counted(repeats, "repeat")] if repeats else []
    return heading.append(f"  {', '.join([*facts, f'{scenario.seconds:.0f} s'])}", style="not bold dim")


def _remarks(scenario: ScenarioResult) -> Iterator[Text]:
    if scenario.failure is not None:
        yield Text(f"failed: {one_line(scenario.failure, REASON_CHARACTERS)}", style="bold red")
    for name, reason in scenario.absent.items():
        yield Text(harmless(f"{name}: absent, {one_line(reason, REASON_CHARACTERS)}"), style="yellow")


def _ratio_row(ratio: RatioResult) -> Row:
    return (
        Text(harmless(what(ratio))),
        Text(middle(ratio), style="bold"),
        Text(),
        Text(spread(ratio), style="dim"),
        Text(target(ratio), style="dim"),
        Text(verdict(ratio), style=VERDICT_STYLES.get(verdict(ratio), "")),
    )


def _figure_row(figure: FigureResult) -> Row:
    median, unit = Text(number(figure.median)), Text(harmless(figure.unit))
    return Text(harmless(figure.name)), median, unit, Text(spread(figure), style="dim"), Text(), Text()


def _closing(run: RunResult) -> Text:
    closing = Text(targets_reached(run), style="bold")
    if run.failed:
        closing.append(f", {counted(len(run.failed), 'scenario')} failed", style="red")
    for scenario in run.scenarios:
        for ratio in scenario.ratios:
            if ratio.reached is False:
                missed = f"\nmissed: {scenario.name}, {what(ratio)}: {middle(ratio)}, not {target(ratio)}"
                closing.append(harmless(missed), style="not bold yellow")
    for reservation in reservations(run):
        closing.append(f"\n{reservation}", style="not bold")
    return closing
