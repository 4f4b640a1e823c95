"""A point in history, as it is typed."""

from datetime import UTC, datetime

import pytest

from services.cli.moments import point_in_history
from shared.errors import Invalid


def test_a_number_is_a_sequence_number() -> None:
    assert point_in_history("12") == 12


def test_a_time_has_a_zone_or_this_machine_s() -> None:
    assert point_in_history("2024-01-02T03:04:05Z") == datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)
    moment = point_in_history("2024-01-02")
    assert isinstance(moment, datetime)
    assert moment.tzinfo is not None


@pytest.mark.parametrize("written", ["yesterday", "-1", "", "1.5"])
def test_anything_else_is_told(written: str) -> None:
    with pytest.raises(Invalid, match="neither a sequence number nor a time"):
        point_in_history(written)
