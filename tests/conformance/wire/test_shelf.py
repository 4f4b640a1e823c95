"""What a stream keeps: read in pages, the last one, one removed; and the streams themselves."""

from dataclasses import replace

import pytest

from shared.bus.streams import Stream
from shared.bus.wire import Wire
from shared.errors import Unavailable
from tests.conformance.wire.ground import Ground, append_all, numbered, payloads, seqs


async def stocked(ground: Ground, wire: Wire) -> Stream:
    """Six messages, by turns in `a` and `b`, the third and the sixth of them removed."""
    stream = ground.log()
    await wire.ensure([stream], [])
    for number, payload in enumerate(numbered(6)):
        await wire.append(ground.subject("b" if number % 2 else "a"), payload, {"Postil-Test": str(number)})
    assert await wire.drop(stream, 3)
    assert await wire.drop(stream, 6)
    return stream


async def test_pages_follow_each_other_over_holes(ground: Ground, wire: Wire) -> None:
    stream = await stocked(ground, wire)

    first = await wire.read(stream, ground.subject(">"), 0, 2)
    second = await wire.read(stream, ground.subject(">"), 2, 2)
    third = await wire.read(stream, ground.subject(">"), 5, 2)

    assert [seqs(page) for page in (first, second, third)] == [[1, 2], [4, 5], []]
    assert payloads(first) == [b"0", b"1"]
    assert [dict(delivery.headers) for delivery in first] == [{"Postil-Test": "0"}, {"Postil-Test": "1"}]
    assert [delivery.subject for delivery in first] == [ground.subject("a"), ground.subject("b")]


async def test_a_page_holds_only_its_pattern(ground: Ground, wire: Wire) -> None:
    stream = await stocked(ground, wire)

    assert seqs(await wire.read(stream, ground.subject("a"), 0, 10)) == [1, 5]
    assert seqs(await wire.read(stream, ground.subject("a"), 1, 10)) == [5]
    assert seqs(await wire.read(stream, ground.subject("*"), 0, 10)) == [1, 2, 4, 5]


async def test_an_empty_stream_has_an_empty_page(ground: Ground, wire: Wire) -> None:
    stream = ground.log()
    await wire.ensure([stream], [])

    assert await wire.read(stream, ground.subject(">"), 0, 10) == await wire.read(stream, ground.subject(">"), 7, 10)
    assert len(await wire.read(stream, ground.subject(">"), 0, 10)) == 0


async def test_the_last_of_a_pattern(ground: Ground, wire: Wire) -> None:
    stream = await stocked(ground, wire)

    last = await wire.last(stream, ground.subject(">"))
    last_in_b = await wire.last(stream, ground.subject("b"))

    assert last is not None
    assert last_in_b is not None
    assert (seqs([last]), last.payload, last.subject) == ([5], b"4", ground.subject("a"))
    assert dict(last.headers) == {"Postil-Test": "4"}
    assert seqs([last_in_b]) == [4]
    assert await wire.last(stream, ground.subject("nowhere")) is None


async def test_a_place_is_the_same_however_it_is_read(ground: Ground, wire: Wire) -> None:
    stream = ground.log()
    await wire.ensure([stream], [ground.consumer(stream)])
    inlet = await wire.consume(ground.consumer(stream))
    await wire.append(ground.subject("a"), b"hello")

    [taken] = await inlet.take(1, 1_000)
    [read] = await wire.read(stream, ground.subject(">"), 0, 1)
    last = await wire.last(stream, ground.subject(">"))

    assert taken.place is not None
    assert last is not None
    assert taken.place == read.place == last.place


async def test_what_is_removed_is_gone_and_can_be_removed_once(ground: Ground, wire: Wire) -> None:
    stream = ground.log()
    await wire.ensure([stream], [])
    await append_all(wire, ground.subject("a"), numbered(2))

    assert await wire.drop(stream, 1) is True
    assert await wire.drop(stream, 1) is False
    assert await wire.drop(stream, 99) is False

    assert seqs(await wire.read(stream, ground.subject(">"), 0, 10)) == [2]


async def test_a_stream_that_is_not_there_is_unavailable(ground: Ground, wire: Wire) -> None:
    with pytest.raises(Unavailable):
        await wire.read(ground.log(), ground.subject(">"), 0, 10)
    with pytest.raises(Unavailable):
        await wire.last(ground.log(), ground.subject(">"))
    with pytest.raises(Unavailable):
        await wire.drop(ground.log(), 1)


async def test_ensuring_again_changes_nothing(ground: Ground, wire: Wire) -> None:
    stream = ground.log()
    consumer = ground.consumer(stream)
    other = await ground.connect()
    await wire.ensure([stream], [consumer])
    await append_all(wire, ground.subject("a"), numbered(3))
    before = await wire.read(stream, ground.subject(">"), 0, 10)

    await other.ensure([stream], [consumer])

    assert await wire.read(stream, ground.subject(">"), 0, 10) == before
    [state] = [state for state in await wire.streams() if state.name == stream.name]
    assert [(reader.name, reader.waiting) for reader in state.consumers] == [(consumer.name, 3)]


async def test_ensuring_brings_new_limits(ground: Ground, wire: Wire) -> None:
    stream = ground.log()
    consumer = ground.consumer(stream, unacknowledged_max=1)
    await wire.ensure([stream], [consumer])
    await append_all(wire, ground.subject("a"), [b"x" * 1_000] * 5)

    smaller = replace(stream, bytes_max=4_000)
    wider = replace(consumer, stream=smaller, unacknowledged_max=10)
    await wire.ensure([smaller], [wider])

    assert seqs(await wire.read(stream, ground.subject(">"), 0, 10)) == [3, 4, 5]
    inlet = await wire.consume(wider)
    taken = list(await inlet.take(10, 100_000))
    while len(taken) < 3:
        taken += await inlet.take(10, 100_000)
    assert seqs(taken) == [3, 4, 5]
