"""The broker dies and comes back: every wire finds it again, and says what may have been lost."""

import asyncio

import pytest

from shared.bus.wire import Delivery, Inlet, Reply, Wire
from shared.errors import Unavailable
from tests.conformance.wire.ground import (
    ACK_WAIT_SECONDS,
    MIB,
    Ground,
    Outage,
    append_all,
    echo,
    numbered,
    payloads,
    take_at_least,
)
from tests.until import until

SECONDS_MAX = 20.0


async def be_connected(wire: Wire) -> None:
    async def is_ready() -> bool:
        try:
            await wire.ready()
        except Unavailable:
            return False
        return True

    await until(is_ready, seconds_max=SECONDS_MAX)


async def be_cut_off(wire: Wire) -> None:
    async def is_away() -> bool:
        try:
            await wire.ready()
        except Unavailable:
            return True
        return False

    await until(is_away, seconds_max=SECONDS_MAX)


async def test_while_it_is_away_calls_are_unavailable(ground: Ground, wire: Wire, outage: Outage) -> None:
    stream = ground.log()
    await wire.ensure([stream], [])

    await outage.begin()
    await be_cut_off(wire)

    with pytest.raises(Unavailable):
        await wire.publish(ground.subject("a"), b"")
    with pytest.raises(Unavailable):
        await wire.append(ground.subject("a"), b"")
    with pytest.raises(Unavailable):
        await wire.request(ground.subject("a"), b"", seconds_max=1)
    with pytest.raises(Unavailable):
        await wire.watch(ground.subject("a"), lambda delivery: None, lambda: None)
    with pytest.raises(Unavailable):
        await wire.read(stream, ground.subject(">"), 0, 10)
    await outage.end()


async def test_what_was_appended_is_there_afterwards(ground: Ground, wire: Wire, outage: Outage) -> None:
    stream = ground.log()
    await wire.ensure([stream], [])
    await append_all(wire, ground.subject("a"), numbered(5))
    before = await wire.read(stream, ground.subject(">"), 0, 10)

    await outage.begin()
    await outage.end()
    await be_connected(wire)

    assert await wire.append(ground.subject("a"), b"5") == 6
    after = await wire.read(stream, ground.subject(">"), 0, 10)
    assert payloads(after) == numbered(6)
    assert after[:5] == before


async def test_a_watcher_is_told_and_hears_on(ground: Ground, wire: Wire, outage: Outage) -> None:
    heard: list[Delivery] = []
    told: list[str] = []
    await wire.watch(ground.subject("news"), heard.append, lambda: told.append("watching"))
    stopped = await wire.watch(ground.subject("news"), heard.append, lambda: told.append("stopped"))
    await stopped.stop()

    await outage.begin()
    await be_cut_off(wire)
    assert told == []
    await outage.end()
    await until(lambda: told == ["watching"], seconds_max=SECONDS_MAX)

    other = await ground.connect()
    await other.publish(ground.subject("news"), b"afterwards")
    await until(lambda: payloads(heard) == [b"afterwards"])


async def test_who_waits_for_a_message_waits_on(ground: Ground, wire: Wire, outage: Outage) -> None:
    stream = ground.work()
    inlet = await wire.consume(ground.consumer(stream))
    taking = asyncio.create_task(inlet.take(10, MIB))

    await outage.begin()
    await be_cut_off(wire)
    await outage.end()
    other = await ground.connect()
    await be_connected(other)
    await other.append(ground.subject("a"), b"hello")

    assert payloads(await asyncio.wait_for(taking, SECONDS_MAX)) == [b"hello"]


async def test_what_is_in_hand_can_be_settled_afterwards_or_comes_again(
    ground: Ground, wire: Wire, outage: Outage
) -> None:
    stream = ground.work()
    inlet = await wire.consume(ground.consumer(stream, ack_wait_seconds=ACK_WAIT_SECONDS))
    await append_all(wire, ground.subject("a"), numbered(3))
    in_hand = await take_at_least(inlet, 3)

    await outage.begin()
    await be_cut_off(wire)
    with pytest.raises(Unavailable):
        await inlet.ack(in_hand)
    await outage.end()
    await be_connected(wire)
    await inlet.ack(in_hand)
    # A broker that was killed may not know any more that it had delivered them; then the ack means nothing to it.
    settling = asyncio.create_task(settle_for_ever(inlet))

    async def is_empty() -> bool:
        return not await wire.read(stream, ground.subject(">"), 0, 10)

    await until(is_empty, seconds_max=SECONDS_MAX)
    settling.cancel()


async def settle_for_ever(inlet: Inlet) -> None:
    while True:
        await inlet.ack(await inlet.take(10, MIB))


async def test_services_answer_again(ground: Ground, wire: Wire, outage: Outage) -> None:
    server = await ground.connect()
    await server.answer(ground.calling(), [ground.endpoint("echo", echo)])

    await outage.begin()
    await be_cut_off(wire)
    await outage.end()
    await be_connected(wire)
    await be_connected(server)

    assert (await wire.request(ground.subject("echo"), b"hello", seconds_max=5)).payload == b"hello"


async def test_a_request_in_flight_fails_before_its_time_is_up(ground: Ground, wire: Wire, outage: Outage) -> None:
    asked, release = asyncio.Event(), asyncio.Event()

    async def dawdle(delivery: Delivery) -> Reply:
        asked.set()
        await release.wait()
        return Reply(b"late")

    server = await ground.connect()
    await server.answer(ground.calling(), [ground.endpoint("slow", dawdle)])
    asking = asyncio.create_task(wire.request(ground.subject("slow"), b"", seconds_max=3_600))
    await asked.wait()

    await outage.begin()
    with pytest.raises(Unavailable):
        await asyncio.wait_for(asking, SECONDS_MAX)
    release.set()
    await outage.end()
