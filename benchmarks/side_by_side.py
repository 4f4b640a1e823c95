"""A comparison on a terminal: the verdict on each ratio, and for information how the figures differ."""

from collections.abc import Iterator, Mapping
from itertools import groupby

from rich.text import Text

from benchmarks.comparing import Comparison, Difference, Judgement
from benchmarks.sheet import Row, Section, Sheet
from benchmarks.words import between, counted, number
from shared.harmless import harmless, one_line

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
    """Each reason once, however many ratios have it."""
    said: dict[tuple[str, str], list[str]] = {}
    for judgement in judgements:
        if judgement.because or not judgement.ratio:
            said.setdefault((judgement.verdict, judgement.because), []).append(judgement.ratio)
    for (verdict, because), ratios in said.items():
        about = ratios[0] if len(ratios) == 1 else counted(len(ratios), "ratio")
        words = ": ".join(filter(None, (about, verdict, one_line(because, REASON_CHARACTERS))))
        yield Text(harmless(words), style=STYLES.get(verdict, "yellow"))


def _row(judgement: Judgement) -> Row:
    shift = judgement.shift
    return (
        Text(harmless(judgement.ratio)),
        Text("" if judgement.old is None else number(judgement.old)),
        Text("" if judgement.new is None else number(judgement.new)),
        Text("" if shift is None else number(shift.factor), style="bold"),
        Text(
            "" if shift is None else f"{between(shift.low, shift.high)} at {float(shift.confidence):.0%}", style="dim"
        ),
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
    closing.append(counted(found, "regression") if found else "no regressions", style="bold red" if found else "bold")
    if undecided := [judgement for judgement in comparison.judgements if judgement.verdict == "undecided"]:
        closing.append(f", {len(undecided)} undecided", style="not bold yellow")
    for judgement in comparison.regressions:
        about = ", ".join(filter(None, (judgement.scenario, judgement.ratio)))
        closing.append(harmless(f"\n{judgement.verdict}: {about}"), style="red")
    return closing
