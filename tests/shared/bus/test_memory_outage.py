"""The broker goes away and comes back: what is on disk is there, what was on its way is not."""

import asyncio

import pytest

from shared.bus.memory import Faults, MemoryWire
from shared.bus.wire import MESSAGE_ID_HEADER, Delivery
from shared.errors import Unavailable
from tests.shared.bus.memory_ground import ACK_WAIT_SECONDS, CALLING, READER, Ground, attempts, echo_endpoint, take
from tests.simulation.loop import Simulation, simulated


@simulated
async def test_while_it_is_away_everything_is_unavailable(simulation: Simulation) -> None:
    ground = Ground(simulation)
    wire = await ground.wire("client")
    inlet = await wire.consume(READER)
    await wire.append("work.a", b"hello")
    taken = await take(inlet)

    ground.broker.down()
    ground.broker.down()

    for call in (
        wire.publish("a", b""),
        wire.append("work.a", b""),
        wire.request("echo", b"", seconds_max=1),
        wire.ready(),
        wire.streams(),
        wire.services(1),
        wire.watch("a", lambda delivery: None, lambda: None),
        inlet.ack(taken),
        inlet.give_back(taken, 1),
    ):
        with pytest.raises(Unavailable):
            await call
    assert asyncio.get_running_loop().time() == 0


@simulated
async def test_calls_in_flight_fail_at_once(simulation: Simulation) -> None:
    ground = Ground(simulation, Faults(delayed=1, delay_seconds_max=1))
    wire = await ground.wire("client")
    await (await ground.wire("server")).answer(CALLING, [echo_endpoint()])
    ground.go_wrong()
    asking = asyncio.create_task(wire.request("echo", b"", seconds_max=60))
    await asyncio.sleep(0)

    ground.broker.down()
    await asyncio.wait([asking])

    assert type(asking.exception()) is Unavailable
    assert asyncio.get_running_loop().time() == 0


@simulated
async def test_streams_survive_and_services_are_there_again(simulation: Simulation) -> None:
    ground = Ground(simulation)
    wire = await ground.wire("client")
    await (await ground.wire("server")).answer(CALLING, [echo_endpoint()])
    await wire.append("work.a", b"one")

    ground.broker.down()
    ground.broker.up()
    ground.broker.up()

    assert await wire.append("work.a", b"two") == 2
    assert (await wire.request("echo", b"hello", seconds_max=1)).payload == b"hello"
    assert len(await wire.services(1)) == 1


@simulated
async def test_a_watcher_hears_on_and_is_told_that_it_may_have_missed_something(simulation: Simulation) -> None:
    ground = Ground(simulation, Faults(delayed=1, delay_seconds_max=1))
    wire, watcher = await ground.wire("client"), await ground.wire("watcher")
    heard: list[bytes] = []
    missed: list[str] = []
    await watcher.watch("news", lambda delivery: heard.append(delivery.payload), lambda: missed.append("watching"))
    stopped = await watcher.watch("news", lambda delivery: None, lambda: missed.append("stopped"))
    await stopped.stop()
    ground.go_wrong()

    await wire.publish("news", b"on its way")
    ground.broker.down()
    await asyncio.sleep(5)
    ground.broker.up()
    await wire.publish("news", b"afterwards")
    await asyncio.sleep(5)

    assert (heard, missed) == ([b"afterwards"], ["watching"])


@simulated
async def test_who_waits_for_a_message_waits_on(simulation: Simulation) -> None:
    ground = Ground(simulation)
    wire = await ground.wire("client")
    inlet, other = await wire.consume(READER), await (await ground.wire("other")).consume(READER)
    taking = asyncio.create_task(take(inlet))
    await asyncio.sleep(1)
    ground.broker.down()
    taking_while_away = asyncio.create_task(take(other))
    await asyncio.sleep(1)
    ground.broker.up()

    await wire.append("work.a", b"one")
    assert attempts(await taking) == [(b"one", 1)]
    await wire.append("work.a", b"two")
    assert attempts(await taking_while_away) == [(b"two", 1)]


