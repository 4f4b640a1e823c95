"""Figures as a person reads them: three digits that count, and how far apart the repeats were."""

from collections.abc import Iterator

from benchmarks.results import Measured, RatioResult, RunResult

TIMES = "\N{MULTIPLICATION SIGN}"
AT_MOST = "\N{LESS-THAN OR EQUAL TO}"
AT_LEAST = "\N{GREATER-THAN OR EQUAL TO}"

# Beyond it, something else was running.
LOAD_PER_CORE_MAX = 0.5


def number(value: float) -> str:
    """0.263, 1.31, 15.4, 22,712"""
    size = abs(value)
    if size >= 100:
        return f"{value:,.0f}"
    if size >= 10:
        return f"{value:.1f}"
    if size >= 1 or not size:
        return f"{value:.2f}"
    return f"{value:#.3g}"


def middle(ratio: RatioResult) -> str:
    """Its median, with as many digits as it takes to see on which side of the target it is."""
    said = number(ratio.median)
    if ratio.target is None or ratio.reached is ratio.reaches(float(said.replace(",", ""))):
        return said
    return f"{ratio.median:.4g}"


def spread(measured: Measured) -> str:
    """Nothing, if there is only one."""
    if len(measured.values) < 2:
        return ""
    return between(measured.lowest, measured.highest)


def between(low: float, high: float) -> str:
    return f"{number(low)}–{number(high)}"


def target(ratio: RatioResult) -> str:
    if ratio.target is None:
        return ""
    return f"{AT_MOST if ratio.better == 'lower' else AT_LEAST} {ratio.target:g}"


def verdict(ratio: RatioResult) -> str:
    return "" if ratio.reached is None else "reached" if ratio.reached else "missed"


def targets_reached(run: RunResult) -> str:
    targets = [ratio.reached for ratio in run.ratios if ratio.reached is not None]
    if not targets:
        return "no targets"
    return f"{sum(targets)} of {counted(len(targets), 'target')} reached"


def reservations(run: RunResult) -> Iterator[str]:
    """What a reader has to bear in mind."""
    if run.extent == "smoke":
        yield "These were the smoke sizes: too little work for the figures to mean much."
    load, cores = run.machine.get("load_before"), run.machine.get("cores")
    if isinstance(load, float) and isinstance(cores, int) and load > LOAD_PER_CORE_MAX * cores:
        yield f"The machine was busy before the run began: its load was {load:g} on {counted(cores, 'core')}."


def what(ratio: RatioResult) -> str:
    return f"{ratio.of} / {ratio.to}"


def counted(count: int, thing: str) -> str:
    return f"{count:,} {thing}{'' if count == 1 else 's'}"
