"""A moment as somebody wrote it down."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from pydantic import ValidationError

from shared.contracts.documents import Draft
from shared.errors import Invalid

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


@pytest.mark.parametrize("written", ["2026-01-31T12:00:00Z", "2026-01-31 13:00+01:00", "2026-01-31t12:00:00.000z"])
def test_a_date_a_time_and_a_zone_are_understood(written: str) -> None:
    assert Draft.decode(f'{{"occurred_at":"{written}"}}'.encode()).occurred_at == NOON


@pytest.mark.parametrize("written", ['"20260131"', '"2026"', '"1769860800.5"', '"-1"', "1769860800", "true", '""'])
def test_what_could_be_seconds_is_refused(written: str) -> None:
    with pytest.raises(Invalid, match="'occurred_at' must be a date, a time and a zone"):
        Draft.decode(f'{{"occurred_at":{written}}}'.encode())


def test_it_comes_back_as_it_was_written() -> None:
    draft = Draft(occurred_at=NOON.astimezone(timezone(timedelta(hours=2))))
    assert Draft.decode(draft.encode()) == draft
    assert b"+02:00" in draft.encode()


def test_a_program_has_to_give_a_zone_as_well() -> None:
    with pytest.raises(ValidationError, match="timezone"):
        Draft(occurred_at=NOON.replace(tzinfo=None))
