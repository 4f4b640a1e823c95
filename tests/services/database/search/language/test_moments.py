"""Which stretch of time each way of writing one means."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from services.database.search.language.parsing import parse
from services.database.search.language.syntax import Between, Node, Not
from tests.services.database.search.language.trees import NOW


def at(*parts: int) -> datetime:
    year, month, day, *rest = parts
    hour, minute, second, microsecond = (*rest, 0, 0, 0, 0)[:4]
    return datetime(year, month, day, hour, minute, second, microsecond, tzinfo=UTC)


END = at(9999, 12, 31, 23, 59, 59, 999_000)
JANUARY_31, FEBRUARY_1 = at(2026, 1, 31), at(2026, 2, 1)

MEANINGS: dict[str, Node] = {
    "since:2026-01-31": Between("occurred", since=JANUARY_31),
    "until:2026-01-31": Between("occurred", until=FEBRUARY_1),
    "since:7d": Between("occurred", since=at(2026, 2, 3, 15, 30)),
    "since:12h": Between("occurred", since=at(2026, 2, 10, 3, 30)),
    "since:2w": Between("occurred", since=at(2026, 1, 27, 15, 30)),
    "since:30m": Between("occurred", since=at(2026, 2, 10, 15, 0)),
    "until:1d": Between("occurred", until=at(2026, 2, 9, 15, 30)),
    "since:2026-01-31T12:00Z": Between("occurred", since=at(2026, 1, 31, 12)),
    "until:2026-01-31T12:00:00Z": Between("occurred", until=at(2026, 1, 31, 12)),
    'since:"2026-01-31 12:00:00.5+02:00"': Between("occurred", since=at(2026, 1, 31, 10, 0, 0, 500_000)),
    "since:2026-01-31t12:00z": Between("occurred", since=at(2026, 1, 31, 12)),
    "occurred > 2026-01-31T12:00:00Z": Between("occurred", since=at(2026, 1, 31, 12, 0, 0, 1_000)),
    "occurred >= 2026-01-31T12:00:00Z": Between("occurred", since=at(2026, 1, 31, 12)),
    "occurred<=2026-01-31T12:00:00Z": Between("occurred", until=at(2026, 1, 31, 12, 0, 0, 1_000)),
    "occurred <2026-01-31T12:00:00Z": Between("occurred", until=at(2026, 1, 31, 12)),
    "created <= yesterday": Between("created", until=at(2026, 2, 10)),
    "created > yesterday": Between("created", since=at(2026, 2, 10)),
    "created < today": Between("created", until=at(2026, 2, 10)),
    "created >= Today": Between("created", since=at(2026, 2, 10)),
    "updated = today": Between("updated", at(2026, 2, 10), at(2026, 2, 11)),
    "updated:yesterday": Between("updated", at(2026, 2, 9), at(2026, 2, 10)),
    "updated != today": Not(Between("updated", at(2026, 2, 10), at(2026, 2, 11))),
    "created:2026-01": Between("created", at(2026, 1, 1), FEBRUARY_1),
    "created:2024-02": Between("created", at(2024, 2, 1), at(2024, 3, 1)),
    "created:2024": Between("created", at(2024, 1, 1), at(2025, 1, 1)),
    "created:2025": Between("created", at(2025, 1, 1), at(2026, 1, 1)),
    "occurred:2026-01-01..2026-01-31": Between("occurred", at(2026, 1, 1), FEBRUARY_1),
    "occurred:2026-01-31..": Between("occurred", since=JANUARY_31),
    "occurred:..2026-01-31": Between("occurred", until=FEBRUARY_1),
    "occurred:2w..1w": Between("occurred", at(2026, 1, 27, 15, 30), at(2026, 2, 3, 15, 30)),
    "occurred != 2026-01..2026-01": Not(Between("occurred", at(2026, 1, 1), FEBRUARY_1)),
    "until:9999-12-31": Between("occurred", until=END),
    "until:9999-12": Between("occurred", until=END),
    "until:9999": Between("occurred", until=END),
    "since:0001-01-01": Between("occurred", since=at(1, 1, 1)),
}


@pytest.mark.parametrize(("query", "node"), MEANINGS.items())
def test_a_time_means(query: str, node: Node) -> None:
    assert parse(query, NOW) == node


def test_days_are_those_of_utc_wherever_now_is_told() -> None:
    late = datetime(2026, 2, 10, 23, 0, tzinfo=timezone(-timedelta(hours=5)))
    assert parse("since:today", late) == Between("occurred", since=at(2026, 2, 11))
