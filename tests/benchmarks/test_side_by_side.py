"""A comparison, on a terminal and as JSON."""

import io

from rich.console import Console

from benchmarks.comparing import Comparison, compare
from benchmarks.side_by_side import judgement_as_json, sheet_of
from tests.benchmarks.made_up import failed, made_run, measured, rate, ratio

OLD = made_run(measured(ratio(1.0, 1.01, 1.02), rate(1.0, 1.01, 1.02)), measured(name="b"), failed("c"))
NEW = made_run(measured(ratio(1.2, 1.21, 1.22), rate(1.0, 1.01)), failed("b"), measured(name="c"))


def printed(comparison: Comparison, *, with_figures: bool = False, width: int = 100) -> str:
    window = io.StringIO()
    Console(file=window, width=width, emoji=False, highlight=False).print(
        sheet_of(comparison, with_figures=with_figures)
    )
    return window.getvalue()


def test_every_ratio_has_its_verdict_and_regressions_are_said_again_at_the_end() -> None:
    said = printed(compare(OLD, NEW))
    (row,) = [line for line in said.splitlines() if line.startswith("  bus, p50 / nats-py, p50  ")]
    assert row.split()[-7:] == ["1.01", "1.21", "1.20", "1.18–1.22", "at", "90%", "worse"]
    assert "undecided: too few repeats (3 and 2)" in said
    assert "fails: WorkMissing: 9 of 130" in said
    assert "mended: before: WorkMissing: 9 of 130" in said
    closing = said.rstrip().splitlines()[-3:]
    assert closing == [
        "2 regressions, 1 undecided",
        "worse: request-reply, bus, p50 / nats-py, p50",
        "fails: b",
    ]


def test_figures_are_shown_if_they_are_asked_for() -> None:
    assert "bus, p50, ms" in printed(compare(OLD, OLD), with_figures=True)
    assert "bus, p50, ms" not in printed(compare(OLD, OLD))
    assert "no regressions" in printed(compare(OLD, OLD))


def test_a_reason_that_many_ratios_have_is_said_once() -> None:
    few = made_run(measured(ratio(1.0), rate(1.0)))
    said = printed(compare(few, few))
    assert said.count("too few repeats") == 1
    assert "2 ratios: undecided: too few repeats (1 and 1)" in said


def test_what_differs_besides_is_said() -> None:
    assert "other seeds: 1 and 2" in printed(compare(OLD, OLD.model_copy(update={"seed": 2})))


def test_it_fits_the_window() -> None:
    for width in (100, 60, 40):
        said = printed(compare(OLD, NEW), with_figures=True, width=width)
        assert max(map(len, said.splitlines())) <= width


def test_as_json_a_judgement_has_its_interval() -> None:
    worse, undecided = (judgement_as_json(judgement) for judgement in compare(OLD, NEW).judgements[:2])
    assert (worse["verdict"], worse["regression"], worse["confidence"]) == ("worse", True, 0.9)
    assert isinstance(worse["interval"], tuple)
    assert (undecided["verdict"], undecided["regression"], undecided["interval"]) == ("undecided", False, None)
