"""Figures as a person reads them."""

import pytest

from benchmarks.words import counted, middle, number, reservations, spread, target, targets_reached, verdict
from tests.benchmarks.made_up import made_run, measured, rate, ratio


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0.0, "0.00"),
        (0.026345, "0.0263"),
        (0.25, "0.250"),
        (1.314, "1.31"),
        (15.44, "15.4"),
        (154.4, "154"),
        (22_712.3, "22,712"),
        (-1.314, "-1.31"),
    ],
)
def test_three_digits_count(value: float, said: str) -> None:
    assert number(value) == said


def test_a_ratio_is_said_with_what_it_takes_to_see_on_which_side_of_its_target_it_is() -> None:
    assert middle(ratio(1.2537)) == "1.254"
    assert middle(ratio(1.2463)) == "1.25"
    assert middle(rate(1.4999)) == "1.5"
    assert middle(ratio(1.3137)) == "1.31"
    assert middle(ratio(1.2537, target=None)) == "1.25"


def test_the_spread_takes_two() -> None:
    assert spread(ratio(1.3)) == ""
    assert spread(ratio(1.3, 1.1, 1.2)) == "1.10–1.30"


def test_a_target_says_which_side_is_good() -> None:
    assert (target(ratio(1.3)), verdict(ratio(1.3)), verdict(ratio(1.2))) == ("≤ 1.25", "missed", "reached")
    assert (target(rate(1.3)), verdict(rate(1.3)), verdict(rate(1.6))) == ("≥ 1.5", "missed", "reached")
    assert (target(ratio(1.3, target=None)), verdict(ratio(1.3, target=None))) == ("", "")


def test_targets_are_counted_over_the_whole_run() -> None:
    run = made_run(measured(ratio(1.2), rate(1.2)), measured(ratio(1.0), ratio(9.0, target=None), name="other"))
    assert targets_reached(run) == "2 of 3 targets reached"
    assert targets_reached(made_run(measured(ratio(9.0, target=None)))) == "no targets"


def test_one_of_a_thing_is_one() -> None:
    assert (counted(1, "repeat"), counted(2_000, "repeat")) == ("1 repeat", "2,000 repeats")


def test_a_busy_machine_and_the_smoke_sizes_are_told_of() -> None:
    run = made_run()
    assert list(reservations(run)) == []
    busy = run.model_copy(update={"extent": "smoke", "machine": {"load_before": 3.5, "cores": 2}})
    smoke, load = reservations(busy)
    assert smoke.startswith("These were the smoke sizes")
    assert load == "The machine was busy before the run began: its load was 3.5 on 2 cores."
