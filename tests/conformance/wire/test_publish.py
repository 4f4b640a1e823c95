"""Publishing: to whoever listens just now, and to nobody without complaint."""

import pytest

from shared.bus.wire import Delivery, Wire
from shared.errors import TooLarge, Unavailable
from tests.conformance.wire.ground import Ground, numbered, payloads
from tests.until import until


def nothing_missed() -> None:
    raise AssertionError("something was missed")


async def test_whoever_listens_hears_subject_payload_and_headers(ground: Ground, wire: Wire) -> None:
    listener = await ground.connect()
    heard: list[Delivery] = []
    await listener.watch(ground.subject(">"), heard.append, nothing_missed)

    await wire.publish(ground.subject("news"), b"hello", {"Postil-Test": "a value: with a colon", "X": "1"})

    await until(lambda: len(heard) == 1)
    assert heard[0].subject == ground.subject("news")
    assert heard[0].payload == b"hello"
    assert dict(heard[0].headers) == {"Postil-Test": "a value: with a colon", "X": "1"}
    assert heard[0].place is None


async def test_a_publisher_hears_itself(ground: Ground, wire: Wire) -> None:
    heard: list[Delivery] = []
    await wire.watch(ground.subject("news"), heard.append, nothing_missed)

    await wire.publish(ground.subject("news"), b"hello")

    await until(lambda: payloads(heard) == [b"hello"])


async def test_nobody_listens_and_nothing_happens(ground: Ground, wire: Wire) -> None:
    await wire.publish(ground.subject("news"), b"hello")
    await wire.ready()

    heard: list[Delivery] = []
    await wire.watch(ground.subject("news"), heard.append, nothing_missed)
    await wire.publish(ground.subject("news"), b"later")
    await until(lambda: len(heard) == 1)
    assert heard[0].payload == b"later"


async def test_what_one_wire_publishes_keeps_its_order(ground: Ground, wire: Wire) -> None:
    listener = await ground.connect()
    heard: list[Delivery] = []
    await listener.watch(ground.subject("*"), heard.append, nothing_missed)

    for number, payload in enumerate(numbered(200)):
        await wire.publish(ground.subject("even" if number % 2 else "odd"), payload)

    await until(lambda: len(heard) == 200)
    assert payloads(heard) == numbered(200)


@pytest.mark.parametrize("payload", [b"", b"\x00\r\n\xff", b"MSG a 1 3\r\nabc\r\n", b"x" * 200_000])
async def test_any_bytes_arrive_as_they_are(ground: Ground, wire: Wire, payload: bytes) -> None:
    heard: list[Delivery] = []
    await wire.watch(ground.subject("news"), heard.append, nothing_missed)

    await wire.publish(ground.subject("news"), payload)

    await until(lambda: len(heard) == 1)
    assert heard[0].payload == payload


async def test_a_message_above_the_brokers_limit_is_refused_and_harms_nobody(ground: Ground, wire: Wire) -> None:
    with pytest.raises(TooLarge):
        await wire.publish(ground.subject("news"), b"x" * 65 * 1024 * 1024)

    await wire.ready()


async def test_a_closed_wire_says_so(ground: Ground) -> None:
    wire = await ground.connect()
    await wire.close()

    with pytest.raises(Unavailable):
        await wire.publish(ground.subject("news"), b"hello")


async def test_closing_twice_is_harmless_and_what_was_published_arrives(ground: Ground, wire: Wire) -> None:
    heard: list[Delivery] = []
    await wire.watch(ground.subject("news"), heard.append, nothing_missed)
    publisher = await ground.connect()

    await publisher.publish(ground.subject("news"), b"the last words")
    await publisher.close()
    await publisher.close()

    await until(lambda: payloads(heard) == [b"the last words"])
