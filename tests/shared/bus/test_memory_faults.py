"""Each fault goes wrong in its own way, and the same seed goes wrong the same way."""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict

import pytest

from shared.bus.memory import Faults
from shared.bus.wire import MESSAGE_ID_HEADER, Delivery
from shared.errors import TimedOut, Unavailable
from tests.shared.bus.memory_ground import (
    ACK_WAIT_SECONDS,
    CALLING,
    READER,
    Ground,
    attempts,
    echo_endpoint,
    take,
)
from tests.simulation.loop import Simulation, run_simulated, simulated


def now() -> float:
    return asyncio.get_running_loop().time()


@simulated
async def test_a_lost_append_is_not_there(simulation: Simulation) -> None:
    ground = Ground(simulation, Faults(append_lost=1))
    wire = await ground.wire("client")
    ground.go_wrong()

    with pytest.raises(TimedOut):
        await wire.append("work.a", b"hello")

    assert ground.messages("WORK") == 0


@simulated
async def test_an_append_whose_acknowledgement_is_lost_is_there_once_when_it_is_said_again(
    simulation: Simulation,
) -> None:
    ground = Ground(simulation, Faults(append_ack_lost=1))
    wire = await ground.wire("client")
    ground.go_wrong()
    headers = {MESSAGE_ID_HEADER: "one"}

    with pytest.raises(TimedOut):
        await wire.append("work.a", b"hello", headers)
    ground.broker.faults = Faults()

    assert await wire.append("work.a", b"hello", headers) == 1
    assert ground.messages("WORK") == 1


@pytest.mark.parametrize(("faults", "work_done"), [(Faults(request_lost=1), 0), (Faults(reply_lost=1), 1)])
def test_a_lost_request_is_not_done_and_a_lost_reply_is(faults: Faults, work_done: int) -> None:
    async def story(simulation: Simulation) -> None:
        ground = Ground(simulation, faults)
        wire = await ground.wire("client")
        heard: list[bytes] = []
        await (await ground.wire("echo")).answer(CALLING, [echo_endpoint(heard)])
        ground.go_wrong()

        with pytest.raises(TimedOut):
            await wire.request("echo", b"hello", seconds_max=2)

        assert (len(heard), now()) == (work_done, 2)

    run_simulated(story, 1)


@simulated
async def test_a_lost_ack_brings_the_message_again_when_its_claim_has_run_out(simulation: Simulation) -> None:
    ground = Ground(simulation, Faults(ack_lost=1))
    wire = await ground.wire("reader")
    inlet = await wire.consume(READER)
    await wire.append("work.a", b"hello")
    ground.go_wrong()

    await inlet.ack(await take(inlet))
    again = await take(inlet)

    assert (attempts(again), now()) == ([(b"hello", 2)], ACK_WAIT_SECONDS)
    ground.broker.faults = Faults()
    await inlet.ack(again)
    await wire.ready()
    assert ground.messages("WORK") == 0


@simulated
async def test_a_doubled_delivery_is_in_hand_twice(simulation: Simulation) -> None:
    ground = Ground(simulation, Faults(delivery_doubled=1))
    wire = await ground.wire("reader")
    inlet = await wire.consume(READER)
    await wire.append("work.a", b"one")
    await wire.append("work.a", b"two")
    ground.go_wrong()

    taken = await take(inlet)
    await inlet.ack(taken)
    await wire.ready()

    assert sorted(attempts(taken)) == [(b"one", 1), (b"one", 2), (b"two", 1), (b"two", 2)]
    assert ground.messages("WORK") == 0


@simulated
async def test_shuffled_deliveries_are_all_there(simulation: Simulation) -> None:
    ground = Ground(simulation, Faults(deliveries_shuffled=1))
    wire = await ground.wire("reader")
    inlet = await wire.consume(READER)
    sent = [str(number).encode() for number in range(20)]
    for payload in sent:
        await wire.append("work.a", payload)
    ground.go_wrong()

    taken = [delivery.payload for delivery in await take(inlet)]

    assert taken != sent
    assert sorted(taken, key=int) == sent


