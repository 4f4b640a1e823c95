"""Requests and those who answer them."""

import asyncio

import pytest

from shared.bus.wire import Delivery, Reply, Wire
from shared.errors import TimedOut, Unavailable
from tests.conformance.wire.ground import Ground, echo
from tests.until import until

LONG_SECONDS = 30.0


async def test_a_reply_comes_back_with_its_headers(ground: Ground, wire: Wire) -> None:
    server = await ground.connect()
    asked: list[Delivery] = []

    async def answer(delivery: Delivery) -> Reply:
        asked.append(delivery)
        return Reply(b"the answer", {"Postil-Test": "two words"})

    await server.answer(ground.calling(), [ground.endpoint("echo", answer)])
    reply = await wire.request(ground.subject("echo"), b"the question", {"X": "1"}, seconds_max=LONG_SECONDS)

    assert (reply.payload, dict(reply.headers)) == (b"the answer", {"Postil-Test": "two words"})
    [request] = asked
    assert (request.subject, request.payload, dict(request.headers)) == (
        ground.subject("echo"),
        b"the question",
        {"X": "1"},
    )


async def test_an_error_reply_passes_as_it_is(ground: Ground, wire: Wire) -> None:
    headers = {"Nats-Service-Error-Code": "409", "Nats-Service-Error": "there is one already"}

    async def refuse(delivery: Delivery) -> Reply:
        return Reply(b'{"status": 409}', headers)

    await wire.answer(ground.calling(), [ground.endpoint("put", refuse)])
    reply = await wire.request(ground.subject("put"), b"", seconds_max=LONG_SECONDS)

    assert (reply.payload, dict(reply.headers)) == (b'{"status": 409}', headers)


async def test_where_nobody_answers_it_is_unavailable_at_once(ground: Ground, wire: Wire) -> None:
    async with asyncio.timeout(LONG_SECONDS / 2):
        with pytest.raises(Unavailable) as raised:
            await wire.request(ground.subject("echo"), b"", seconds_max=LONG_SECONDS)

    assert not isinstance(raised.value, TimedOut)


async def test_an_answer_that_takes_too_long_is_timed_out(ground: Ground, wire: Wire) -> None:
    release = asyncio.Event()

    async def dawdle(delivery: Delivery) -> Reply:
        await release.wait()
        return Reply(b"late")

    await wire.answer(ground.calling(), [ground.endpoint("slow", dawdle), ground.endpoint("echo", echo)])
    with pytest.raises(TimedOut):
        await wire.request(ground.subject("slow"), b"", seconds_max=0.1)
    release.set()

    # The late answer disturbs nobody.
    reply = await wire.request(ground.subject("echo"), b"next", seconds_max=LONG_SECONDS)
    assert reply.payload == b"next"


async def test_everybody_gets_the_answer_to_their_own_question(ground: Ground, wire: Wire) -> None:
    server = await ground.connect()
    await server.answer(ground.calling(), [ground.endpoint("echo", echo)])

    replies = await asyncio.gather(
        *(wire.request(ground.subject("echo"), str(number).encode(), seconds_max=LONG_SECONDS) for number in range(100))
    )

    assert [int(reply.payload) for reply in replies] == list(range(100))


async def test_instances_of_a_service_share_the_work(ground: Ground, wire: Wire) -> None:
    asked = [0, 0]

    async def serve(number: int) -> None:
        async def answer(delivery: Delivery) -> Reply:
            asked[number] += 1
            return Reply(b"")

        server = await ground.connect()
        await server.answer(ground.calling(), [ground.endpoint("echo", answer)])

    await serve(0)
    await serve(1)
    for _ in range(60):
        await wire.request(ground.subject("echo"), b"", seconds_max=LONG_SECONDS)

    assert sum(asked) == 60
    assert min(asked) > 0


