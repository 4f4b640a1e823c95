"""A distribution keeps its rare values, adds up, and is read back as it was written."""

import pytest

from benchmarks.latencies import MICROSECONDS_MAX, Latencies


def test_percentiles_are_right_to_a_thousandth() -> None:
    latencies = Latencies(number / 10_000 for number in range(1, 10_001))
    assert len(latencies) == 10_000
    for percentile in (50, 90, 99, 99.9):
        assert latencies.ms(percentile) == pytest.approx(percentile * 10, rel=0.002)
    assert latencies.ms_max == pytest.approx(1_000, rel=0.001)


def test_one_in_a_thousand_is_not_lost() -> None:
    latencies = Latencies([0.001] * 998 + [1.5] * 2)
    assert latencies.ms(99) == pytest.approx(1.0, rel=0.001)
    assert latencies.ms(99.9) == pytest.approx(1_500, rel=0.001)


def test_what_is_beyond_its_ends_counts_as_its_ends() -> None:
    latencies = Latencies([0.0, 1e9])
    assert latencies.ms(50) == 0.001
    assert latencies.ms_max == pytest.approx(MICROSECONDS_MAX / 1_000, rel=0.001)


def test_two_are_added_up() -> None:
    latencies = Latencies([0.001] * 3)
    latencies.add(Latencies([0.1] * 5))
    assert len(latencies) == 8
    assert latencies.ms(50) == pytest.approx(100, rel=0.001)
    assert latencies.ms(25) == pytest.approx(1, rel=0.001)


@pytest.mark.parametrize("seconds", [[], [0.0004], [0.0001, 0.02, 0.02, 7.5, 600.0]])
def test_read_back_as_it_was_written(seconds: list[float]) -> None:
    written = Latencies(seconds)
    read = Latencies.decode(written.encode())
    assert len(read) == len(written)
    for percentile in (0, 50, 90, 99, 99.9, 100):
        assert read.ms(percentile) == written.ms(percentile)
    assert read.ms_max == written.ms_max


def test_what_was_read_back_goes_on() -> None:
    latencies = Latencies.decode(Latencies([0.002]).encode())
    latencies.record(0.004)
    latencies.add(Latencies([0.008]))
    assert len(latencies) == 3
    assert latencies.ms_max == pytest.approx(8, rel=0.001)
