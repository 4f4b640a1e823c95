"""Hearing live: from the moment `watch` returns, and told when something may have been missed."""

import asyncio

import pytest

from shared.bus.nats import NatsWire
from shared.bus.wire import Delivery
from shared.errors import Unavailable
from tests.broker import BrokerForTests
from tests.shared.bus.proxy import Proxy
from tests.shared.bus.things import Things, grown
from tests.until import until


async def test_it_hears_from_the_moment_it_returns(broker: BrokerForTests, wire: NatsWire, things: Things) -> None:
    other = await NatsWire.connect(broker.url)
    heard: list[Delivery] = []
    for number in range(50):
        watching = await wire.watch(things.subject(f"x{number}"), heard.append, lambda: None)
        await other.publish(things.subject(f"x{number}"), b"1", {"A": "b"})
        await until(grown(heard, number + 1))
        await watching.stop()
        await other.publish(things.subject(f"x{number}"), b"2")
    await other.ready()
    await wire.ready()
    assert [(delivery.payload, dict(delivery.headers)) for delivery in heard] == [(b"1", {"A": "b"})] * 50
    await other.close()


async def test_it_is_told_after_each_death_of_the_broker_that_it_may_have_missed_something(
    own_broker: BrokerForTests,
) -> None:
    things = Things()
    wire = await NatsWire.connect(own_broker.url)
    heard: list[Delivery] = []
    missed: list[int] = []
    watching = await wire.watch(things.subject(">"), heard.append, lambda: missed.append(1))
    for times in (1, 2):
        await own_broker.kill()
        await own_broker.start()
        await until(grown(missed, times))
        # By then it hears again: who fills the gap now and listens on has everything.
        await wire.publish(things.subject("x"), b"%d" % times)
        await until(grown(heard, times))
    await watching.stop()
    await own_broker.kill()
    await own_broker.start()
    await until(lambda: wire._connection.client.is_connected)
    await wire.ready()
    assert len(missed) == 2
    await wire.close()


async def test_who_fails_at_being_told_does_not_keep_the_others_from_it(line: Proxy, things: Things) -> None:
    wire = await NatsWire.connect(line.url)
    missed: list[int] = []

    def fail() -> None:
        raise ZeroDivisionError

    await wire.watch(things.subject("x"), lambda _: None, fail)
    await wire.watch(things.subject("x"), lambda _: None, lambda: missed.append(1))
    line.cut()
    await until(grown(missed, 1))
    await wire.ready()
    await wire.close()


async def test_without_a_broker_it_says_so_and_leaves_nothing(line: Proxy, things: Things) -> None:
    wire = await NatsWire.connect(line.url)
    heard: list[Delivery] = []
    line.freeze()
    watching = asyncio.create_task(wire.watch(things.subject("x"), heard.append, lambda: None))
    await until(lambda: bool(wire._connection._pongs))
    line.cut()
    with pytest.raises(Unavailable):
        await watching
    line.thaw()
    await until(lambda: wire._connection.client.is_connected)
    await wire.publish(things.subject("x"), b"1")
    await wire.ready()
    assert heard == []
    await wire.close()


async def test_a_flood_arrives_whole_and_in_order(broker: BrokerForTests, wire: NatsWire, things: Things) -> None:
    other = await NatsWire.connect(broker.url)
    heard: list[Delivery] = []
    watching = await wire.watch(things.subject("x"), heard.append, lambda: None)
    for number in range(20_000):
        await other.publish(things.subject("x"), b"%d" % number)
    await until(grown(heard, 20_000))
    assert [int(delivery.payload) for delivery in heard] == list(range(20_000))
    await watching.stop()
    await other.close()
