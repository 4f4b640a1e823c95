"""Finds dates in a text, and says which day they are where that can be known."""

import re
from collections.abc import Iterator
from datetime import date

from services.analysis.words.fields import Spot

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan januar januari janvier enero gennaio janeiro",
            "february feb februar februari février fevrier febrero febbraio fevereiro",
            "march mar märz maerz maart mars marzo março",
            "april apr avril abril aprile",
            "may mai mei mayo maggio maio maj",
            "june jun juni juin junio giugno junho",
            "july jul juli juillet julio luglio julho",
            "august aug augustus août aout agosto augusti",
            "september sep sept septembre septiembre settembre setembro",
            "october oct oktober okt octobre octubre ottobre outubro",
            "november nov novembre noviembre novembro",
            "december dec dezember dez décembre decembre diciembre dicembre dezembro",
        ),
        start=1,
    )
    for name in names.split()
}
_TIME = r"[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,9})?)?(?:\s?Z|\s?UTC|[+-][0-9]{2}:?[0-9]{2})?(?![0-9:])"
_ISO = re.compile(
    rf"[0-9](?<![\w./-][0-9])[0-9]{{3}}([-/.])([0-9]{{1,2}})\1([0-9]{{1,2}})(?![0-9]|[-/.][0-9])(?:{_TIME}|(?!\w))"
)
_NUMBERS = re.compile(r"[0-9](?<![\w.,/-][0-9])[0-9]?([-/.])([0-9]{1,2})\1([0-9]{4}|[0-9]{2})(?![\w]|[-/.][0-9])")
_DAY_FIRST = re.compile(
    r"[0-9](?<![\w.,/-][0-9])[0-9]?(?:\.|st|nd|rd|th|er|º)?[ -](?:of |de )?"
    r"([^\W\d_]{3,10}+)\.?,?[ -](?:del? )?([0-9]{4})(?!\w)"
)
_DAY_AND_YEAR = re.compile(r"[0-9](?<= [0-9])[0-9]?(?:st|nd|rd|th)?,? ([0-9]{4})(?!\w)")
_MONTH_BEFORE = re.compile(r"(?<!\w)([^\W\d_]{3,10})\.? $")
_EAST_ASIAN = re.compile(r"([0-9]{4})[年년] ?([0-9]{1,2})[月월] ?([0-9]{1,2})[日일]")


def dates(text: str) -> Iterator[Spot]:
    yield from _iso(text)
    yield from _with_names(text)
    yield from _numbers(text)
    if "月" in text or "월" in text:
        for match in _EAST_ASIAN.finditer(text):
            if day := _day(int(match[1]), int(match[2]), int(match[3])):
                yield Spot("date", *match.span(), day)


def _iso(text: str) -> Iterator[Spot]:
    for match in _ISO.finditer(text):
        day = _day(int(match[0][:4]), int(match[2]), int(match[3]))
        if day is None or (match[1] == "." and len(match[2]) < 2):
            continue
        time = match[0][match.end(3) - match.start() :]
        if time:
            day += "T" + time[1:].replace(" ", "").replace("UTC", "Z").replace(",", ".")
        yield Spot("date", *match.span(), day)


def _with_names(text: str) -> Iterator[Spot]:
    for match in _DAY_FIRST.finditer(text):
        month = _MONTHS.get(match[1].lower())
        if month and (day := _day(int(match[2]), month, _first_number(match[0]))):
            yield Spot("date", *match.span(), day)
    for match in _DAY_AND_YEAR.finditer(text):
        before = _MONTH_BEFORE.search(text, max(0, match.start() - 13), match.start())
        month = _MONTHS.get(before[1].lower()) if before else None
        if before and month and (day := _day(int(match[1]), month, _first_number(match[0]))):
            yield Spot("date", before.start(), match.end(), day)


def _first_number(written: str) -> int:
    return int(written[:2]) if written[1:2].isdigit() else int(written[0])


def _numbers(text: str) -> Iterator[Spot]:
    """3/4/2025 is in March or in April: a date, but nobody knows which. With points the day always comes first."""
    for match in _NUMBERS.finditer(text):
        separator = match[1]
        if len(match[3]) == 2 and separator != "/" and not (separator == "." and len(match[0]) == 8):
            continue
        first, second = int(match[0].partition(separator)[0]), int(match[2])
        year = int(match[3]) + (2000 if len(match[3]) == 2 else 0)
        day_first, month_first = _day(year, second, first), _day(year, first, second)
        if separator == "." or month_first is None:
            month_first = day_first
        if known := day_first or month_first:
            yield Spot("date", *match.span(), known if (day_first or known) == (month_first or known) else None)


def _day(year: int, month: int, day: int) -> str | None:
    if not 1900 <= year <= 2199:
        return None
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None
