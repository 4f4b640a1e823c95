"""Watching: what is said from now on, and nothing once it is stopped."""

import pytest

from shared.bus.wire import Delivery, Wire
from tests.conformance.wire.ground import Ground, echo, payloads
from tests.until import until


async def watch(ground: Ground, pattern: str) -> list[Delivery]:
    """Watch on a wire of its own."""
    heard: list[Delivery] = []
    wire = await ground.connect()
    await wire.watch(ground.subject(pattern), heard.append, lambda: None)
    return heard


async def test_it_hears_from_the_moment_it_returns(ground: Ground, wire: Wire) -> None:
    await wire.publish(ground.subject("news"), b"before")
    await wire.ready()

    heard = await watch(ground, "news")
    await wire.publish(ground.subject("news"), b"after")

    await until(lambda: payloads(heard) == [b"after"])


async def test_once_stopped_it_hears_nothing(ground: Ground, wire: Wire) -> None:
    stopped: list[Delivery] = []
    stoppable = await wire.watch(ground.subject("news"), stopped.append, lambda: None)
    other = await watch(ground, "news")
    await wire.publish(ground.subject("news"), b"first")
    await until(lambda: len(stopped) == len(other) == 1)

    await stoppable.stop()
    await wire.publish(ground.subject("news"), b"second")

    await until(lambda: len(other) == 2)
    await wire.ready()
    assert payloads(stopped) == [b"first"]


async def test_every_watcher_hears_everything(ground: Ground, wire: Wire) -> None:
    watchers = [await watch(ground, "news") for _ in range(3)]

    await wire.publish(ground.subject("news"), b"hello")

    await until(lambda: all(payloads(heard) == [b"hello"] for heard in watchers))


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("a.b", [b"a.b"]),
        ("*", [b"a", b"b"]),
        ("a.*", [b"a.b"]),
        ("*.b", [b"a.b"]),
        ("a.>", [b"a.b", b"a.b.c"]),
        (">", [b"a", b"b", b"a.b", b"a.b.c"]),
    ],
)
async def test_a_pattern_chooses(ground: Ground, wire: Wire, pattern: str, expected: list[bytes]) -> None:
    heard = await watch(ground, pattern)
    everything = await watch(ground, ">")

    for rest in ("a", "b", "a.b", "a.b.c"):
        await wire.publish(ground.subject(rest), rest.encode())

    await until(lambda: len(everything) == 4)
    await until(lambda: payloads(heard) == expected)


async def test_two_watches_of_one_wire_are_two(ground: Ground, wire: Wire) -> None:
    first: list[Delivery] = []
    second: list[Delivery] = []
    stoppable = await wire.watch(ground.subject("news"), first.append, lambda: None)
    await wire.watch(ground.subject(">"), second.append, lambda: None)

    await wire.publish(ground.subject("news"), b"one")
    await until(lambda: len(first) == len(second) == 1)
    await stoppable.stop()
    await wire.publish(ground.subject("news"), b"two")

    await until(lambda: payloads(second) == [b"one", b"two"])
    assert payloads(first) == [b"one"]


async def test_a_watcher_that_fails_harms_no_other(ground: Ground, wire: Wire) -> None:
    tried: list[Delivery] = []

    def stumble(delivery: Delivery) -> None:
        tried.append(delivery)
        raise ValueError("stumbled")

    await wire.watch(ground.subject("news"), stumble, lambda: None)
    heard: list[Delivery] = []
    await wire.watch(ground.subject("news"), heard.append, lambda: None)
    await wire.answer(ground.calling(), [ground.endpoint("echo", echo)])

    await wire.publish(ground.subject("news"), b"one")
    await wire.publish(ground.subject("news"), b"two")

    await until(lambda: payloads(heard) == [b"one", b"two"])
    assert len(tried) == 2
    assert (await wire.request(ground.subject("echo"), b"well", seconds_max=5)).payload == b"well"
