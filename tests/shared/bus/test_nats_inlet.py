"""The reading end of a consumer: it claims, extends, settles, gives back, and survives what happens to the broker."""

import asyncio

import pytest

from shared.bus.nats import NatsWire
from shared.bus.nats.inlet import LANES, NatsInlet
from shared.bus.wire import Delivery, StreamState
from shared.errors import Unavailable
from tests.broker import BrokerForTests
from tests.shared.bus.proxy import Proxy
from tests.shared.bus.things import MIB, Things, grown, is_ready, raw_publish, say_rawly, take_count
from tests.until import until


async def state_of(wire: NatsWire, things: Things) -> StreamState:
    return next(state for state in await wire.streams() if state.name == things.stream().name)


async def is_empty(wire: NatsWire, things: Things) -> bool:
    return (await state_of(wire, things)).messages == 0


async def redelivered(wire: NatsWire, things: Things, count: int) -> bool:
    return (await state_of(wire, things)).consumers[0].redelivered == count


async def settle_all(inlet: NatsInlet) -> None:
    while True:
        await inlet.ack(await inlet.take(100, MIB))


async def delete_consumer(wire: NatsWire, things: Things) -> None:
    """When the reader's requests have reached it: one that meets no consumer gets no answer."""
    path = f"{things.stream().name}.reader"

    async def is_asked() -> bool:
        return (await wire._jetstream.ask(f"CONSUMER.INFO.{path}"))["num_waiting"] == LANES

    await until(is_asked)
    await wire._jetstream.ask(f"CONSUMER.DELETE.{path}")


async def append_numbers(wire: NatsWire, things: Things, count: int) -> None:
    await asyncio.gather(*(wire.append(things.subject("docs"), b"%d" % number) for number in range(count)))


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


async def test_an_acknowledgement_that_is_lost_means_that_it_comes_again(
    wire: NatsWire, line: Proxy, things: Things
) -> None:
    far = await NatsWire.connect(line.url)
    inlet = await opened(far, things, ack_wait_seconds=0.3)
    await append_numbers(wire, things, 1)
    taken = await take_count(inlet, 1)
    line.swallows_questions = True
    await inlet.ack(taken)
    await asyncio.sleep(0)
    line.cut()
    line.swallows_questions = False
    again = await take_count(inlet, 1)
    assert (again[0].payload, again[0].attempts) == (b"0", 2)
    assert again[0].place == taken[0].place
    await inlet.ack(again)
    await until(lambda: is_empty(wire, things))
    await far.close()


async def test_who_dies_leaves_its_messages_to_the_next(wire: NatsWire, line: Proxy, things: Things) -> None:
    dying = await NatsWire.connect(line.url)
    inlet = await opened(dying, things, ack_wait_seconds=0.3)
    await append_numbers(wire, things, 5)
    await take_count(inlet, 5)
    line.cut_for_good()
    heir = await opened(wire, things, ack_wait_seconds=0.3)
    inherited = await take_count(heir, 5)
    assert {(delivery.payload, delivery.attempts) for delivery in inherited} == {(b"%d" % n, 2) for n in range(5)}
    await dying.close()


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
    await asyncio.sleep(0)
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


