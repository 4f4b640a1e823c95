"""Moments, to the millisecond that the store keeps."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from shared.clock import SystemClock, from_milliseconds, to_milliseconds


@given(st.integers(-(10**13), 10**13))
def test_a_moment_is_the_same_after_it_was_kept(milliseconds: int) -> None:
    assert to_milliseconds(from_milliseconds(milliseconds)) == milliseconds


def test_the_system_s_clock_is_in_utc_and_not_finer_than_what_is_kept() -> None:
    before = datetime.now(UTC)
    now = SystemClock().now()
    assert now.tzinfo is UTC
    assert now.microsecond % 1_000 == 0
    assert abs((now - before).total_seconds()) < 60
