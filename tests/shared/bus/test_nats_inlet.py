"""The reading end of a consumer: it claims, extends, settles and gives back, within its bounds."""

import asyncio

import pytest

from shared.bus.nats import NatsWire
from shared.bus.nats.inlet import NatsInlet
from shared.bus.wire import Delivery
from shared.errors import Unavailable
from tests.broker import BrokerForTests
from tests.shared.bus.inlets import (
    append_numbers,
    is_empty,
    opened,
    state_of,
)
from tests.shared.bus.things import MIB, Things, take_count
from tests.until import until


async def test_a_take_brings_what_has_arrived_in_order_and_within_its_bounds(wire: NatsWire, things: Things) -> None:
    stream = things.stream()
    inlet = await opened(wire, things)
    await append_numbers(wire, things, 20)
    await until(lambda: len(inlet._arrivals) == 20)
    assert [delivery.payload for delivery in await inlet.take(3, MIB)] == [b"0", b"1", b"2"]
    assert [delivery.payload for delivery in await inlet.take(100, 4)] == [b"3", b"4", b"5", b"6"]
    assert [delivery.payload for delivery in await inlet.take(100, 0)] == [b"7"]
    rest = await inlet.take(100, MIB)
    assert [delivery.place.seq for delivery in rest if delivery.place] == list(range(9, 21))
    assert {delivery.place.stream for delivery in rest if delivery.place} == {stream.name}


async def test_what_is_held_is_not_delivered_again_however_long_it_takes(wire: NatsWire, things: Things) -> None:
    inlet = await opened(wire, things, ack_wait_seconds=0.3)
    await append_numbers(wire, things, 3)
    held = await take_count(inlet, 2)
    # Its claim runs out only if nobody extends it. So: until another's would have run out three times over.
    other = Things()
    abandoned = await opened(wire, other, ack_wait_seconds=0.3)
    await append_numbers(wire, other, 1)
    for _ in range(3):
        await abandoned.give_back(await take_count(abandoned, 1), 0.3)
    state = (await state_of(wire, things)).consumers[0]
    assert (state.redelivered, state.unacknowledged) == (0, 3)
    await inlet.ack([*held, *await take_count(inlet, 1)])
    await until(lambda: is_empty(wire, things))


async def test_what_is_given_back_comes_again_after_its_pause(wire: NatsWire, things: Things) -> None:
    inlet = await opened(wire, things)
    await append_numbers(wire, things, 2)
    first, second = await take_count(inlet, 2)
    clock = asyncio.get_running_loop()
    begun = clock.time()
    await inlet.give_back([first], 0.4)
    await inlet.give_back([second], 0)
    again = await take_count(inlet, 2)
    assert [(delivery.payload, delivery.attempts) for delivery in again] == [(b"1", 2), (b"0", 2)]
    assert clock.time() - begun >= 0.4


async def test_a_stop_gives_back_what_was_not_settled(wire: NatsWire, things: Things) -> None:
    inlet = await opened(wire, things)
    await append_numbers(wire, things, 5)
    taken = await take_count(inlet, 3)
    await inlet.ack(taken[:1])
    await inlet.stop()
    await inlet.stop()
    with pytest.raises(Unavailable, match="stopped"):
        await inlet.take(1, 1)
    heir = await opened(wire, things)
    assert {delivery.payload for delivery in await take_count(heir, 4)} == {b"1", b"2", b"3", b"4"}


async def test_a_stop_ends_a_take_that_waits(wire: NatsWire, things: Things) -> None:
    inlet = await opened(wire, things)
    taking = asyncio.create_task(inlet.take(1, 1))
    await until(lambda: bool(inlet._arrivals._news._waiters))
    await inlet.stop()
    with pytest.raises(Unavailable, match="stopped"):
        await taking


async def test_a_take_that_is_cancelled_loses_nothing(wire: NatsWire, things: Things) -> None:
    inlet = await opened(wire, things)
    for number in range(20):
        taking = asyncio.create_task(inlet.take(1, 1))
        await wire.append(things.subject("docs"), b"%d" % number)
        taking.cancel()
        finished = (await asyncio.gather(taking, return_exceptions=True))[0]
        taken = finished if isinstance(finished, list) else await take_count(inlet, 1)
        assert [delivery.payload for delivery in taken] == [b"%d" % number]


async def test_it_never_asks_for_more_than_its_buffer_holds(
    wire: NatsWire, things: Things, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.bus.nats.inlet.BUFFER_COUNT_MAX", 32)
    inlet = await opened(wire, things)
    await append_numbers(wire, things, 100)
    await until(lambda: len(inlet._arrivals) == 32)
    assert (await state_of(wire, things)).consumers[0].unacknowledged == 32
    taken = await take_count(inlet, 100)
    assert [int(delivery.payload) for delivery in taken] == list(range(100))
    await inlet.ack(taken)
    await until(lambda: is_empty(wire, things))


async def test_large_messages_are_bounded_by_their_bytes(wire: NatsWire, things: Things) -> None:
    inlet = await opened(wire, things)
    for _ in range(7):
        await wire.append(things.subject("docs"), b"x" * (7 * MIB))
    await until(lambda: len(inlet._arrivals) == 4)
    assert inlet._arrivals.bytes <= inlet._bytes_max
    taken = await take_count(inlet, 7)
    assert [len(delivery.payload) for delivery in taken] == [7 * MIB] * 7


async def test_the_largest_message_there_can_be_comes_through(wire: NatsWire, things: Things) -> None:
    inlet = await opened(wire, things)
    await wire.append(things.subject("docs"), b"x" * (8 * MIB))
    assert len((await take_count(inlet, 1))[0].payload) == 8 * MIB


async def test_two_readers_share_the_work(broker: BrokerForTests, wire: NatsWire, things: Things) -> None:
    other = await NatsWire.connect(broker.url)
    inlets = [await opened(wire, things), await opened(other, things)]
    await append_numbers(wire, things, 500)
    taken: list[Delivery] = []

    async def drain(inlet: NatsInlet) -> None:
        while True:
            batch = await inlet.take(10, MIB)
            taken.extend(batch)
            await inlet.ack(batch)

    drains = [asyncio.create_task(drain(inlet)) for inlet in inlets]
    await until(lambda: is_empty(wire, things))
    for each in drains:
        each.cancel()
    assert sorted(int(delivery.payload) for delivery in taken) == list(range(500))
    await other.close()
