"""The circuit breaker: when it opens, that it opens by itself again, and that one alone tries first."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest

from shared.breaker import Breaker, Resting, Sick


class ClockForTests:
    def __init__(self) -> None:
        self.moment = datetime(2026, 1, 1, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment

    def go_on(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


def fail(breaker: Breaker, error: type[Exception] = Sick) -> None:
    with pytest.raises(error), breaker.passing():
        raise error


def succeed(breaker: Breaker) -> None:
    with breaker.passing():
        pass


def opened(clock: ClockForTests) -> Breaker:
    breaker = Breaker(clock, failures_max=3, rest_seconds=10)
    for _ in range(3):
        fail(breaker)
    return breaker


def test_it_opens_after_failures_in_a_row() -> None:
    breaker = Breaker(ClockForTests(), failures_max=3, rest_seconds=10)
    for _ in range(2):
        fail(breaker)
        fail(breaker)
        succeed(breaker)
    assert breaker.state() == "closed"
    for _ in range(3):
        fail(breaker)
    assert breaker.state() == "open"
    with pytest.raises(Resting), breaker.passing():
        pytest.fail("nobody is let through")


def test_what_is_not_the_endpoints_fault_counts_as_nothing() -> None:
    breaker = Breaker(ClockForTests(), failures_max=1, rest_seconds=10)
    fail(breaker, ValueError)
    assert breaker.state() == "closed"


def test_after_its_rest_exactly_one_tries() -> None:
    clock = ClockForTests()
    breaker = opened(clock)
    clock.go_on(10)
    assert breaker.state() == "half-open"
    with breaker.passing():
        for _ in range(3):
            with pytest.raises(Resting), breaker.passing():
                pytest.fail("one is enough")
    assert breaker.state() == "closed"
    succeed(breaker)


def test_a_try_that_fails_opens_it_again() -> None:
    clock = ClockForTests()
    breaker = opened(clock)
    clock.go_on(10)
    fail(breaker)
    assert breaker.state() == "open"
    clock.go_on(9.9)
    assert breaker.state() == "open"
    clock.go_on(0.1)
    succeed(breaker)
    assert breaker.state() == "closed"


@pytest.mark.parametrize("ending", [ValueError, KeyboardInterrupt])
def test_a_try_that_came_to_nothing_leaves_the_place_to_another(ending: type[BaseException]) -> None:
    clock = ClockForTests()
    breaker = opened(clock)
    clock.go_on(10)
    with suppress(ending), breaker.passing():
        raise ending
    assert breaker.state() == "half-open"
    succeed(breaker)
    assert breaker.state() == "closed"


def test_a_clock_that_is_set_back_does_not_make_it_rest_for_longer() -> None:
    clock = ClockForTests()
    breaker = opened(clock)
    clock.go_on(-3_600)
    assert breaker.state() == "half-open"
    succeed(breaker)
    assert breaker.state() == "closed"


def test_those_on_their_way_don_t_keep_it_open_longer() -> None:
    clock = ClockForTests()
    breaker = Breaker(clock, failures_max=2, rest_seconds=10)

    def fails_late() -> None:
        with breaker.passing():
            fail(breaker)
            fail(breaker)
            clock.go_on(9)
            raise Sick

    with pytest.raises(Sick):
        fails_late()
    clock.go_on(1)
    assert breaker.state() == "half-open"


def test_a_pause_ends_by_itself_and_a_shorter_one_does_not_end_it() -> None:
    clock = ClockForTests()
    breaker = Breaker(clock, failures_max=1, rest_seconds=10)
    assert breaker.pause_seconds() == 0
    breaker.pause(5)
    breaker.pause(1)
    assert breaker.pause_seconds() == 5
    clock.go_on(6)
    assert breaker.pause_seconds() == 0
    assert breaker.state() == "closed"
