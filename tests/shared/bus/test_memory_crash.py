"""A process dies: nothing it has in hand is given back, and nothing it waits for returns."""

import asyncio
from collections.abc import Callable

import pytest

from shared.bus.memory import MemoryWire, Point
from shared.bus.wire import Delivery, Endpoint, Reply
from shared.errors import TimedOut, Unavailable
from tests.shared.bus.memory_ground import ACK_WAIT_SECONDS, CALLING, READER, Ground, attempts, echo_endpoint, take
from tests.simulation.loop import Simulation, run_simulated, simulated


@simulated
async def test_what_was_in_hand_comes_to_another_when_its_claim_has_run_out(simulation: Simulation) -> None:
    ground = Ground(simulation)
    first, second = await ground.wire("first"), await ground.wire("second")
    inlet = await first.consume(READER)
    await first.append("work.a", b"hello")
    await take(inlet)
    # Held for long: until now the claim was extended.
    await asyncio.sleep(ACK_WAIT_SECONDS * 3)

    first.crash()
    died_at = asyncio.get_running_loop().time()
    again = await take(await second.consume(READER))

    assert attempts(again) == [(b"hello", 2)]
    away_seconds = asyncio.get_running_loop().time() - died_at
    assert ACK_WAIT_SECONDS / 2 < away_seconds < ACK_WAIT_SECONDS + 0.001


@simulated
async def test_what_it_waits_for_never_returns(simulation: Simulation) -> None:
    ground = Ground(simulation)
    wire = await ground.wire("client")
    await (await ground.wire("other")).watch("nobody", lambda delivery: None, lambda: None)
    inlet = await wire.consume(READER)
    waiting = [
        asyncio.create_task(wire.request("nobody", b"", seconds_max=60)),
        asyncio.create_task(take(inlet)),
        asyncio.create_task(wire.append("work.a", b"")),
    ]
    await asyncio.sleep(0)

    wire.crash()
    await asyncio.wait(waiting)

    assert [task.cancelled() for task in waiting] == [True, True, True]
    assert asyncio.get_running_loop().time() == 0
    for call in (wire.publish("a", b""), wire.ready(), wire.append("work.a", b""), inlet.ack([]), take(inlet)):
        with pytest.raises((asyncio.CancelledError, Unavailable)):
            await call


@simulated
async def test_nobody_answers_in_its_place_and_nobody_hears(simulation: Simulation) -> None:
    ground = Ground(simulation)
    client, server = await ground.wire("client"), await ground.wire("server")
    heard: list[Delivery] = []
    await server.answer(CALLING, [echo_endpoint()])
    await server.watch("news", heard.append, lambda: None)
    assert len(await client.services(1)) == 1

    server.crash()
    server.crash()

    with pytest.raises(Unavailable) as raised:
        await client.request("echo", b"", seconds_max=60)
    assert not isinstance(raised.value, TimedOut)
    await client.publish("news", b"hello")
    await client.ready()
    assert (heard, await client.services(1)) == ([], [])


@simulated
async def test_what_it_was_doing_is_cancelled(simulation: Simulation) -> None:
    ground = Ground(simulation)
    client, server = await ground.wire("client"), await ground.wire("server")
    ended: list[bool] = []

    async def work(delivery: Delivery) -> Reply:
        try:
            await asyncio.sleep(10)
        finally:
            ended.append(asyncio.get_running_loop().time() < 10)
        return Reply(b"")

    await server.answer(CALLING, [Endpoint("slow", "slow", work, concurrency_max=2)])
    asking = [asyncio.create_task(client.request("slow", b"", seconds_max=20)) for _ in range(3)]
    await asyncio.sleep(1)

    server.crash()
    await asyncio.wait(asking)

    # Two were at work, and the third had not begun.
    assert ended == [True, True]
    assert [type(task.exception()) for task in asking] == [TimedOut] * 3


@pytest.mark.parametrize("point", ["asked", "answered", "taken", "ack", "acked", "append", "appended"])
def test_it_can_die_at_every_point_of_its_work(point: Point) -> None:
    """A worker appends what it is asked to, and then takes it: where it dies decides what is left."""

    async def story(simulation: Simulation) -> tuple[bool, int, int]:
        ground = Ground(simulation)
        client = await ground.wire("client")
        done: list[bytes] = []
        worker = await ground.wire("worker", _dying_at(point, lambda: worker))

        async def append(delivery: Delivery) -> Reply:
            done.append(delivery.payload)
            await worker.append("work.a", delivery.payload)
            return Reply(b"")

        async def work() -> None:
            inlet = await worker.consume(READER)
            while True:
                await inlet.ack(await take(inlet))

        await worker.answer(CALLING, [Endpoint("append", "append", append, concurrency_max=1)])
        answered = await _is_answered(client)
        working = asyncio.create_task(work())
        await asyncio.wait([working], timeout=1)
        working.cancel()
        return answered, len(done), ground.messages("WORK")

    # Whether the caller is told, how often the work was begun, and how many messages are left.
    expected = {
        "asked": (False, 0, 0),
        "append": (False, 1, 0),
        "appended": (False, 1, 1),
        "answered": (False, 1, 1),
        "taken": (True, 1, 1),
        "ack": (True, 1, 1),
        "acked": (True, 1, 1),
    }
    assert run_simulated(story, 1) == expected[point]


def _dying_at(point: Point, wire: Callable[[], MemoryWire]) -> Callable[[Point], None]:
    def reached(here: Point) -> None:
        if here == point:
            wire().crash()

    return reached


async def _is_answered(client: MemoryWire) -> bool:
    try:
        await client.request("append", b"hello", seconds_max=3)
    except TimedOut:
        return False
    return True


@simulated
async def test_the_points_that_a_process_comes_to(simulation: Simulation) -> None:
    ground = Ground(simulation)
    points: list[Point] = []
    wire = await ground.wire("client", points.append)
    await wire.answer(CALLING, [echo_endpoint()])
    inlet = await wire.consume(READER)

    await wire.append("work.a", b"")
    taken = await take(inlet)
    await inlet.give_back(taken, 0)
    await inlet.ack(await take(inlet))
    await wire.request("echo", b"", seconds_max=1)

    assert points == [
        "append",
        "appended",
        "taken",
        "give_back",
        "taken",
        "ack",
        "acked",
        "request",
        "asked",
        "answered",
        "replied",
    ]
