"""Connecting ends when its time is up, whatever happens just then."""

import asyncio
from random import Random

import pytest

from shared.bus.nats import NatsWire
from shared.errors import Unavailable
from tests.broker import free_port


async def test_no_try_outlives_its_time() -> None:
    # So many, because the moment at which one would be forgotten is short.
    chance = Random(7)
    url = f"nats://127.0.0.1:{free_port()}"
    tries = [
        asyncio.create_task(NatsWire.connect(url, connect_seconds_max=chance.uniform(0.1, 0.9))) for _ in range(300)
    ]
    _, forgotten = await asyncio.wait(tries, timeout=20)
    assert not forgotten
    for ended in tries:
        with pytest.raises(Unavailable, match="no connection to the broker"):
            ended.result()