@simulated
async def test_a_forgotten_claim_is_delivered_again_as_if_for_the_first_time(simulation: Simulation) -> None:
    ground = Ground(simulation, Faults(claim_forgotten=1))
    wire = await ground.wire("reader")
    inlet = await wire.consume(READER)
    await wire.append("work.a", b"hello")
    ground.go_wrong()

    in_hand = await take(inlet)
    ground.broker.down()
    ground.broker.up()
    again = await take(inlet)

    assert (attempts(in_hand), attempts(again), now()) == ([(b"hello", 1)], [(b"hello", 1)], 0)


@simulated
async def test_a_watcher_that_does_not_hear_is_told_that_it_may_have_missed_something(simulation: Simulation) -> None:
    ground = Ground(simulation, Faults(watch_lost=1, missed_seconds_max=3))
    wire = await ground.wire("client")
    heard: list[Delivery] = []
    missed_at: list[float] = []
    watching = await (await ground.wire("watcher")).watch("news", heard.append, lambda: missed_at.append(now()))
    ground.go_wrong()

    await wire.publish("news", b"lost")
    await asyncio.sleep(3)
    assert (heard, len(missed_at)) == ([], 1)
    assert 0 < missed_at[0] <= 3

    await wire.publish("news", b"lost, too")
    await wire.ready()
    await watching.stop()
    await asyncio.sleep(3)
    assert len(missed_at) == 1


@simulated
async def test_delayed_messages_keep_their_order_and_their_bound(simulation: Simulation) -> None:
    ground = Ground(simulation, Faults(delayed=0.5, delay_seconds_max=2))
    wire = await ground.wire("client")
    heard: list[tuple[bytes, float]] = []
    watcher = await ground.wire("watcher")
    await watcher.watch("news", lambda delivery: heard.append((delivery.payload, now())), lambda: None)
    ground.go_wrong()

    sent = [str(number).encode() for number in range(50)]
    for payload in sent:
        await wire.publish("news", payload)
    await asyncio.sleep(4)

    assert [payload for payload, _ in heard] == sent
    times = [at for _, at in heard]
    assert times == sorted(times)
    assert 0 < times[-1] <= 4


@simulated
async def test_without_faults_nothing_goes_wrong_and_no_time_goes_by(simulation: Simulation) -> None:
    ground = Ground(simulation)
    wire = await ground.wire("client")
    inlet = await wire.consume(READER)

    for number in range(100):
        await wire.append("work.a", str(number).encode())
        await inlet.ack(await take(inlet))
    await wire.ready()

    assert (ground.messages("WORK"), now()) == (0, 0)


async def busy(simulation: Simulation) -> Sequence[str]:
    """A bit of everything, under everything at once."""
    probabilities = {name: 0.1 for name in asdict(Faults()) if not name.endswith("_seconds_max")}
    ground = Ground(simulation, Faults(**probabilities))
    client, server = await ground.wire("client"), await ground.wire("server")
    await server.answer(CALLING, [echo_endpoint()])
    await client.watch(">", lambda delivery: None, lambda: None)
    inlet = await server.consume(READER)
    ground.go_wrong()

    async def work() -> None:
        while True:
            await inlet.ack(await take(inlet))

    async def ask(number: int) -> None:
        for _ in range(10):
            try:
                await client.append("work.a", b"", {MESSAGE_ID_HEADER: str(number)})
                await client.request("echo", b"", seconds_max=1)
            except Unavailable:
                await asyncio.sleep(simulation.chance.random())

    working = asyncio.create_task(work())
    await asyncio.gather(*(ask(number) for number in range(10)))
    working.cancel()
    return ground.broker.trace


def test_the_same_seed_gives_the_same_trace() -> None:
    first, again, other = (run_simulated(busy, seed) for seed in (7, 7, 8))

    assert first == again
    assert first != other
    assert len(first) > 200
