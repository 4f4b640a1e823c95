"""What `ensure` would make or change is found, and nothing else."""

from dataclasses import replace
from uuid import uuid4

import pytest

from shared.bus.nats import NatsWire
from shared.bus.nats.drift import drift
from shared.bus.streams import Consumer, Stream


@pytest.fixture
def stream() -> Stream:
    """One that nobody else has."""
    name = f"DRIFT_{uuid4().hex}"
    return Stream(name, f"{name}.>", "log", age_seconds_max=3600, bytes_max=1024**2, description="For a test.")


@pytest.fixture
def consumer(stream: Stream) -> Consumer:
    return Consumer("reader", stream, stream.subject, "Reads for a test.")


async def test_what_is_as_it_should_be_is_not_mentioned(wire: NatsWire, stream: Stream, consumer: Consumer) -> None:
    await wire.ensure([stream], [consumer])
    assert await drift(wire, [stream], [consumer]) == []


async def test_what_is_missing_is_found_and_its_consumers_are_not_missed_too(
    wire: NatsWire, stream: Stream, consumer: Consumer
) -> None:
    found = await drift(wire, [stream], [consumer])
    assert [(finding.what, finding.where, finding.found) for finding in found] == [("stream", stream.name, "missing")]
    await wire.ensure([stream], [])
    found = await drift(wire, [stream], [consumer])
    assert [(finding.what, finding.where) for finding in found] == [("consumer", f"{stream.name}/reader")]


async def test_other_limits_are_found_and_ensure_mends_them(wire: NatsWire, stream: Stream, consumer: Consumer) -> None:
    await wire.ensure([replace(stream, bytes_max=2 * 1024**2)], [replace(consumer, unacknowledged_max=7)])
    found = await drift(wire, [stream], [consumer])
    assert [(finding.where, finding.found, finding.expected) for finding in found] == [
        (f"{stream.name} max_bytes", "2097152", "1048576"),
        (f"{stream.name}/reader max_ack_pending", "7", str(consumer.unacknowledged_max)),
    ]
    await wire.ensure([stream], [consumer])
    assert await drift(wire, [stream], [consumer]) == []
