"""The connection: what it says when something is wrong, and that it comes back from everything."""

import asyncio
from pathlib import Path
from time import monotonic

import pytest

from shared.bus.nats import NatsOptions, NatsWire
from shared.bus.wire import Delivery, Endpoint
from shared.errors import Invalid, TimedOut, TooLarge, Unavailable
from tests.broker import BrokerForTests, free_port
from tests.shared.bus.guarded import guarded_broker
from tests.shared.bus.proxy import Proxy
from tests.shared.bus.things import MIB, Answer, Things, grown, is_ready, raw_publish, say_rawly
from tests.until import until


async def test_no_server_is_said_within_the_time() -> None:
    with pytest.raises(Unavailable, match=r"no connection to the broker at nats://127\.0\.0\.1:\d+: .*[Cc]onnect"):
        await NatsWire.connect(f"nats://127.0.0.1:{free_port()}", connect_seconds_max=0.3)


async def test_a_server_that_comes_late_is_waited_for(own_broker: BrokerForTests) -> None:
    await own_broker.kill()
    connecting = asyncio.create_task(NatsWire.connect(own_broker.url, connect_seconds_max=20))
    await own_broker.start()
    wire = await connecting
    assert await is_ready(wire)
    await wire.close()


async def test_something_else_that_listens_is_no_broker() -> None:
    async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example.org ESMTP\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(greet, "127.0.0.1", 0)
    url = f"nats://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    with pytest.raises(Unavailable, match="no connection to the broker"):
        await NatsWire.connect(url, connect_seconds_max=0.3)
    server.close()


async def test_a_password_is_never_in_a_message() -> None:
    options = NatsOptions(f"nats://somebody:hunter2@127.0.0.1:{free_port()}")
    with pytest.raises(Unavailable) as raised:
        await NatsWire.connect(options, connect_seconds_max=0.2)
    assert "hunter2" not in raised.value.detail


async def test_a_request_to_nobody_is_refused_at_once(wire: NatsWire, things: Things) -> None:
    begun = monotonic()
    with pytest.raises(Unavailable, match="nobody answers") as raised:
        await wire.request(things.subject("get"), b"", seconds_max=30)
    assert not isinstance(raised.value, TimedOut)
    assert monotonic() - begun < 30


async def test_a_request_without_an_answer_times_out(wire: NatsWire, things: Things) -> None:
    watching = await wire.watch(things.subject("get"), lambda _: None, lambda: None)
    with pytest.raises(TimedOut, match=r"within 0\.05 s"):
        await wire.request(things.subject("get"), b"", seconds_max=0.05)
    await watching.stop()


async def test_an_answer_that_comes_too_late_harms_nobody(wire: NatsWire, things: Things) -> None:
    slow = Answer()
    answering = await wire.answer(things.calling(), [things.endpoint(slow)])
    with pytest.raises(TimedOut):
        await wire.request(things.subject("get"), b"1", seconds_max=0.05)
    slow.may_go_on.set()
    reply = await wire.request(things.subject("get"), b"2", seconds_max=5)
    assert reply.payload == b"did 2"
    await answering.stop()


@pytest.mark.parametrize("subject", ["", "a..b", ".a", "a.", "a b", "a.*", "a.>", "a\r\nPUB b 0", "a\x00b", "a\x0cb"])
async def test_what_is_no_subject_is_never_sent(wire: NatsWire, subject: str) -> None:
    with pytest.raises(Invalid, match="is no subject"):
        await wire.publish(subject, b"")
    with pytest.raises(Invalid, match="is no subject"):
        await wire.append(subject, b"")
    with pytest.raises(Invalid, match="is no subject"):
        await wire.request(subject, b"", seconds_max=1)
    await wire.ready()


@pytest.mark.parametrize("pattern", ["", "a..b", "a.>.b", "a b", "a.b*", "\xa0"])
async def test_what_is_no_pattern_is_never_sent(wire: NatsWire, pattern: str) -> None:
    with pytest.raises(Invalid, match="is no pattern"):
        await wire.watch(pattern, lambda _: None, lambda: None)


async def test_a_subject_that_is_too_long_is_refused_and_the_connection_stays(wire: NatsWire) -> None:
    with pytest.raises(Invalid, match="at the most"):
        await wire.publish("a" * 5_000, b"")
    await wire.ready()