@simulated
async def test_what_is_held_over_an_outage_stays_held_and_can_be_settled_after_it(simulation: Simulation) -> None:
    ground = Ground(simulation)
    wire = await ground.wire("client")
    inlet = await wire.consume(READER)
    await wire.append("work.a", b"hello")
    taken = await take(inlet)

    ground.broker.down()
    await asyncio.sleep(ACK_WAIT_SECONDS * 3)
    with pytest.raises(Unavailable):
        await inlet.ack(taken)
    ground.broker.up()
    await asyncio.sleep(ACK_WAIT_SECONDS * 3)
    await inlet.ack(taken)
    await wire.append("work.a", b"next")

    assert attempts(await take(inlet)) == [(b"next", 1)]
    assert ground.messages("WORK") == 1


@simulated
async def test_an_acknowledgement_on_its_way_is_lost(simulation: Simulation) -> None:
    ground = Ground(simulation)
    wire = await ground.wire("client")
    inlet = await wire.consume(READER)
    await wire.append("work.a", b"hello")

    await inlet.ack(await take(inlet))
    ground.broker.down()
    ground.broker.up()

    assert attempts(await take(inlet)) == [(b"hello", 2)]
    assert asyncio.get_running_loop().time() == pytest.approx(ACK_WAIT_SECONDS)


@simulated
async def test_after_a_restart_the_ids_of_messages_that_are_gone_are_forgotten(simulation: Simulation) -> None:
    ground = Ground(simulation)
    wire = await ground.wire("client")
    inlet = await wire.consume(READER)
    await wire.append("work.a", b"settled", {MESSAGE_ID_HEADER: "settled"})
    await inlet.ack(await take(inlet))
    await wire.append("work.a", b"waiting", {MESSAGE_ID_HEADER: "waiting"})
    await wire.append("work.a", b"settled", {MESSAGE_ID_HEADER: "settled"})
    assert ground.messages("WORK") == 1

    ground.broker.down()
    ground.broker.up()

    assert await wire.append("work.a", b"waiting", {MESSAGE_ID_HEADER: "waiting"}) == 2
    assert await wire.append("work.a", b"settled", {MESSAGE_ID_HEADER: "settled"}) == 3


@simulated
async def test_a_watch_that_failed_hears_nothing(simulation: Simulation) -> None:
    ground = Ground(simulation, Faults(delayed=1, delay_seconds_max=1))
    wire, watcher = await ground.wire("client"), await ground.wire("watcher")
    heard: list[Delivery] = []
    missed: list[str] = []
    ground.go_wrong()
    watching = asyncio.create_task(watcher.watch("news", heard.append, lambda: missed.append("missed")))
    await asyncio.sleep(0)

    ground.broker.down()
    await asyncio.wait([watching])
    ground.broker.up()
    await wire.publish("news", b"hello")
    await asyncio.sleep(5)

    assert type(watching.exception()) is Unavailable
    assert (heard, missed) == ([], [])


@simulated
async def test_who_is_closing_when_it_goes_away_ends_as_well(simulation: Simulation) -> None:
    ground = Ground(simulation, Faults(delayed=1, delay_seconds_max=1))
    wire = await ground.wire("client")
    await wire.answer(CALLING, [echo_endpoint()])
    ground.go_wrong()
    closing = asyncio.create_task(wire.close())
    await asyncio.sleep(0)

    ground.broker.down()
    await asyncio.wait([closing])

    assert closing.exception() is None
    with pytest.raises(Unavailable, match="closed"):
        await wire.ready()


@simulated
async def test_a_wire_may_be_made_while_it_is_away(simulation: Simulation) -> None:
    ground = Ground(simulation)
    ground.broker.down()
    wire = MemoryWire(ground.broker, "early")
    with pytest.raises(Unavailable):
        await wire.ready()

    ground.broker.up()

    await wire.ready()
    assert await wire.streams() == []


@simulated
async def test_who_closes_while_it_is_away_is_not_held_up(simulation: Simulation) -> None:
    ground = Ground(simulation)
    wire = await ground.wire("client")
    await wire.answer(CALLING, [echo_endpoint()])
    await take_one(wire)
    ground.broker.down()

    await wire.close()
    ground.broker.up()

    other = await ground.wire("other")
    assert await other.services(1) == []
    assert attempts(await take(await other.consume(READER))) == [(b"hello", 2)]


async def take_one(wire: MemoryWire) -> Delivery:
    inlet = await wire.consume(READER)
    await wire.append("work.a", b"hello")
    [delivery] = await take(inlet)
    return delivery
