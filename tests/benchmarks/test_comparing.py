"""Verdicts: only ratios decide, and only where the repeats allow it."""

from fractions import Fraction

import pytest

from benchmarks.comparing import Comparison, compare, verdict_of
from benchmarks.results import RunResult, ScenarioResult
from benchmarks.scenario import Better
from benchmarks.shifting import Shift
from shared.errors import Conflict
from tests.benchmarks.made_up import OURS, PEER, failed, figure, made_run, measured, rate, ratio

STEADY = (1.00, 1.01, 1.02)


def verdicts(comparison: Comparison) -> list[tuple[str, str]]:
    return [(judgement.ratio, judgement.verdict) for judgement in comparison.judgements]


def compared(old: ScenarioResult, new: ScenarioResult) -> Comparison:
    return compare(made_run(old), made_run(new))


@pytest.mark.parametrize(
    ("low", "high", "better", "verdict"),
    [
        (1.06, 1.20, "lower", "worse"),
        (1.04, 1.20, "lower", "undecided"),
        (0.96, 1.04, "lower", "same"),
        (0.80, 0.94, "lower", "better"),
        (0.80, 0.96, "lower", "undecided"),
        (0.90, 1.10, "lower", "undecided"),
        (1.06, 1.20, "higher", "better"),
        (0.80, 0.94, "higher", "worse"),
        (0.96, 1.04, "higher", "same"),
    ],
)
def test_only_the_whole_interval_decides(low: float, high: float, better: Better, verdict: str) -> None:
    assert verdict_of(Shift(1.0, low, high, Fraction(9, 10)), better, 0.05) == verdict


def test_a_ratio_that_got_worse_is_a_regression_and_one_that_got_better_is_none() -> None:
    found = compared(measured(ratio(*STEADY), rate(*STEADY)), measured(ratio(1.2, 1.21, 1.22), rate(1.2, 1.21, 1.22)))
    assert [verdict for _, verdict in verdicts(found)] == ["worse", "better"]
    assert [judgement.ratio for judgement in found.regressions] == [f"{OURS} / {PEER}"]


def test_the_tolerance_is_the_caller_s() -> None:
    old, new = made_run(measured(ratio(*STEADY))), made_run(measured(ratio(1.2, 1.21, 1.22)))
    assert compare(old, new, tolerance=0.5).regressions == []


def test_figures_never_decide() -> None:
    old = measured(ratio(*STEADY))
    new = old.model_copy(update={"figures": (figure(OURS, 26, 27, 28), figure(PEER, 0.2, unit="s"))})
    found = compared(old, new)
    assert found.regressions == []
    (difference,) = found.differences
    assert (difference.figure, difference.old, difference.new) == (OURS, 0.27, 27)


def test_too_few_repeats_are_said_and_not_guessed() -> None:
    found = compared(measured(ratio(1.0, 1.0)), measured(ratio(9.0, 9.0, 9.0)))
    (judgement,) = found.judgements
    assert (judgement.verdict, judgement.because) == ("undecided", "too few repeats (2 and 3); 3 and 3 would do")
    assert found.regressions == []


def test_a_ratio_of_nothing_is_undecided() -> None:
    (judgement,) = compared(measured(ratio(0.0, 0.0, 0.0)), measured(ratio(*STEADY))).judgements
    assert (judgement.verdict, judgement.shift) == ("undecided", None)


def test_what_fails_now_or_is_gone_is_a_regression() -> None:
    old = made_run(measured(name="a"), measured(name="b"), failed("c"), failed("d"))
    new = made_run(failed("a"), failed("c"), measured(name="e"))
    found = compare(old, new)
    assert {judgement.scenario: judgement.verdict for judgement in found.judgements} == {
        "a": "fails",
        "b": "gone",
        "c": "undecided",
        "d": "undecided",
        "e": "new",
    }
    assert [judgement.scenario for judgement in found.regressions] == ["a", "b"]


def test_what_works_again_is_mended() -> None:
    found = compared(failed("a"), measured(name="a"))
    assert (verdicts(found), found.regressions) == ([("", "mended")], [])


def test_a_ratio_may_be_missing_if_its_peer_is_excused() -> None:
    old = measured(ratio(*STEADY), rate(*STEADY))
    excused = measured(rate(*STEADY)).model_copy(update={"absent": {PEER: "not installed"}})
    found = compared(old, excused)
    assert [verdict for _, verdict in verdicts(found)] == ["undecided", "same"]
    assert found.judgements[0].because == "not measured now: not installed"
    gone = compared(old, measured(rate(*STEADY)))
    assert [verdict for _, verdict in verdicts(gone)] == ["gone", "same"]
    assert len(gone.regressions) == 1
    assert [verdict for _, verdict in verdicts(compared(measured(rate(*STEADY)), old))] == ["same", "new"]


def test_smoke_and_full_are_not_compared() -> None:
    with pytest.raises(Conflict, match="can't be compared"):
        compare(made_run(), made_run().model_copy(update={"extent": "smoke"}))


def test_what_else_differs_is_told() -> None:
    old = made_run()
    new = RunResult(
        **{
            **dict(old),
            "machine": {"cpu": "Abacus", "cores": 3},
            "versions": {"python": "CPython 3.11.7", "postil": "0.2.0", "faststream": "1"},
            "settings": {"database.page_count": 3},
            "seed": 2,
            "repeats": 5,
        }
    )
    assert compare(old, old).reservations == []
    assert compare(old, new).reservations == [
        "other machines: Abacus, 2 cores; Abacus, 3 cores",
        "other versions: postil 0.1.0 and 0.2.0",
        "other settings: database.page_count",
        "other seeds: 1 and 2",
        "not as many repeats: 3, then 5 repeats",
    ]