async def test_an_endpoint_works_on_no_more_than_its_number_at_once(ground: Ground, wire: Wire) -> None:
    at_work: list[bytes] = []
    peak = 0
    release = asyncio.Event()

    async def answer(delivery: Delivery) -> Reply:
        nonlocal peak
        at_work.append(delivery.payload)
        peak = max(peak, len(at_work))
        await release.wait()
        at_work.remove(delivery.payload)
        return Reply(delivery.payload)

    await wire.answer(
        ground.calling(), [ground.endpoint("slow", answer, concurrency_max=3), ground.endpoint("echo", echo)]
    )
    async with asyncio.TaskGroup() as asking:
        for number in range(10):
            payload = str(number).encode()
            asking.create_task(wire.request(ground.subject("slow"), payload, seconds_max=LONG_SECONDS))
        await until(lambda: len(at_work) == 3)
        # The other endpoint is not held up, and by now everything that was asked has arrived.
        await wire.request(ground.subject("echo"), b"", seconds_max=LONG_SECONDS)
        release.set()

    assert peak == 3


async def test_stopping_finishes_what_was_taken_in(ground: Ground, wire: Wire) -> None:
    server = await ground.connect()
    asked: list[bytes] = []
    release = asyncio.Event()

    async def answer(delivery: Delivery) -> Reply:
        asked.append(delivery.payload)
        await release.wait()
        return Reply(delivery.payload)

    door = await server.answer(ground.calling(), [ground.endpoint("slow", answer, concurrency_max=1)])
    requests = [
        asyncio.create_task(wire.request(ground.subject("slow"), payload, seconds_max=LONG_SECONDS))
        for payload in (b"first", b"second")
    ]
    await until(lambda: asked == [b"first"])
    await wire.ready()
    stopping = asyncio.create_task(door.stop())

    async def is_shut() -> bool:
        try:
            await wire.request(ground.subject("slow"), b"too late", seconds_max=0.01)
        except TimedOut:
            return False
        except Unavailable:
            return True
        return False

    await until(is_shut)
    # Whatever stopping has to say to the broker, it has said it by now.
    for _ in range(5):
        await server.ready()
    assert not stopping.done()
    release.set()
    await stopping

    assert {(await request).payload for request in requests} == {b"first", b"second"}


async def test_a_stopped_service_can_answer_again(ground: Ground, wire: Wire) -> None:
    door = await wire.answer(ground.calling(), [ground.endpoint("echo", echo)])
    await door.stop()
    with pytest.raises(Unavailable):
        await wire.request(ground.subject("echo"), b"", seconds_max=LONG_SECONDS)

    await wire.answer(ground.calling(), [ground.endpoint("echo", echo)])

    assert (await wire.request(ground.subject("echo"), b"again", seconds_max=LONG_SECONDS)).payload == b"again"


async def test_an_endpoint_answers_for_every_subject_of_its_pattern(ground: Ground, wire: Wire) -> None:
    await wire.answer(ground.calling(), [ground.endpoint("*", echo)])

    reply = await wire.request(ground.subject("anything"), b"hello", seconds_max=LONG_SECONDS)

    assert reply.payload == b"hello"


async def test_when_an_instance_dies_the_other_answers(ground: Ground, wire: Wire) -> None:
    servers = [await ground.connect(), await ground.connect()]
    for server in servers:
        await server.answer(ground.calling(), [ground.endpoint("echo", echo)])

    await ground.kill(servers[0])

    async def is_answered() -> bool:
        # What was on its way to the dead one when the broker noticed is lost, as by any death.
        try:
            await wire.request(ground.subject("echo"), b"", seconds_max=0.5)
        except TimedOut:
            return False
        return True

    await until(is_answered)
    for number in range(20):
        payload = str(number).encode()
        assert (await wire.request(ground.subject("echo"), payload, seconds_max=LONG_SECONDS)).payload == payload


async def test_who_waits_for_an_answer_that_will_not_come_can_be_told(ground: Ground, wire: Wire) -> None:
    server = await ground.connect()
    asked: list[str] = []
    may_answer = asyncio.Event()

    async def answer(delivery: Delivery) -> Reply:
        asked.append(delivery.subject)
        await may_answer.wait()
        return Reply(b"late")

    await server.answer(ground.calling(), [ground.endpoint("lost.*", answer)])
    subjects = [ground.subject("lost.one"), ground.subject("lost.two")]
    one, two = (asyncio.create_task(wire.request(subject, b"", seconds_max=LONG_SECONDS)) for subject in subjects)
    await until(lambda: sorted(asked) == subjects)
    wire.abandon(lambda subject: subject.endswith(".one"), "it is gone")
    with pytest.raises(Unavailable, match="it is gone"):
        await one
    may_answer.set()
    assert (await two).payload == b"late"
