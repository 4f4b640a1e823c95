"""Where a message stands in its stream, as its acknowledgement's subject says it."""

from datetime import UTC, datetime

import pytest

from shared.bus.nats.deliveries import consumed, moment
from shared.bus.nats.parser import Message
from shared.bus.wire import Place

STAMP = 1_795_166_078_063_742_526


@pytest.mark.parametrize(
    "receipt",
    [
        f"$JS.ACK.DOCS.ingest.3.17.42.{STAMP}.9",
        f"$JS.ACK._.aCcOuNt.DOCS.ingest.3.17.42.{STAMP}.9",
        f"$JS.ACK.hub.aCcOuNt.DOCS.ingest.3.17.42.{STAMP}.9.token",
    ],
)
def test_each_form_of_a_receipt_is_understood(receipt: str) -> None:
    delivery = consumed(Message("a.b", receipt, {"A": "b"}, b"hi", 0, "", 10), epoch=5)
    stamped_at = datetime(2026, 11, 20, 9, 14, 38, 63_000, tzinfo=UTC)
    assert delivery.place == Place("DOCS", 5, 17, stamped_at)
    assert (delivery.attempts, delivery.receipt, delivery.payload) == (3, receipt, b"hi")


@pytest.mark.parametrize(
    ("text", "microseconds"),
    [
        ("2026-11-20T09:14:38Z", 0),
        ("2026-11-20T09:14:38.5Z", 500_000),
        ("2026-11-20T09:14:38.063742526Z", 63_000),
    ],
)
def test_a_time_is_read_to_the_millisecond(text: str, microseconds: int) -> None:
    assert moment(text) == datetime(2026, 11, 20, 9, 14, 38, microseconds, tzinfo=UTC)
