"""JetStream alone: what it has acknowledged is in the stream, or nothing is reported."""

import pytest

from benchmarks.client import connected, payload_of
from benchmarks.limits.stream import StreamAlone
from benchmarks.stage import Stage, WorkMissing

PAYLOAD = payload_of(["alone"], 1_024)


async def test_everything_acknowledged_is_there(stage: Stage) -> None:
    async with connected(stage) as client:
        stream = await StreamAlone.open(stage, client.bus.wire)
        assert await stream.acknowledged_a_second(PAYLOAD, in_flight=8, seconds=0.05) > 0
        before = stream.acknowledged
        assert before >= 8
        assert await stream.seconds_for([PAYLOAD] * 20) > 0
        assert stream.acknowledged == before + 20


async def test_what_is_not_in_the_stream_was_not_acknowledged(stage: Stage) -> None:
    async with connected(stage) as client:
        stream = await StreamAlone.open(stage, client.bus.wire)
        await stream.append(PAYLOAD)
        stream.acknowledged += 1
        with pytest.raises(WorkMissing, match="expected 2, found 1"):
            await stream.expect_all_kept()
