"""What the wire in memory does beyond the conformance suite: limits that take time, bounds, and how fast it is."""

import asyncio
from contextvars import ContextVar

import pytest

from shared.bus.bus import ERROR_CODE_HEADER
from shared.bus.memory import Faults
from shared.bus.memory.answering import WAITING_MAX
from shared.bus.memory.subjects import matches
from shared.bus.memory.wire import PAYLOAD_BYTES_MAX
from shared.bus.wire import MESSAGE_ID_HEADER, Delivery, Endpoint, Reply
from shared.errors import TimedOut, TooLarge, Unavailable
from tests.shared.bus.memory_ground import CALLING, LOG, READER, Ground, attempts, echo_endpoint, take
from tests.simulation.loop import Simulation, run_simulated, simulated
from tests.until import until


@pytest.mark.parametrize(
    ("pattern", "subject", "expected"),
    [
        ("a.b", "a.b", True),
        ("a.b", "a.b.c", False),
        ("a.b.c", "a.b", False),
        ("a.*", "a.b", True),
        ("a.*", "a", False),
        ("a.*", "a.b.c", False),
        ("*.*", "a.b", True),
        ("*.b.*", "a.b.c", True),
        ("*.b.*", "a.x.c", False),
        ("a.>", "a.b.c", True),
        ("a.>", "a", False),
        ("a.>", "b.c", False),
        (">", "a", True),
        ("*.>", "a", False),
        ("*.>", "a.b", True),
        ("a*", "ab", False),
    ],
)
def test_patterns(pattern: str, subject: str, expected: bool) -> None:
    assert matches(pattern, subject) is expected


@simulated
async def test_a_message_id_is_forgotten_after_its_window(simulation: Simulation) -> None:
    wire = await Ground(simulation).wire("client")
    headers = {MESSAGE_ID_HEADER: "one"}

    assert await wire.append("log.a", b"", headers) == 1
    await asyncio.sleep(LOG.duplicate_window_seconds - 1)
    assert await wire.append("log.a", b"", headers) == 1
    await asyncio.sleep(1)
    assert await wire.append("log.a", b"", headers) == 2


@simulated
async def test_a_log_forgets_what_is_too_old(simulation: Simulation) -> None:
    wire = await Ground(simulation).wire("client")
    await wire.append("log.a", b"old")
    await asyncio.sleep(LOG.age_seconds_max / 2)
    await wire.append("log.a", b"new")

    await asyncio.sleep(LOG.age_seconds_max / 2)

    [kept] = await wire.read(LOG, "log.>", 0, 10)
    assert kept.payload == b"new"
    state = next(state for state in await wire.streams() if state.name == LOG.name)
    assert (state.messages, state.first_seq, state.last_seq) == (1, 2, 2)


@simulated
async def test_what_was_removed_while_it_was_claimed_does_not_come_again(simulation: Simulation) -> None:
    wire = await Ground(simulation).wire("client")
    inlet = await wire.consume(READER)
    await wire.append("work.a", b"removed")
    taken = await take(inlet)
    await wire.drop(READER.stream, 1)
    await inlet.give_back(taken, 0.0)

    await wire.append("work.a", b"next")

    assert attempts(await take(inlet)) == [(b"next", 1)]


@simulated
async def test_what_was_on_its_way_to_an_inlet_that_stopped_comes_to_another_at_once(simulation: Simulation) -> None:
    ground = Ground(simulation, Faults(delayed=1, delay_seconds_max=1))
    wire, other = await ground.wire("client"), await ground.wire("other")
    inlet, successor = await wire.consume(READER), await other.consume(READER)
    await other.append("work.a", b"hello")
    ground.go_wrong()
    taking = asyncio.create_task(take(inlet))
    await until(lambda: any("delivers 1/1" in line for line in ground.broker.trace))

    await inlet.stop()
    ground.broker.faults = Faults()

    assert attempts(await take(successor)) == [(b"hello", 2)]
    assert asyncio.get_running_loop().time() < 5
    with pytest.raises(Unavailable):
        await taking


@simulated
async def test_what_is_given_back_comes_again_in_stream_order_and_in_its_time(simulation: Simulation) -> None:
    wire = await Ground(simulation).wire("client")
    inlet = await wire.consume(READER)
    for payload in (b"1", b"2", b"3", b"4"):
        await wire.append("work.a", payload)
    first, second, third, fourth = await take(inlet)

    await inlet.give_back([third], 0)
    await inlet.give_back([first, second], 0)
    await inlet.give_back([fourth], 2.5)

    assert attempts(await take(inlet)) == [(b"1", 2), (b"2", 2), (b"3", 2)]
    assert asyncio.get_running_loop().time() == 0
    assert attempts(await take(inlet)) == [(b"4", 2)]
    assert asyncio.get_running_loop().time() == pytest.approx(2.5)