@pytest.mark.parametrize("headers", [{}, {"Name": "v" * MIB}])
async def test_a_message_that_is_too_large_is_refused_and_the_connection_stays(
    wire: NatsWire, things: Things, headers: dict[str, str]
) -> None:
    await wire.ensure([things.stream()], [])
    payload = b"x" * (8 * MIB - sum(map(len, headers.values())) + 1)
    with pytest.raises(TooLarge, match="8388608 at the most"):
        await wire.publish(things.subject("docs"), payload, headers)
    with pytest.raises(TooLarge):
        await wire.append(things.subject("docs"), payload, headers)
    assert await wire.append(things.subject("docs"), payload[: 7 * MIB]) == 1
    with pytest.raises(TooLarge, match="header"):
        await wire.append(things.subject("docs"), b"", {"Name": "v" * 70_000})


async def test_a_header_with_a_name_that_cannot_be_sent_is_refused(wire: NatsWire, things: Things) -> None:
    with pytest.raises(Invalid, match="header"):
        await wire.publish(things.subject("docs"), b"", {"a b": "c"})


async def test_a_header_cannot_smuggle_another_one(wire: NatsWire, things: Things) -> None:
    heard: list[Delivery] = []
    watching = await wire.watch(things.subject("x"), heard.append, lambda: None)
    await wire.publish(things.subject("x"), b"", {"A": "b\r\nC: d"})
    await until(lambda: bool(heard))
    assert dict(heard[0].headers) == {"A": "b  C: d"}
    await watching.stop()


async def test_who_waits_for_an_answer_hears_at_once_that_the_broker_died(own_broker: BrokerForTests) -> None:
    things, slow = Things(), Answer()
    wire = await NatsWire.connect(own_broker.url)
    await wire.answer(things.calling(), [things.endpoint(slow)])
    asking = asyncio.create_task(wire.request(things.subject("get"), b"", seconds_max=600))
    await until(lambda: slow.at_work == 1)
    await own_broker.kill()
    with pytest.raises(Unavailable, match="may or may not have been done"):
        await asking
    with pytest.raises(Unavailable, match="no connection"):
        await wire.publish(things.subject("x"), b"")
    slow.may_go_on.set()
    await own_broker.start()
    await until(lambda: is_ready(wire))
    assert (await wire.request(things.subject("get"), b"again", seconds_max=5)).payload == b"did again"
    await wire.close()


async def test_the_first_append_after_a_restart_succeeds(own_broker: BrokerForTests) -> None:
    things = Things()
    wire = await NatsWire.connect(own_broker.url)
    await wire.ensure([things.stream()], [])
    for number in range(1, 4):
        assert await wire.append(things.subject("docs"), b"x") == number
        await own_broker.kill()
        await own_broker.start()
        await until(lambda: wire._connection.client.is_connected)
    await wire.close()


async def test_a_line_that_is_cut_again_and_again_always_comes_back(line: Proxy, things: Things) -> None:
    wire = await NatsWire.connect(line.url)
    missed: list[int] = []
    heard: list[Delivery] = []
    watching = await wire.watch(things.subject("x"), heard.append, lambda: missed.append(1))
    for times in range(1, 6):
        line.cut()
        await until(grown(missed, times))
        await wire.publish(things.subject("x"), b"%d" % times)
        await until(grown(heard, times))
    assert [delivery.payload for delivery in heard] == [b"1", b"2", b"3", b"4", b"5"]
    await watching.stop()
    await wire.close()


async def test_a_complaint_of_the_server_ends_nothing_for_good(broker: BrokerForTests, things: Things) -> None:
    wire = await NatsWire.connect(broker.url)
    missed: list[int] = []
    await wire.watch(things.subject("x"), lambda _: None, lambda: missed.append(1))
    # The server answers nonsense with an error, and hangs up.
    await wire._connection.client._send_command(b"NONSENSE\r\n")
    await wire._connection.client._flush_pending()
    await until(lambda: len(missed) == 1)
    await wire.ready()
    await wire.close()


async def test_waiting_for_the_broker_in_vain_does_not_break_the_connection(
    line: Proxy, things: Things, monkeypatch: pytest.MonkeyPatch
) -> None:
    wire = await NatsWire.connect(line.url)
    monkeypatch.setattr("shared.bus.nats.connection.SETTLE_SECONDS_MAX", 0.05)
    line.freeze()
    with pytest.raises(TimedOut, match="did not answer in time"):
        await wire.watch(things.subject("x"), lambda _: None, lambda: None)
    monkeypatch.undo()
    line.thaw()
    await wire._connection.settle()
    await wire.ready()
    await wire.close()