async def test_a_frozen_line_is_noticed_and_the_reading_goes_on(
    wire: NatsWire, line: Proxy, things: Things, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.bus.nats.lane.SILENCE_SECONDS_MAX", 1.5)
    far = await NatsWire.connect(line.url)
    inlet = await opened(far, things)
    lanes = inlet._lanes
    # The server forgets our requests without a word: as after a restart behind a line that stays up.
    line.swallows_answers = True
    await delete_consumer(wire, things)
    await wire.ready()
    line.swallows_answers = False
    await append_numbers(wire, things, 3)
    assert len(await take_count(inlet, 3)) == 3
    assert inlet._lanes is not lanes
    await far.close()


async def test_a_claim_that_ran_out_in_our_hands_is_not_handed_out_twice(
    wire: NatsWire, line: Proxy, things: Things
) -> None:
    far = await NatsWire.connect(line.url)
    inlet = await opened(far, things, ack_wait_seconds=0.3)
    await append_numbers(wire, things, 2)
    taken = await take_count(inlet, 1)
    await until(lambda: len(inlet._arrivals) == 1)
    line.freeze()
    await until(lambda: redelivered(wire, things, 2))
    line.thaw()
    # What the server has sent again comes before this round trip's end.
    await far.ready()
    await inlet.ack([*taken, *await take_count(inlet, 1)])
    await until(lambda: is_empty(wire, things))
    assert len(inlet._arrivals) == 0
    await far.close()


async def test_a_consumer_that_was_deleted_is_made_again(wire: NatsWire, things: Things) -> None:
    inlet = await opened(wire, things)
    await delete_consumer(wire, things)
    await append_numbers(wire, things, 3)
    assert len(await take_count(inlet, 3)) == 3


async def test_a_stream_that_was_made_anew_has_another_epoch(wire: NatsWire, things: Things) -> None:
    inlet = await opened(wire, things)
    await append_numbers(wire, things, 2)
    old = await take_count(inlet, 2)
    await wire._jetstream.ask(f"STREAM.DELETE.{things.stream().name}")
    await until(lambda: exists(wire, things))
    await wire.append(things.subject("docs"), b"new")
    new = (await take_count(inlet, 1))[0]
    assert old[0].place is not None
    assert new.place is not None
    assert (new.payload, new.place.seq) == (b"new", old[0].place.seq)
    assert new.place.epoch > old[0].place.epoch
    # Its number is that of the new one; to acknowledge it would lose that.
    await inlet.ack(old)
    await wire.ready()
    assert not await is_empty(wire, things)


async def exists(wire: NatsWire, things: Things) -> bool:
    return any(state.name == things.stream().name for state in await wire.streams())


async def test_a_broker_that_is_killed_again_and_again_loses_nothing_acknowledged(own_broker: BrokerForTests) -> None:
    things = Things()
    publisher, reader = await NatsWire.connect(own_broker.url), await NatsWire.connect(own_broker.url)
    inlet = await opened(reader, things, ack_wait_seconds=1.0)
    appended: set[bytes] = set()
    taken: set[bytes] = set()

    async def publish(count: int) -> None:
        number = 0
        while number < count:
            payload = b"%d" % number
            try:
                await publisher.append(things.subject("docs"), payload, {"Nats-Msg-Id": payload.decode()})
            except Unavailable:
                await asyncio.sleep(0.01)
            else:
                appended.add(payload)
                number += 1

    async def consume() -> None:
        while True:
            batch = await inlet.take(50, MIB)
            taken.update(delivery.payload for delivery in batch)
            try:
                await inlet.ack(batch)
            except Unavailable:
                await asyncio.sleep(0.01)

    publishing, consuming = asyncio.create_task(publish(600)), asyncio.create_task(consume())
    for mark in (100, 250, 400):
        await until(grown(appended, mark))
        await own_broker.kill()
        await own_broker.start()
    await publishing
    await until(lambda: taken == appended, seconds_max=20)
    consuming.cancel()
    await publisher.close()
    await reader.close()


async def test_acks_that_find_no_broker_are_refused_and_can_be_said_again(own_broker: BrokerForTests) -> None:
    things = Things()
    wire = await NatsWire.connect(own_broker.url)
    inlet = await opened(wire, things)
    await append_numbers(wire, things, 2)
    taken = await take_count(inlet, 2)
    await own_broker.kill()
    await until(lambda: not wire._connection.client.is_connected)
    with pytest.raises(Unavailable, match="no connection"):
        await inlet.ack(taken)
    await own_broker.start()
    await until(lambda: is_ready(wire))
    await inlet.ack(taken)
    # A server that was killed may have forgotten whom it had given what. Then it comes again.
    settling = asyncio.create_task(settle_all(inlet))
    await until(lambda: is_empty(wire, things))
    settling.cancel()
    await wire.close()


async def test_no_message_of_a_stranger_stops_the_reading(
    broker: BrokerForTests, wire: NatsWire, things: Things
) -> None:
    inlet = await opened(wire, things)
    token = things.token.encode()
    await say_rawly(
        broker.url,
        raw_publish(b"postil.main.%b.\xff" % token, b"1"),
        raw_publish(b"postil.main.%b.a\x0cb" % token, b"2"),
        raw_publish(b"postil.main.%b.x" % token, b"3", b"NATS/1.0 \xff\r\n\xff:\xff\r\n\r\n"),
        raw_publish(b"postil.main.%b.x" % token, b"4", b"NATS/1.0\r\nNats-Msg-Id: \xff\r\n\r\n"),
        raw_publish(b"postil.main.%b.x" % token, b"end"),
    )
    taken = await take_count(inlet, 5)
    assert [delivery.payload for delivery in taken] == [b"1", b"2", b"3", b"4", b"end"]
    await inlet.ack(taken)
    await until(lambda: is_empty(wire, things))


async def opened(wire: NatsWire, things: Things, *, ack_wait_seconds: float = 30.0) -> NatsInlet:
    inlet = await wire.consume(things.consumer(things.stream(), ack_wait_seconds=ack_wait_seconds))
    assert isinstance(inlet, NatsInlet)
    return inlet
