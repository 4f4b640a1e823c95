"""Time, passed in like anything else a function depends on."""

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    def now(self) -> datetime: ...


class SystemClock:
    """The machine's clock, in UTC, to the millisecond that the store keeps."""

    def now(self) -> datetime:
        return from_milliseconds(to_milliseconds(datetime.now(UTC)))


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ONE_MILLISECOND = timedelta(milliseconds=1)


def to_milliseconds(moment: datetime) -> int:
    return (moment - EPOCH) // ONE_MILLISECOND


def from_milliseconds(milliseconds: int) -> datetime:
    return EPOCH + timedelta(milliseconds=milliseconds)


def is_within(now: datetime, begun_at: datetime, span: timedelta) -> bool:
    """Whether it is still going on. What begins after now does not: somebody has set the clock back meanwhile."""
    return timedelta() <= now - begun_at < span