@pytest.mark.parametrize(
    "nonsense",
    [
        raw_publish(b"postil.main.TOKEN.\xff\xfe", b"1"),
        raw_publish(b"postil.main.TOKEN.a\x0cb", b"2"),
        raw_publish(b"postil.main.TOKEN.a\x0bb", b"3"),
        raw_publish(b"postil.main.TOKEN.h", b"4", b"x"),
        raw_publish(b"postil.main.TOKEN.h", b"5", b"NATS/1.0 \xff\xff\r\n\r\n"),
        raw_publish(b"postil.main.TOKEN.h", b"6", b"NATS/1.0\r\n\xff: \xff\r\n:\r\nno colon\r\n\r\n"),
        raw_publish(b"postil.main.TOKEN.h", b"7", b"\x00\r\n"),
    ],
)
async def test_no_message_of_a_stranger_breaks_the_connection(
    broker: BrokerForTests, wire: NatsWire, things: Things, nonsense: bytes
) -> None:
    heard: list[Delivery] = []
    missed: list[int] = []
    watching = await wire.watch(things.subject(">"), heard.append, lambda: missed.append(1))
    token = things.token.encode()
    await say_rawly(broker.url, nonsense.replace(b"TOKEN", token), raw_publish(b"postil.main.%b.end" % token, b"end"))
    await until(lambda: bool(heard) and heard[-1].payload == b"end")
    assert len(heard) == 2
    assert missed == []
    await watching.stop()


async def test_an_ear_that_fails_does_not_stop_the_others(wire: NatsWire, things: Things) -> None:
    def fail(_: Delivery) -> None:
        raise ZeroDivisionError

    heard: list[Delivery] = []
    failing = await wire.watch(things.subject("x"), fail, lambda: None)
    hearing = await wire.watch(things.subject("x"), heard.append, lambda: None)
    await wire.publish(things.subject("x"), b"1")
    await until(lambda: len(heard) == 1)
    await failing.stop()
    await hearing.stop()


async def test_closing_twice_and_without_a_broker_does_no_harm(own_broker: BrokerForTests) -> None:
    things = Things()
    wire = await NatsWire.connect(own_broker.url)
    stream = things.stream()
    await wire.ensure([stream], [])
    await wire.consume(things.consumer(stream))
    await wire.watch(things.subject("x"), lambda _: None, lambda: None)
    await wire.answer(things.calling(), [things.endpoint(Answer())])
    await own_broker.kill()
    await wire.close()
    await wire.close()
    with pytest.raises(Unavailable):
        await wire.ready()


@pytest.mark.parametrize("greeting", [b"x" * 200_000, b"INFO {\r\n", b"\xff\r\n", b"-ERR 'go away'\r\n"])
async def test_nonsense_in_place_of_the_broker_is_outlived(line: Proxy, greeting: bytes) -> None:
    wire = await NatsWire.connect(line.url)
    line.greeting = greeting
    line.cut()
    await until(lambda: line.greeted >= 2)
    line.greeting = b""
    await until(lambda: is_ready(wire))
    assert wire._connection.client.is_connected
    await wire.close()


DENYING = """
accounts { A { jetstream: enabled, users: [ { user: "u", password: "p", permissions: {
  publish: { deny: ["secret.>"] }, subscribe: { deny: ["secret.>"] } } } ] } }
"""


async def test_what_the_broker_does_not_allow_is_said(tmp_path: Path) -> None:
    async with guarded_broker(tmp_path, DENYING) as url:
        wire = await NatsWire.connect(NatsOptions(url.replace("//", "//u:p@")))
        with pytest.raises(Unavailable, match=r"does not allow us to listen to secret\.Plans"):
            await wire.watch("secret.Plans", lambda _: None, lambda: None)
        things = Things()
        secret = Endpoint("get", "secret.get", Answer(), 1)
        with pytest.raises(Unavailable, match=r"does not allow us to listen to secret\.get"):
            await wire.answer(things.calling(), [things.endpoint(Answer()), secret])
        with pytest.raises(Unavailable, match="nobody answers"):
            await wire.request(things.subject("get"), b"", seconds_max=5)
        await wire.publish("secret.plans", b"")
        assert await is_ready(wire)
        await wire.close()
