"""What has a bound or is cancelled ends, whatever happens just then."""

import asyncio
from random import Random

import pytest

from shared.bus.nats import NatsWire
from shared.bus.nats.connection import PENDING_BYTES_MAX
from shared.errors import Unavailable
from tests.broker import free_port
from tests.shared.bus.proxy import Proxy
from tests.shared.bus.things import MIB, Things
from tests.until import until


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


async def test_who_is_cancelled_while_the_line_is_full_does_not_go_on(line: Proxy, things: Things) -> None:
    wire = await NatsWire.connect(line.url)
    line.freeze()

    async def publish_for_ever() -> None:
        while True:
            await wire.publish(things.subject("x"), b"x" * MIB)

    publishing = asyncio.create_task(publish_for_ever())
    await until(lambda: wire._connection.client.pending_data_size > PENDING_BYTES_MAX)
    publishing.cancel()
    await asyncio.wait([publishing], timeout=5)
    assert publishing.cancelled()
    line.thaw()
    await wire.close()
