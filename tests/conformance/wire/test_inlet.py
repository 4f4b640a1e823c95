"""The reading end of a durable consumer: what a take brings, and within which bounds."""

import asyncio
from collections.abc import Sequence

import pytest

from shared.bus.wire import MESSAGE_ID_HEADER, Inlet, Wire
from shared.errors import Unavailable
from tests.conformance.wire.ground import (
    MIB,
    Ground,
    append_all,
    numbered,
    payloads,
    seqs,
    take_at_least,
)


async def open_inlet(ground: Ground, wire: Wire) -> Inlet:
    stream = ground.work()
    await wire.ensure([stream], [ground.consumer(stream)])
    return await wire.consume(ground.consumer(stream))


async def test_messages_come_in_stream_order_with_their_place(ground: Ground, wire: Wire) -> None:
    inlet = await open_inlet(ground, wire)
    await append_all(wire, ground.subject("a"), numbered(20))

    taken = await take_at_least(inlet, 20)

    assert payloads(taken) == numbered(20)
    assert seqs(taken) == list(range(1, 21))
    places = [delivery.place for delivery in taken if delivery.place is not None]
    assert {(place.stream, place.epoch) for place in places} == {(ground.work().name, places[0].epoch)}
    stamps = [place.stamped_at for place in places]
    assert stamps == sorted(stamps)
    assert stamps[0].tzinfo is not None
    assert {delivery.attempts for delivery in taken} == {1}


async def test_headers_and_subject_arrive(ground: Ground, wire: Wire) -> None:
    inlet = await open_inlet(ground, wire)
    headers = {MESSAGE_ID_HEADER: "one", "ce-id": "two words"}
    await wire.append(ground.subject("a.b"), b"\x00\xff", headers)

    [delivery] = await inlet.take(10, MIB)

    assert (delivery.subject, delivery.payload) == (ground.subject("a.b"), b"\x00\xff")
    assert dict(delivery.headers) == headers


async def test_what_was_appended_before_the_consumer_was_made_comes_too(ground: Ground, wire: Wire) -> None:
    stream = ground.log()
    await wire.ensure([stream], [])
    await append_all(wire, ground.subject("a"), numbered(3))

    await wire.ensure([stream], [ground.consumer(stream)])
    inlet = await wire.consume(ground.consumer(stream))

    assert payloads(await take_at_least(inlet, 3)) == numbered(3)


async def test_a_take_brings_no_more_than_it_was_asked_for(ground: Ground, wire: Wire) -> None:
    inlet = await open_inlet(ground, wire)
    await append_all(wire, ground.subject("a"), numbered(10))

    sizes: list[int] = []
    while sum(sizes) < 10:
        taken = await inlet.take(3, MIB)
        sizes.append(len(taken))
        await inlet.ack(taken)

    assert max(sizes) <= 3
    assert sum(sizes) == 10


async def test_a_take_brings_no_more_bytes_than_it_was_asked_for(ground: Ground, wire: Wire) -> None:
    inlet = await open_inlet(ground, wire)
    await append_all(wire, ground.subject("a"), [b"x" * 1_000] * 10)

    sizes: list[int] = []
    while sum(sizes) < 10:
        taken = await inlet.take(100, 3_500)
        sizes.append(len(taken))
        await inlet.ack(taken)

    assert max(sizes) <= 3
    assert sum(sizes) == 10


async def test_a_message_above_the_bound_comes_alone(ground: Ground, wire: Wire) -> None:
    inlet = await open_inlet(ground, wire)
    await append_all(wire, ground.subject("a"), [b"small", b"x" * 50_000, b"small too"])

    batches: list[Sequence[bytes]] = []
    while sum(len(batch) for batch in batches) < 3:
        batches.append(payloads(await inlet.take(100, 1_000)))

    assert batches == [[b"small"], [b"x" * 50_000], [b"small too"]]


async def test_a_take_waits_for_the_first_message_and_does_not_linger(ground: Ground, wire: Wire) -> None:
    inlet = await open_inlet(ground, wire)
    taking = asyncio.create_task(inlet.take(100, MIB))
    await wire.ready()
    assert not taking.done()

    await wire.append(ground.subject("a"), b"hello")

    assert payloads(await asyncio.wait_for(taking, 5)) == [b"hello"]


async def test_a_take_that_is_given_up_loses_nothing(ground: Ground, wire: Wire) -> None:
    inlet = await open_inlet(ground, wire)
    taking = asyncio.create_task(inlet.take(100, MIB))
    await wire.ready()
    taking.cancel()
    await asyncio.gather(taking, return_exceptions=True)

    await append_all(wire, ground.subject("a"), numbered(5))

    taken = [*await inlet.take(2, MIB)]
    assert len(taken) <= 2
    taken += await take_at_least(inlet, 5 - len(taken))
    assert payloads(taken) == numbered(5)


async def test_a_consumer_reads_only_its_pattern(ground: Ground, wire: Wire) -> None:
    stream = ground.log()
    consumer = ground.consumer(stream, "wanted.*")
    await wire.ensure([stream], [consumer])
    inlet = await wire.consume(consumer)
    await wire.append(ground.subject("other.a"), b"1")
    await wire.append(ground.subject("wanted.a"), b"2")
    await wire.append(ground.subject("wanted.a.b"), b"3")
    await wire.append(ground.subject("wanted.b"), b"4")

    taken = await take_at_least(inlet, 2)

    assert payloads(taken) == [b"2", b"4"]
    assert seqs(taken) == [2, 4]


async def test_two_inlets_share_the_messages(ground: Ground, wire: Wire) -> None:
    first = await open_inlet(ground, wire)
    other = await ground.connect()
    second = await other.consume(ground.consumer(ground.work()))
    taken: list[bytes] = []

    async def read(inlet: Inlet) -> None:
        while len(taken) < 100:
            batch = await inlet.take(5, MIB)
            taken.extend(payloads(batch))
            await inlet.ack(batch)

    readers = [asyncio.create_task(read(inlet)) for inlet in (first, second)]
    await append_all(wire, ground.subject("a"), numbered(100))
    await asyncio.wait(readers, return_when=asyncio.FIRST_COMPLETED, timeout=10)
    for reader in readers:
        reader.cancel()
    await asyncio.gather(*readers, return_exceptions=True)

    assert sorted(taken, key=int) == numbered(100)


async def test_no_more_is_in_hand_than_the_consumer_allows(ground: Ground, wire: Wire) -> None:
    stream = ground.work()
    consumer = ground.consumer(stream, unacknowledged_max=4)
    await wire.ensure([stream], [consumer])
    inlet = await wire.consume(consumer)
    await append_all(wire, ground.subject("a"), numbered(6))

    taken = await take_at_least(inlet, 4)
    more = asyncio.create_task(inlet.take(10, MIB))
    await wire.ready()
    assert not more.done()
    await inlet.ack(taken[:1])

    assert payloads(await asyncio.wait_for(more, 5)) == [b"4"]


async def test_consuming_makes_what_is_missing(ground: Ground, wire: Wire) -> None:
    inlet = await wire.consume(ground.consumer(ground.work()))

    await wire.append(ground.subject("a"), b"hello")

    assert payloads(await inlet.take(10, MIB)) == [b"hello"]


async def test_a_stopped_inlet_says_so(ground: Ground, wire: Wire) -> None:
    inlet = await open_inlet(ground, wire)
    taking = asyncio.create_task(inlet.take(10, MIB))
    await wire.ready()

    await inlet.stop()

    with pytest.raises(Unavailable):
        await taking
    with pytest.raises(Unavailable):
        await inlet.take(10, MIB)
