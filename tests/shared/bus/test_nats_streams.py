"""Streams and consumers at the server: made, brought up to date, looked at, and read."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from shared.bus.nats import NatsWire
from shared.bus.streams import CONSUMERS, STREAMS
from shared.bus.wire import Delivery, StreamState
from shared.errors import TimedOut, Unavailable
from tests.broker import BrokerForTests
from tests.shared.bus.things import MIB, Things, raw_publish, say_rawly, take_count
from tests.until import until


async def config_of(wire: NatsWire, api: str) -> dict[str, object]:
    config = (await wire._jetstream.ask(api))["config"]
    assert isinstance(config, dict)
    return config


async def state_of(wire: NatsWire, things: Things) -> StreamState:
    return next(state for state in await wire.streams() if state.name == things.stream().name)


async def has_come_to(wire: NatsWire, things: Things, seq: int) -> bool:
    return (await state_of(wire, things)).last_seq == seq


async def test_our_own_streams_and_consumers_can_be_made(own_broker: BrokerForTests) -> None:
    wire = await NatsWire.connect(own_broker.url)
    await wire.ensure(STREAMS, CONSUMERS)
    states = {state.name: {consumer.name for consumer in state.consumers} for state in await wire.streams()}
    assert states == {"DOCS": {"ingest"}, "CHANGES": {"analysis"}, "DEAD": set(), "MATCHES": set()}
    docs = await config_of(wire, "STREAM.INFO.DOCS")
    assert (docs["retention"], docs["discard"], docs["storage"]) == ("workqueue", "new", "file")
    ingest = await config_of(wire, "CONSUMER.INFO.DOCS.ingest")
    assert (ingest["ack_policy"], ingest["deliver_policy"], ingest["ack_wait"]) == ("explicit", "all", 5_000_000_000)
    await wire.close()


async def test_many_may_ensure_the_same_at_once(broker: BrokerForTests, things: Things) -> None:
    stream = things.stream()
    wires = await asyncio.gather(*(NatsWire.connect(broker.url) for _ in range(4)))
    for limit in (MIB, 2 * MIB):
        wanted = replace(stream, bytes_max=limit)
        await asyncio.gather(*(wire.ensure([wanted], [things.consumer(wanted)]) for wire in wires for _ in range(3)))
        assert (await config_of(wires[0], f"STREAM.INFO.{stream.name}"))["max_bytes"] == limit
    assert len((await state_of(wires[0], things)).consumers) == 1
    await asyncio.gather(*(wire.close() for wire in wires))


async def test_limits_are_brought_up_to_date_and_what_an_operator_added_stays(wire: NatsWire, things: Things) -> None:
    stream = things.stream(keeps="log")
    await wire.ensure([stream], [things.consumer(stream)])
    info, update = f"STREAM.INFO.{stream.name}", f"STREAM.UPDATE.{stream.name}"
    await wire._jetstream.ask(update, {**await config_of(wire, info), "max_msgs": 1234})
    await wire.append(things.subject("x"), b"kept")
    changed = replace(stream, age_seconds_max=60)
    await wire.ensure([changed], [things.consumer(stream, ack_wait_seconds=7.0)])
    config = await config_of(wire, info)
    assert (config["max_age"], config["max_msgs"]) == (60_000_000_000, 1234)
    # A window longer than the stream's own memory would be refused.
    assert config["duplicate_window"] == 60_000_000_000
    assert (await config_of(wire, f"CONSUMER.INFO.{stream.name}.reader"))["ack_wait"] == 7_000_000_000
    assert (await state_of(wire, things)).messages == 1


async def test_a_stream_that_cannot_be_made_is_said_in_the_servers_words(wire: NatsWire, things: Things) -> None:
    await wire.ensure([things.stream()], [])
    other = replace(things.stream(), name=f"OTHER{things.token}")
    with pytest.raises(Unavailable, match="overlap"):
        await wire.ensure([other], [])
    with pytest.raises(Unavailable, match="overlap"):
        await wire.consume(things.consumer(other))
    with pytest.raises(Unavailable, match="stream not found"):
        await wire.ensure([], [things.consumer(other)])
    assert not wire._connection.opened


async def test_a_full_work_stream_refuses_and_takes_again_when_there_is_room(wire: NatsWire, things: Things) -> None:
    stream = things.stream(bytes_max=MIB)
    inlet = await wire.consume(things.consumer(stream))
    for _ in range(3):
        await wire.append(things.subject("x"), b"x" * (300 * 1024))
    with pytest.raises(Unavailable, match="maximum bytes exceeded"):
        await wire.append(things.subject("x"), b"x" * (300 * 1024))
    await inlet.ack(await take_count(inlet, 3))

    async def is_empty() -> bool:
        return (await state_of(wire, things)).messages == 0

    await until(is_empty)
    assert await wire.append(things.subject("x"), b"x" * (300 * 1024)) == 4


async def test_a_full_log_forgets_its_oldest(wire: NatsWire, things: Things) -> None:
    stream = things.stream(keeps="log", bytes_max=MIB)
    await wire.ensure([stream], [])
    for _ in range(6):
        await wire.append(things.subject("x"), b"x" * (300 * 1024))
    state = await state_of(wire, things)
    assert (state.messages, state.first_seq, state.last_seq) == (3, 4, 6)


async def test_the_same_message_id_is_kept_once(wire: NatsWire, things: Things) -> None:
    await wire.ensure([things.stream()], [])
    seqs = [await wire.append(things.subject("x"), b"1", {"Nats-Msg-Id": "once"}) for _ in range(3)]
    assert seqs == [1, 1, 1]


async def test_an_append_to_no_stream_says_so(wire: NatsWire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.bus.nats.jetstream.ABSENT_SECONDS_MAX", 0.05)
    with pytest.raises(Unavailable, match="no stream keeps"):
        await wire.append(Things().subject("x"), b"1")


async def test_an_append_that_is_not_acknowledged_may_mean_a_full_disk(
    wire: NatsWire, things: Things, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.bus.nats.jetstream.ANSWER_SECONDS_MAX", 0.05)
    watching = await wire.watch(things.subject("x"), lambda _: None, lambda: None)
    with pytest.raises(TimedOut, match="disk is full"):
        await wire.append(things.subject("x"), b"1")
    await watching.stop()


async def test_an_append_that_somebody_else_answers_is_not_taken_for_kept(wire: NatsWire, things: Things) -> None:
    for answer in (b"", b"[]", b"{}", b'{"seq": "1"}'):
        watching = await wire.watch(things.subject("x"), lambda _: None, lambda: None)
        appending = asyncio.create_task(wire.append(things.subject("x"), b"1"))
        reply = await _reply_subject(wire)
        await wire._connection.publish(reply, answer)
        with pytest.raises(Unavailable):
            await appending
        await watching.stop()


async def _reply_subject(wire: NatsWire) -> str:
    mailbox = wire._connection._mailbox
    await until(lambda: bool(mailbox._waiting))
    return mailbox._address + max(mailbox._waiting, key=int)


def seqs(page: Sequence[Delivery]) -> list[int]:
    return [delivery.place.seq for delivery in page if delivery.place]


async def test_pages_skip_holes_and_other_subjects(wire: NatsWire, things: Things) -> None:
    stream = things.stream(keeps="log")
    await wire.ensure([stream], [])
    for number in range(1, 31):
        await wire.append(things.subject(f"s{number % 3}"), b"%d" % number, {"N": str(number)})
    for seq in (4, 5, 6, 7, 28):
        assert await wire.drop(stream, seq)
    assert seqs(await wire.read(stream, stream.subject, 0, 4)) == [1, 2, 3, 8]
    assert seqs(await wire.read(stream, stream.subject, 8, 2)) == [9, 10]
    assert seqs(await wire.read(stream, things.subject("s1"), 0, 100)) == [1, 10, 13, 16, 19, 22, 25]
    assert seqs(await wire.read(stream, things.subject("s1"), 25, 100)) == []
    assert seqs(await wire.read(stream, stream.subject, 30, 100)) == []
    assert seqs(await wire.read(stream, things.subject("nothing"), 0, 100)) == []
    assert seqs(await wire.read(stream, stream.subject, 0, 0)) == []


async def test_what_is_read_is_what_was_appended(wire: NatsWire, things: Things) -> None:
    stream = things.stream(keeps="log")
    inlet = await wire.consume(things.consumer(stream))
    payload = bytes(range(256))
    await wire.append(things.subject("x"), payload, {"A": "ü", "Nats-Msg-Id": "1"})
    consumed = (await take_count(inlet, 1))[0]
    for read in (*await wire.read(stream, stream.subject, 0, 1), await wire.last(stream, stream.subject)):
        assert read is not None
        assert (read.subject, read.payload, read.place) == (consumed.subject, payload, consumed.place)
        assert dict(read.headers) == dict(consumed.headers) == {"A": "ü", "Nats-Msg-Id": "1"}
    assert consumed.place is not None
    assert abs(datetime.now(UTC) - consumed.place.stamped_at) < timedelta(minutes=1)


async def test_a_long_page_comes_whole(wire: NatsWire, things: Things) -> None:
    stream = things.stream(keeps="log")
    await wire.ensure([stream], [])
    for number in range(1_500):
        await wire.publish(things.subject("x"), b"%d" % number)
    await until(lambda: has_come_to(wire, things, 1_500))
    page = await wire.read(stream, stream.subject, 0, 1_500)
    assert seqs(page) == list(range(1, 1_501))


async def test_a_page_of_large_messages_ends_early_and_goes_on(wire: NatsWire, things: Things) -> None:
    stream = things.stream(keeps="log", bytes_max=512 * MIB)
    await wire.ensure([stream], [])
    for _ in range(5):
        await wire.append(things.subject("x"), b"x" * (7 * MIB))
    read: list[int] = []
    while page := await wire.read(stream, stream.subject, read[-1] if read else 0, 100):
        read += seqs(page)
    assert read == [1, 2, 3, 4, 5]


async def test_the_last_of_a_pattern(wire: NatsWire, things: Things) -> None:
    stream = things.stream(keeps="log")
    await wire.ensure([stream], [])
    for number in range(6):
        await wire.append(things.subject(f"a.s{number % 2}"), b"%d" % number)
    last = [await wire.last(stream, things.subject(rest)) for rest in ("a.s0", "a.s1", "a.*", ">", "b", "a.s0.>")]
    assert [delivery and delivery.payload for delivery in last] == [b"4", b"5", b"5", b"5", None, None]


async def test_reading_from_no_stream_says_so(wire: NatsWire, things: Things) -> None:
    stream = things.stream()
    for reading in (
        wire.read(stream, stream.subject, 0, 1),
        wire.last(stream, stream.subject),
        wire.drop(stream, 1),
    ):
        with pytest.raises(Unavailable, match="stream not found"):
            await reading


async def test_a_stream_that_must_not_be_read_directly_says_so(wire: NatsWire, things: Things) -> None:
    stream = things.stream(keeps="log")
    await wire.ensure([stream], [])
    await wire.append(things.subject("x"), b"1")
    config = await config_of(wire, f"STREAM.INFO.{stream.name}")
    await wire._jetstream.ask(f"STREAM.UPDATE.{stream.name}", {**config, "allow_direct": False})
    with pytest.raises(Unavailable, match="nobody answers for it"):
        await wire.last(stream, stream.subject)


async def test_strange_subjects_and_headers_are_read_too(
    broker: BrokerForTests, wire: NatsWire, things: Things
) -> None:
    stream = things.stream(keeps="log")
    await wire.ensure([stream], [])
    await say_rawly(
        broker.url,
        raw_publish(b"postil.main.%b.a\x0cb\xff" % things.token.encode(), b"1"),
        raw_publish(b"postil.main.%b.x" % things.token.encode(), b"2", b"NATS/1.0\r\nA: \xff\r\n\r\n"),
        raw_publish(b"postil.main.%b.x" % things.token.encode(), b"3", b"x"),
        raw_publish(b"postil.main.%b.x" % things.token.encode(), b"4", b"NATS/1.0 204 EOB\r\n\r\n"),
        raw_publish(b"postil.main.%b.x" % things.token.encode(), b"", b"NATS/1.0 503\r\nNats-Sequence: 9\r\n\r\n"),
    )
    await until(lambda: has_come_to(wire, things, 5))
    page = await wire.read(stream, stream.subject, 0, 10)
    assert [delivery.payload for delivery in page] == [b"1", b"2", b"3", b"4", b""]
    last = await wire.last(stream, stream.subject)
    assert last is not None
    assert (seqs([last]), last.headers) == ([5], {})


async def test_many_streams_are_all_listed(own_broker: BrokerForTests) -> None:
    wire = await NatsWire.connect(own_broker.url)
    everything = [Things() for _ in range(300)]
    await asyncio.gather(*(wire.ensure([things.stream(bytes_max=MIB)], []) for things in everything))
    assert {state.name for state in await wire.streams()} == {things.stream().name for things in everything}
    await wire.close()
