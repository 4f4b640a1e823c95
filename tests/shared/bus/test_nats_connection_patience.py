"""What has a bound or is cancelled ends, whatever happens just then."""

import asyncio
from pathlib import Path
from random import Random

import pytest

from shared.bus.nats import NatsWire
from shared.bus.nats.client import Client
from shared.errors import Unavailable
from tests.broker import BrokerForTests, free_port
from tests.shared.bus.guarded import guarded_broker
from tests.shared.bus.proxy import Proxy
from tests.shared.bus.things import MIB, Answer, Things
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
    client = wire._connection.client
    assert isinstance(client, Client)
    await until(lambda: client._clogged)
    publishing.cancel()
    await asyncio.wait([publishing], timeout=5)
    assert publishing.cancelled()
    line.thaw()
    await wire.close()


async def test_who_gives_up_connecting_leaves_nothing_behind() -> None:
    before = asyncio.all_tasks()
    connecting = asyncio.create_task(NatsWire.connect(f"nats://127.0.0.1:{free_port()}", connect_seconds_max=600))
    await until(lambda: len(asyncio.all_tasks()) > len(before) + 1)
    connecting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await connecting
    await until(lambda: asyncio.all_tasks() == before)


async def test_on_a_closed_wire_everything_says_so(broker: BrokerForTests, things: Things) -> None:
    wire = await NatsWire.connect(broker.url)
    await wire.close()
    stream = things.stream()
    for doing in (
        wire.publish(things.subject("x"), b""),
        wire.append(things.subject("x"), b""),
        wire.request(things.subject("x"), b"", seconds_max=1),
        wire.watch(things.subject("x"), lambda _: None, lambda: None),
        wire.answer(things.calling(), [things.endpoint(Answer())]),
        wire.consume(things.consumer(stream)),
        wire.ensure([stream], []),
        wire.streams(),
        wire.services(1),
        wire.read(stream, stream.subject, 0, 1),
        wire.ready(),
    ):
        with pytest.raises(Unavailable, match=r"no connection|connection closed"):
            await doing


async def test_doors_and_watches_can_be_closed_while_the_broker_is_away(own_broker: BrokerForTests) -> None:
    things = Things()
    wire = await NatsWire.connect(own_broker.url)
    missed: list[int] = []
    door = await wire.answer(things.calling(), [things.endpoint(Answer())])
    watch = await wire.watch(things.subject("x"), lambda _: None, lambda: missed.append(1))
    await wire.watch(things.subject("y"), lambda _: None, lambda: missed.append(2))
    await own_broker.kill()
    await until(lambda: not wire._connection.client.is_connected)
    await door.stop()
    await watch.stop()
    await own_broker.start()
    await until(lambda: missed == [2])
    with pytest.raises(Unavailable, match="nobody answers"):
        await wire.request(things.subject("get"), b"", seconds_max=5)
    await wire.close()


async def test_a_broker_without_streams_says_so(tmp_path: Path) -> None:
    things = Things()
    async with guarded_broker(tmp_path, 'accounts { A { users: [ { user: "u", password: "p" } ] } }\n') as url:
        wire = await NatsWire.connect(url.replace("//", "//u:p@"))
        for doing in (wire.ready(), wire.ensure([things.stream()], []), wire.consume(things.consumer(things.stream()))):
            with pytest.raises(Unavailable, match="JetStream not enabled"):
                await doing
        await wire.close()