@simulated
async def test_requests_on_their_way_are_answered_by_a_service_that_stops(simulation: Simulation) -> None:
    ground = Ground(simulation, Faults(delayed=1, delay_seconds_max=1))
    client, server = await ground.wire("client"), await ground.wire("server")
    heard: list[bytes] = []
    door = await server.answer(CALLING, [echo_endpoint(heard)])
    ground.go_wrong()
    asking = asyncio.create_task(client.request("echo", b"hello", seconds_max=10))
    await until(lambda: any("request echo" in line for line in ground.broker.trace))

    await door.stop()

    assert heard == [b"hello"]
    assert (await asking).payload == b"hello"


@simulated
async def test_what_is_on_its_way_to_a_watcher_that_stops_is_not_heard(simulation: Simulation) -> None:
    ground = Ground(simulation, Faults(delayed=1, delay_seconds_max=1))
    client, watcher = await ground.wire("client"), await ground.wire("watcher")
    heard: list[Delivery] = []
    watching = await watcher.watch("news", heard.append, lambda: None)
    ground.go_wrong()
    await client.publish("news", b"hello")
    await until(lambda: any("publish news" in line for line in ground.broker.trace))

    await watching.stop()
    await asyncio.sleep(5)

    assert heard == []


@simulated
async def test_a_call_to_discovery_without_a_return_address_harms_nobody(simulation: Simulation) -> None:
    wire = await Ground(simulation).wire("client")
    await wire.answer(CALLING, [])

    await wire.publish("$SRV.STATS", b"")

    assert [state.name for state in await wire.services(1)] == [CALLING.name]


@simulated
async def test_too_many_requests_are_turned_away(simulation: Simulation) -> None:
    wire = await Ground(simulation).wire("client")
    release = asyncio.Event()

    async def dawdle(delivery: Delivery) -> Reply:
        await release.wait()
        return Reply(b"done")

    await wire.answer(CALLING, [Endpoint("slow", "slow", dawdle, concurrency_max=1)])
    asking = [asyncio.create_task(wire.request("slow", b"", seconds_max=60)) for _ in range(WAITING_MAX + 2)]
    await asyncio.sleep(1)
    release.set()
    replies = await asyncio.gather(*asking)

    refused = [reply for reply in replies if ERROR_CODE_HEADER in reply.headers]
    assert [reply.headers[ERROR_CODE_HEADER] for reply in refused] == ["503"]


@simulated
async def test_context_variables_do_not_travel(simulation: Simulation) -> None:
    caller: ContextVar[str] = ContextVar("caller", default="nobody")
    seen: list[str] = []

    async def look(delivery: Delivery) -> Reply:
        seen.append(caller.get())
        return Reply(b"")

    wire = await Ground(simulation).wire("client")
    await wire.answer(CALLING, [Endpoint("look", "look", look, concurrency_max=1)])
    caller.set("somebody")

    await wire.request("look", b"", seconds_max=1)

    assert seen == ["nobody"]


@simulated
async def test_a_message_has_a_largest_size(simulation: Simulation) -> None:
    wire = await Ground(simulation).wire("client")

    await wire.append("log.a", b"x" * PAYLOAD_BYTES_MAX)
    with pytest.raises(TooLarge):
        await wire.append("log.a", b"x" * (PAYLOAD_BYTES_MAX + 1))


@simulated
async def test_a_request_takes_its_whole_time_before_it_is_given_up(simulation: Simulation) -> None:
    wire = await Ground(simulation).wire("client")
    await wire.watch("nobody", lambda delivery: None, lambda: None)

    with pytest.raises(TimedOut):
        await wire.request("nobody", b"", seconds_max=3)

    assert asyncio.get_running_loop().time() == pytest.approx(3)


def test_an_endpoint_that_raises_fails_the_simulation() -> None:
    async def stumble(delivery: Delivery) -> Reply:
        raise ValueError("stumbled")

    async def story(simulation: Simulation) -> None:
        wire = await Ground(simulation).wire("client")
        await wire.answer(CALLING, [Endpoint("echo", "echo", stumble, concurrency_max=1)])
        with pytest.raises(TimedOut):
            await wire.request("echo", b"", seconds_max=1)

    with pytest.raises(ValueError, match="stumbled"):
        run_simulated(story, 1)
