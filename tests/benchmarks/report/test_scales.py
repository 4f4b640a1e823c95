"""From values to places."""

import pytest

from benchmarks.report.scales import Linear, Logarithmic, Nines, Scale, Steps, short


@pytest.mark.parametrize(
    "scale",
    [
        Linear(0.0, 41_000.0),
        Linear.around(1.0, 1.3),
        Linear.around(5.0),
        Linear.around(0.0),
        Linear(-3.0, 7.0),
        Logarithmic(0.04, 5.0),
        Logarithmic(0.001, 600_000.0),
        Nines(4.3),
        Steps((1.0, 16.0, 64.0), ("1", "16", "64")),
        Steps((7.0,), ("7",)),
    ],
    ids=str,
)
def test_ticks_are_on_the_scale_in_order_and_no_crowd(scale: Scale) -> None:
    places = [scale.at(tick.value) for tick in scale.ticks]
    assert 1 <= len(places) <= 10
    assert places == sorted(set(places))
    assert all(-1e-9 <= place <= 1 + 1e-9 for place in places)
    assert len({tick.label for tick in scale.ticks}) == len(places)


def test_a_linear_scale_is_even_and_a_logarithmic_one_is_by_factors() -> None:
    assert [Linear(10, 20).at(value) for value in (10, 15, 20)] == [0, 0.5, 1]
    assert [Logarithmic(1, 100).at(value) for value in (1, 10, 100)] == pytest.approx([0, 0.5, 1])


def test_every_nine_has_the_same_room() -> None:
    assert [Nines(3).at(value) for value in (0, 90, 99, 99.9)] == pytest.approx([0, 1 / 3, 2 / 3, 1])
    assert [tick.label for tick in Nines(3).ticks] == ["50 %", "90 %", "99 %", "99.9 %"]
    assert [tick.label for tick in Nines(2.9).ticks][-1] == "99 %"


def test_steps_are_equally_far_apart_and_of_many_the_last_is_labelled() -> None:
    assert [Steps((1.0, 16.0, 256.0), ("", "", "")).at(value) for value in (1, 16, 256)] == [0, 0.5, 1]
    many = Steps(tuple(map(float, range(30))), tuple(map(str, range(30))))
    assert [tick.label for tick in many.ticks] == ["1", "5", "9", "13", "17", "21", "25", "29"]


@pytest.mark.parametrize(
    ("value", "said"),
    [(0.0, "0"), (0.25, "0.25"), (0.00025, "0.000250"), (900.0, "900"), (20_000.0, "20k"), (2.5e6, "2.5M")],
)
def test_an_axis_has_little_room(value: float, said: str) -> None:
    assert short(value) == said
