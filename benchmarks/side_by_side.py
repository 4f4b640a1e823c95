"""A comparison on a terminal: the verdict on each ratio, and for information how the figures differ."""

from collections.abc import Iterator, Mapping
from itertools import groupby

from rich.text import Text

from benchmarks.comparing import Comparison, Difference, Judgement
from benchmarks.sheet import Row, Section, Sheet
from benchmarks.words import between, counted, number
from services.cli.harmless import harmless, one_line

HEADINGS = ("", "old", "new", "new / old", "interval", "verdict")
RIGHT = frozenset({"old", "new", "new / old", "interval"})
REASON_CHARACTERS = 1_000
STYLES = {
    "better": "green",
    "mended": "green",
    "undecided": "yellow",
    "worse": "bold red",
    "gone": "bold red",
    "fails": "bold red",
}


def sheet_of(comparison: Comparison, *, with_figures: bool) -> Sheet:
    differences = {
        name: list(found) for name, found in groupby(comparison.differences, lambda difference: difference.scenario)
    }
    sections = []
    for name, found in groupby(comparison.judgements, lambda judgement: judgement.scenario):
        judgements = list(found)
        rows = [_row(judgement) for judgement in judgements if judgement.ratio]
        if with_figures:
            rows += map(_figure_row, differences.get(name, ()))
        sections.append(Section(Text(harmless(name), style="bold cyan"), rows, list(_remarks(judgements))))
    return Sheet(HEADINGS, RIGHT, sections, _closing(comparison))


def judgement_as_json(judgement: Judgement) -> Mapping[str, object]:
    shift = judgement.shift
    return {
        "scenario": judgement.scenario,
        "ratio": judgement.ratio,
        "verdict": judgement.verdict,
        "regression": judgement.is_regression,
        "because": judgement.because,
        "old": judgement.old,
        "new": judgement.new,
        "factor": shift and shift.factor,
        "interval": shift and (shift.low, shift.high),
        "confidence": shift and float(shift.confidence),
    }


def _remarks(judgements: list[Judgement]) -> Iterator[Text]:
    for judgement in judgements:
        if judgement.because:
            about = f"{judgement.ratio}: " if judgement.ratio else ""
            said = f"{about}{judgement.verdict}, {one_line(judgement.because, REASON_CHARACTERS)}"
            yield Text(harmless(said), style=STYLES.get(judgement.verdict, "yellow"))
        elif not judgement.ratio:
            yield Text(judgement.verdict, style=STYLES.get(judgement.verdict, "yellow"))


def _row(judgement: Judgement) -> Row:
    shift = judgement.shift
    return (
        Text(harmless(judgement.ratio)),
        Text("" if judgement.old is None else number(judgement.old)),
        Text("" if judgement.new is None else number(judgement.new)),
        Text("" if shift is None else number(shift.factor), style="bold"),
        Text("" if shift is None else f"{between(shift.low, shift.high)} at {float(shift.confidence):.0%}", style="dim"),
        Text(judgement.verdict, style=STYLES.get(judgement.verdict, "")),
    )


def _figure_row(difference: Difference) -> Row:
    factor = number(difference.new / difference.old) if difference.old else ""
    name = Text(harmless(f"{difference.figure}, {difference.unit}"), style="dim")
    old, new = (Text(number(value), style="dim") for value in (difference.old, difference.new))
    return name, old, new, Text(factor, style="dim"), Text(), Text()


def _closing(comparison: Comparison) -> Text:
    closing = Text()
    for reservation in comparison.reservations:
        closing.append(f"{harmless(reservation)}\n", style="yellow")
    found = len(comparison.regressions)
    if not found:
        return closing.append("no regressions", style="bold green")
    closing.append(counted(found, "regression"), style="bold red")
    for judgement in comparison.regressions:
        about = ", ".join(filter(None, (judgement.scenario, judgement.ratio)))
        closing.append(harmless(f"\n{judgement.verdict}: {about}"), style="red")
    return closing
