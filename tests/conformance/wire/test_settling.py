"""What becomes of a delivery: acknowledged, given back, extended while it is held, and come again when it is not."""

from shared.bus.wire import Inlet, StreamState, Wire
from tests.conformance.wire.ground import (
    ACK_WAIT_SECONDS,
    MIB,
    NEVER_SECONDS,
    Ground,
    append_all,
    numbered,
    payloads,
    take_at_least,
)
from tests.until import until


async def open_inlet(ground: Ground, wire: Wire, *, ack_wait_seconds: float = NEVER_SECONDS) -> Inlet:
    stream = ground.work()
    consumer = ground.consumer(stream, ack_wait_seconds=ack_wait_seconds)
    await wire.ensure([stream], [consumer])
    return await wire.consume(consumer)


async def state_of(wire: Wire, name: str) -> StreamState:
    [state] = [state for state in await wire.streams() if state.name == name]
    return state


async def test_a_work_stream_forgets_what_is_acknowledged(ground: Ground, wire: Wire) -> None:
    inlet = await open_inlet(ground, wire)
    await append_all(wire, ground.subject("a"), numbered(3))
    taken = await take_at_least(inlet, 3)

    state = await state_of(wire, ground.work().name)
    assert (state.messages, state.consumers[0].unacknowledged, state.consumers[0].waiting) == (3, 3, 0)
    await inlet.ack(taken)

    async def is_empty() -> bool:
        state = await state_of(wire, ground.work().name)
        return (state.messages, state.consumers[0].unacknowledged) == (0, 0)

    await until(is_empty)
    assert (await state_of(wire, ground.work().name)).last_seq == 3


async def test_a_log_keeps_what_is_acknowledged(ground: Ground, wire: Wire) -> None:
    stream = ground.log()
    await wire.ensure([stream], [ground.consumer(stream)])
    inlet = await wire.consume(ground.consumer(stream))
    await append_all(wire, ground.subject("a"), numbered(3))

    await inlet.ack(await take_at_least(inlet, 3))

    async def is_settled() -> bool:
        return (await state_of(wire, stream.name)).consumers[0].unacknowledged == 0

    await until(is_settled)
    assert (await state_of(wire, stream.name)).messages == 3


async def test_what_was_given_back_comes_again_as_another_attempt(ground: Ground, wire: Wire) -> None:
    inlet = await open_inlet(ground, wire)
    await append_all(wire, ground.subject("a"), numbered(2))
    first, second = await take_at_least(inlet, 2)

    await inlet.give_back([first], 0.05)
    [again] = await inlet.take(10, MIB)
    assert (again.payload, again.place, again.attempts) == (first.payload, first.place, 2)
    await inlet.give_back([again], 0.0)
    [once_more] = await inlet.take(10, MIB)

    assert (once_more.payload, once_more.attempts) == (first.payload, 3)
    state = await state_of(wire, ground.work().name)
    assert (state.consumers[0].unacknowledged, state.consumers[0].redelivered) == (2, 1)
    assert second.attempts == 1


async def test_what_was_given_back_comes_again_when_its_time_has_come(ground: Ground, wire: Wire) -> None:
    inlet = await open_inlet(ground, wire)
    await append_all(wire, ground.subject("a"), [b"later", b"sooner"])
    later, sooner = await take_at_least(inlet, 2)

    await inlet.give_back([later], 0.4)
    await inlet.give_back([sooner], 0.01)

    assert payloads(await take_at_least(inlet, 2)) == [b"sooner", b"later"]


async def test_a_claim_is_extended_for_as_long_as_it_is_held(ground: Ground, wire: Wire) -> None:
    inlet = await open_inlet(ground, wire, ack_wait_seconds=ACK_WAIT_SECONDS)
    await append_all(wire, ground.subject("a"), [b"held", b"clock"])
    held, clock = await take_at_least(inlet, 2)

    # The one that is given back comes again only when the other's claim would have run out three times.
    await inlet.give_back([clock], ACK_WAIT_SECONDS * 3)
    back = await inlet.take(10, MIB)

    assert payloads(back) == [b"clock"]
    await inlet.ack([held, *back])

    async def is_empty() -> bool:
        return (await state_of(wire, ground.work().name)).messages == 0

    await until(is_empty)


async def test_stopping_gives_back_what_is_not_settled(ground: Ground, wire: Wire) -> None:
    inlet = await open_inlet(ground, wire)
    await append_all(wire, ground.subject("a"), numbered(4))
    taken = await take_at_least(inlet, 3)
    await inlet.ack(taken[:1])

    await inlet.stop()

    other = await ground.connect()
    successor = await other.consume(ground.consumer(ground.work()))
    again = await take_at_least(successor, 3)
    assert sorted(payloads(again)) == [b"1", b"2", b"3"]
    assert {delivery.attempts for delivery in again if delivery.payload in (b"1", b"2")} == {2}


async def test_a_consumer_goes_on_where_it_was(ground: Ground, wire: Wire) -> None:
    stream = ground.log()
    await wire.ensure([stream], [ground.consumer(stream)])
    inlet = await wire.consume(ground.consumer(stream))
    await append_all(wire, ground.subject("a"), numbered(2))
    await inlet.ack(await take_at_least(inlet, 2))
    await inlet.stop()
    await append_all(wire, ground.subject("a"), [b"next"])

    successor = await wire.consume(ground.consumer(stream))

    assert payloads(await successor.take(10, MIB)) == [b"next"]


async def test_when_its_holder_closes_a_message_comes_to_another_at_once(ground: Ground, wire: Wire) -> None:
    holder = await ground.connect()
    inlet = await open_inlet(ground, holder)
    await wire.append(ground.subject("a"), b"hello")
    await take_at_least(inlet, 1)

    await holder.close()

    successor = await open_inlet(ground, wire)
    [again] = await successor.take(10, MIB)
    assert (again.payload, again.attempts) == (b"hello", 2)


async def test_when_its_holder_dies_a_message_comes_to_another_once_the_claim_has_run_out(
    ground: Ground, wire: Wire
) -> None:
    holder = await ground.connect()
    inlet = await open_inlet(ground, holder, ack_wait_seconds=ACK_WAIT_SECONDS)
    await wire.append(ground.subject("a"), b"hello")
    await take_at_least(inlet, 1)

    await ground.kill(holder)

    successor = await open_inlet(ground, wire, ack_wait_seconds=ACK_WAIT_SECONDS)
    [again] = await successor.take(10, MIB)
    assert (again.payload, again.attempts) == (b"hello", 2)


async def test_acknowledging_twice_is_harmless(ground: Ground, wire: Wire) -> None:
    inlet = await open_inlet(ground, wire)
    await append_all(wire, ground.subject("a"), numbered(2))
    taken = await take_at_least(inlet, 2)

    await inlet.ack(taken[:1])
    await inlet.ack(taken[:1])
    await inlet.give_back(taken[:1], 0.0)

    async def one_is_left() -> bool:
        state = await state_of(wire, ground.work().name)
        return (state.messages, state.consumers[0].unacknowledged) == (1, 1)

    await until(one_is_left)
    await wire.append(ground.subject("a"), b"next")
    assert payloads(await inlet.take(10, MIB)) == [b"next"]


async def test_stopping_twice_is_harmless(ground: Ground, wire: Wire) -> None:
    inlet = await open_inlet(ground, wire)
    await wire.append(ground.subject("a"), b"hello")
    await take_at_least(inlet, 1)

    await inlet.stop()
    await inlet.stop()

    successor = await wire.consume(ground.consumer(ground.work()))
    assert payloads(await successor.take(10, MIB)) == [b"hello"]
