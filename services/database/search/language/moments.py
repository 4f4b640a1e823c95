"""Times as they are typed: dates, moments and spans back from now; and what comparing with one means.

What is typed stands for a stretch of time: a day for all of it. So `<= yesterday` holds what came yesterday, and
`> yesterday` begins today. Dates are in UTC; a moment says its zone.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from services.database.search.language.combining import negated
from services.database.search.language.mistakes import Misread
from services.database.search.language.syntax import Between, Comparison, Node, TimeField
from shared.clock import ONE_MILLISECOND

EXAMPLES = "2026-01-31, 2026-01-31T12:00:00Z, 7d, 12h, today or yesterday"

_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?(\S*)")
_ZONE = re.compile(r"Z|[+-][0-9]{2}:?[0-9]{2}")
_AGO = re.compile(r"([0-9]{1,9})([mhdw])")
_UNITS = {
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}
_LAST = datetime.max.replace(microsecond=999_000, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Stretch:
    """From `first` on and before `after`. A moment is as long as the store tells moments apart."""

    first: datetime
    after: datetime
    is_moment: bool = False

    @property
    def until(self) -> datetime:
        """Where something ends that lasts until then: a day is in it, a moment isn't."""
        return self.first if self.is_moment else self.after


def compared(field: TimeField, comparison: Comparison, written: str, now: datetime) -> Node:
    if ".." in written:
        if comparison not in {"=", "!="}:
            raise Misread(f"a span of time can't be compared by '{comparison}'")
        within: Node = _span(field, written, now)
        return within if comparison == "=" else negated(within)
    stretch = stretch_of(written, now)
    match comparison:
        case "=":
            return Between(field, since=stretch.first, until=stretch.after)
        case "!=":
            return negated(Between(field, since=stretch.first, until=stretch.after))
        case "<":
            return Between(field, until=stretch.first)
        case "<=":
            return Between(field, until=stretch.after)
        case ">":
            return Between(field, since=stretch.after)
        case ">=":
            return Between(field, since=stretch.first)


def until(field: TimeField, written: str, now: datetime) -> Between:
    return Between(field, until=stretch_of(written, now).until)


def _span(field: TimeField, written: str, now: datetime) -> Between:
    begins, _, ends = written.partition("..")
    if not begins and not ends:
        raise Misread("a time is missing before or after '..'")
    first = stretch_of(begins, now) if begins else None
    last = stretch_of(ends, now) if ends else None
    if first and last and last.first < first.first:
        raise Misread("this span of time ends before it begins")
    return Between(field, since=first.first if first else None, until=last.until if last else None)


def stretch_of(written: str, now: datetime) -> Stretch:
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    try:
        match written.lower():
            case "today":
                return _from(today, timedelta(days=1))
            case "yesterday":
                return _from(today - timedelta(days=1), timedelta(days=1))
        if date := _DATE.fullmatch(written):
            return _calendar(date)
        if ago := _AGO.fullmatch(written):
            return _moment(now.astimezone(UTC) - int(ago[1]) * _UNITS[ago[2]])
        if moment := _MOMENT.fullmatch(written.upper()):
            return _moment(_zoned(moment))
    except (ValueError, OverflowError) as error:
        raise Misread(f"there is no such time as '{written[:40]}'") from error
    raise Misread(f"'{written[:40]}' is not a time; write {EXAMPLES}")


def _calendar(date: re.Match[str]) -> Stretch:
    """A year, a month or a day."""
    year, month, day = int(date[1]), int(date[2] or 1), int(date[3] or 1)
    first = datetime(year, month, day, tzinfo=UTC)
    if date[3]:
        return _from(first, timedelta(days=1))
    in_next = _from(first, timedelta(days=32 if date[2] else 366)).after
    after = in_next.replace(day=1) if date[2] else in_next.replace(month=1, day=1)
    return Stretch(first, _LAST if in_next == _LAST else after)


def _zoned(written: re.Match[str]) -> datetime:
    if not written[1]:
        raise Misread("this time has no zone: add one, as in 2026-01-31T12:00:00Z")
    if not _ZONE.fullmatch(written[1]):
        raise Misread(f"'{written[1][:20]}' is not a zone; write Z or +02:00")
    return datetime.fromisoformat(written[0]).astimezone(UTC)


def _moment(moment: datetime) -> Stretch:
    return Stretch(moment, _from(moment, ONE_MILLISECOND).after, is_moment=True)


def _from(first: datetime, length: timedelta) -> Stretch:
    return Stretch(first, first + length if first <= _LAST - length else _LAST)
