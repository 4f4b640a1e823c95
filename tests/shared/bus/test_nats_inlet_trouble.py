"""The reading end of a consumer when lines break, brokers die, and streams vanish under its feet."""

import asyncio

import pytest

from shared.bus.nats import NatsWire
from shared.bus.streams import Stream
from shared.errors import Unavailable
from tests.broker import BrokerForTests
from tests.shared.bus.inlets import (
    append_numbers,
    delete_consumer,
    exists,
    is_empty,
    opened,
    redelivered,
    settle_all,
)
from tests.shared.bus.proxy import Proxy
from tests.shared.bus.things import MIB, Things, grown, is_ready, raw_publish, say_rawly, take_count
from tests.until import until


async def test_an_acknowledgement_that_is_lost_means_that_it_comes_again(
    wire: NatsWire, line: Proxy, things: Things
) -> None:
    far = await NatsWire.connect(line.url)
    inlet = await opened(far, things, ack_wait_seconds=0.3)
    await append_numbers(wire, things, 1)
    taken = await take_count(inlet, 1)
    line.swallows_questions = True
    await inlet.ack(taken)
    await until(lambda: line.swallowed > 0)
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


async def test_a_broker_that_is_killed_again_and_again_loses_nothing_acknowledged(own_broker: BrokerForTests) -> None:
    things = Things()
    publisher, reader = await NatsWire.connect(own_broker.url), await NatsWire.connect(own_broker.url)
    inlet = await opened(reader, things, ack_wait_seconds=1.0)
    appended: set[bytes] = set()
    taken: set[bytes] = set()

    async def publish(count: int) -> None:
        while len(appended) < count:
            payload = b"%d" % len(appended)
            try:
                await publisher.append(things.subject("docs"), payload, {"Nats-Msg-Id": payload.decode()})
            except Unavailable:
                await until(lambda: is_ready(publisher))
            else:
                appended.add(payload)

    async def consume() -> None:
        while True:
            batch = await inlet.take(50, MIB)
            taken.update(delivery.payload for delivery in batch)
            try:
                await inlet.ack(batch)
            except Unavailable:
                await until(lambda: is_ready(reader))

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
        raw_publish(b"postil.main.%b.x" % token, b"5", b"NATS/1.0 100 Idle Heartbeat\r\n\r\n"),
        raw_publish(b"postil.main.%b.x" % token, b"6", b"NATS/1.0 409 Consumer Deleted\r\n\r\n"),
        raw_publish(b"postil.main.%b.x" % token, b"", b"NATS/1.0 503\r\n\r\n"),
        raw_publish(b"postil.main.%b.x" % token, b"end"),
    )
    taken = await take_count(inlet, 8)
    assert [delivery.payload for delivery in taken] == [b"1", b"2", b"3", b"4", b"5", b"6", b"", b"end"]
    await inlet.ack(taken)
    await until(lambda: is_empty(wire, things))


async def test_an_answer_that_nobody_foresaw_does_not_end_the_reading(
    wire: NatsWire, things: Things, monkeypatch: pytest.MonkeyPatch
) -> None:
    inlet = await opened(wire, things)
    asked: list[Stream] = []

    async def fail(stream: Stream) -> int:
        asked.append(stream)
        raise KeyError("created")

    monkeypatch.setattr(inlet._streams, "ensure", fail)
    await delete_consumer(wire, things)
    await until(grown(asked, 2))
    monkeypatch.undo()
    await append_numbers(wire, things, 1)
    assert len(await take_count(inlet, 1)) == 1
