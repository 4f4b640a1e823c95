"""Appending: on disk when it returns, once for each message id, within the stream's limits."""

import asyncio

import pytest

from shared.bus.wire import MESSAGE_ID_HEADER, Delivery, StreamState, Wire
from shared.errors import Unavailable
from tests.conformance.wire.ground import Ground, append_all, numbered, payloads, seqs
from tests.until import until


async def state_of(wire: Wire, name: str) -> StreamState:
    [state] = [state for state in await wire.streams() if state.name == name]
    return state


async def test_sequence_numbers_ascend_without_gaps(ground: Ground, wire: Wire) -> None:
    stream = ground.log()
    await wire.ensure([stream], [])

    assert await append_all(wire, ground.subject("a"), numbered(5)) == [1, 2, 3, 4, 5]
    state = await state_of(wire, stream.name)
    assert (state.messages, state.first_seq, state.last_seq) == (5, 1, 5)
    assert state.bytes >= 5


async def test_appends_in_flight_together_keep_the_order_of_their_calls(ground: Ground, wire: Wire) -> None:
    stream = ground.log()
    await wire.ensure([stream], [])

    appended = await asyncio.gather(*(wire.append(ground.subject("a"), payload) for payload in numbered(50)))

    assert appended == list(range(1, 51))
    assert payloads(await wire.read(stream, ground.subject(">"), 0, 100)) == numbered(50)


async def test_the_same_message_id_is_kept_once(ground: Ground, wire: Wire) -> None:
    stream = ground.log()
    await wire.ensure([stream], [])
    other = await ground.connect()

    first = await wire.append(ground.subject("a"), b"once", {MESSAGE_ID_HEADER: "one"})
    again = await other.append(ground.subject("a"), b"once", {MESSAGE_ID_HEADER: "one"})
    another = await other.append(ground.subject("a"), b"another", {MESSAGE_ID_HEADER: "two"})

    assert (first, again, another) == (1, 1, 2)
    assert (await state_of(wire, stream.name)).messages == 2


async def test_without_a_message_id_the_same_bytes_are_two_messages(ground: Ground, wire: Wire) -> None:
    stream = ground.log()
    await wire.ensure([stream], [])

    assert await append_all(wire, ground.subject("a"), [b"same", b"same"]) == [1, 2]


async def test_headers_are_kept(ground: Ground, wire: Wire) -> None:
    stream = ground.log()
    await wire.ensure([stream], [])
    headers = {MESSAGE_ID_HEADER: "one", "Postil-Test": "two words"}

    await wire.append(ground.subject("a"), b"hello", headers)

    [kept] = await wire.read(stream, ground.subject(">"), 0, 10)
    assert dict(kept.headers) == headers


async def test_where_no_stream_listens_it_is_unavailable(ground: Ground, wire: Wire) -> None:
    with pytest.raises(Unavailable):
        await wire.append(ground.subject("a"), b"hello")


async def test_a_full_work_stream_refuses_the_new(ground: Ground, wire: Wire) -> None:
    stream = ground.work(bytes_max=4_000)
    await wire.ensure([stream], [])
    await append_all(wire, ground.subject("a"), [b"x" * 1_000] * 3)

    with pytest.raises(Unavailable):
        await wire.append(ground.subject("a"), b"x" * 1_000)

    assert seqs(await wire.read(stream, ground.subject(">"), 0, 10)) == [1, 2, 3]


async def test_a_full_log_forgets_the_oldest(ground: Ground, wire: Wire) -> None:
    stream = ground.log(bytes_max=4_000)
    await wire.ensure([stream], [])

    await append_all(wire, ground.subject("a"), [b"x" * 1_000] * 5)

    assert seqs(await wire.read(stream, ground.subject(">"), 0, 10)) == [3, 4, 5]
    state = await state_of(wire, stream.name)
    assert (state.messages, state.first_seq, state.last_seq) == (3, 3, 5)


async def test_whoever_listens_hears_what_is_appended(ground: Ground, wire: Wire) -> None:
    await wire.ensure([ground.log()], [])
    heard: list[Delivery] = []
    await wire.watch(ground.subject(">"), heard.append, lambda: None)

    await wire.append(ground.subject("a"), b"hello", {"Postil-Test": "1"})

    await until(lambda: len(heard) == 1)
    assert (heard[0].payload, dict(heard[0].headers)) == (b"hello", {"Postil-Test": "1"})


async def test_what_is_only_published_is_kept_as_well(ground: Ground, wire: Wire) -> None:
    stream = ground.log()
    await wire.ensure([stream], [])

    await wire.publish(ground.subject("a"), b"hello")

    async def is_there() -> bool:
        return len(await wire.read(stream, ground.subject(">"), 0, 10)) == 1

    await until(is_there)
