"""Two runs side by side: which ratios have become better or worse, and whether that is sure.

Only ratios are judged, because they were measured beside their limit or peer in the same run. Figures are shown for
information: on another day, or another machine, they differ by themselves.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from benchmarks.history import place_of
from benchmarks.results import RatioResult, RunResult, ScenarioResult
from benchmarks.scenario import Better
from benchmarks.shifting import CONFIDENCE_MIN, Shift, shift
from benchmarks.words import counted
from shared.errors import Conflict

TOLERANCE = 0.05

Verdict = Literal["better", "worse", "same", "undecided", "gone", "fails", "mended", "new"]
# What a build should fail for.
REGRESSIONS: frozenset[Verdict] = frozenset({"worse", "gone", "fails"})


@dataclass(frozen=True, slots=True)
class Judgement:
    """Of a ratio; or of a scenario as a whole, when there are no ratios to judge."""

    scenario: str
    ratio: str
    verdict: Verdict
    old: float | None = None
    new: float | None = None
    shift: Shift | None = None
    because: str = ""

    @property
    def is_regression(self) -> bool:
        return self.verdict in REGRESSIONS


@dataclass(frozen=True, slots=True)
class Difference:
    """Of a figure; for information."""

    scenario: str
    figure: str
    unit: str
    old: float
    new: float


@dataclass(frozen=True, slots=True)
class Comparison:
    judgements: Sequence[Judgement]
    differences: Sequence[Difference]
    # What a reader has to bear in mind.
    reservations: Sequence[str]

    @property
    def regressions(self) -> Sequence[Judgement]:
        return [judgement for judgement in self.judgements if judgement.is_regression]


def compare(old: RunResult, new: RunResult, tolerance: float = TOLERANCE) -> Comparison:
    if old.extent != new.extent:
        raise Conflict(f"a {old.extent} run and a {new.extent} run can't be compared: they measure different amounts")
    before = {scenario.name: scenario for scenario in old.scenarios}
    after = {scenario.name: scenario for scenario in new.scenarios}
    names = [*before, *(name for name in after if name not in before)]
    return Comparison(
        [judgement for name in names for judgement in _judge(name, before.get(name), after.get(name), tolerance)],
        [each for name in names if name in before and name in after for each in _differ(before[name], after[name])],
        list(_reservations(old, new)),
    )


def _judge(name: str, old: ScenarioResult | None, new: ScenarioResult | None, tolerance: float) -> Iterator[Judgement]:
    had_figures = old is not None and old.failure is None
    if new is None:
        yield Judgement(name, "", "gone" if had_figures else "undecided", because="the scenario was not run")
    elif new.failure is not None:
        because = new.failure if had_figures else f"it fails{' as before' if old else ''}: {new.failure}"
        yield Judgement(name, "", "fails" if had_figures else "undecided", because=because)
    elif old is None:
        yield Judgement(name, "", "new", because="it was not in the old run")
    elif old.failure is not None:
        yield Judgement(name, "", "mended", because=f"before: {old.failure}")
    else:
        yield from _judge_ratios(old, new, tolerance)


def _judge_ratios(old: ScenarioResult, new: ScenarioResult, tolerance: float) -> Iterator[Judgement]:
    after = {_title(ratio): ratio for ratio in new.ratios}
    for ratio in old.ratios:
        title = _title(ratio)
        found = after.pop(title, None)
        if found is not None:
            yield _judge_ratio(new.name, title, ratio, found, tolerance)
        elif excuses := [new.absent[part] for part in (ratio.of, ratio.to) if part in new.absent]:
            yield Judgement(new.name, title, "undecided", ratio.median, because=f"not measured now: {excuses[0]}")
        else:
            yield Judgement(new.name, title, "gone", ratio.median, because="the ratio was not measured")
    for title, ratio in after.items():
        yield Judgement(new.name, title, "new", new=ratio.median)


def _judge_ratio(scenario: str, title: str, old: RatioResult, new: RatioResult, tolerance: float) -> Judgement:
    counts = f"{len(old.values)} and {len(new.values)}"
    if min(*old.values, *new.values) <= 0:
        because = "a ratio of nothing has no factor"
        return Judgement(scenario, title, "undecided", old.median, new.median, because=because)
    found = shift(old.values, new.values)
    if found.confidence < CONFIDENCE_MIN:
        because = f"too few repeats ({counts}); 3 and 3 would do"
        return Judgement(scenario, title, "undecided", old.median, new.median, because=because)
    word = verdict_of(found, new.better, tolerance)
    return Judgement(scenario, title, word, old.median, new.median, found)


def verdict_of(found: Shift, better: Better, tolerance: float) -> Verdict:
    """Only what the whole interval says."""
    low, high = (found.low, found.high) if better == "lower" else (1 / found.high, 1 / found.low)
    if low > 1 + tolerance:
        return "worse"
    if high < 1 / (1 + tolerance):
        return "better"
    return "same" if low >= 1 / (1 + tolerance) and high <= 1 + tolerance else "undecided"


def _differ(old: ScenarioResult, new: ScenarioResult) -> Iterator[Difference]:
    after = {figure.name: figure for figure in new.figures}
    for figure in old.figures:
        found = after.get(figure.name)
        if found is not None and found.unit == figure.unit:
            yield Difference(new.name, figure.name, figure.unit, figure.median, found.median)


def _reservations(old: RunResult, new: RunResult) -> Iterator[str]:
    if place_of(old) != place_of(new):
        yield f"other machines: {place_of(old)}; {place_of(new)}"
    changed = [name for name, version in new.versions.items() if old.versions.get(name, version) != version]
    if changed:
        named = ", ".join(f"{name} {old.versions[name]} and {new.versions[name]}" for name in changed)
        yield f"other versions: {named}"
    if old.settings != new.settings:
        every = sorted({*old.settings, *new.settings})
        names = [name for name in every if old.settings.get(name) != new.settings.get(name)]
        yield f"other settings: {', '.join(names)}"
    if old.seed != new.seed:
        yield f"other seeds: {old.seed} and {new.seed}"
    if old.repeats != new.repeats:
        yield f"not as many repeats: {old.repeats}, then {counted(new.repeats, 'repeat')}"


def _title(ratio: RatioResult) -> str:
    return f"{ratio.of} / {ratio.to}"
