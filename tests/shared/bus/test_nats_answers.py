"""Doors that answer: how many at once, what becomes of the rest, how they close, and how strangers find them."""

import asyncio
import json

import nats
import pytest
from nats.aio.msg import Msg

from shared.bus.nats import NatsWire, answers
from shared.bus.wire import Calling, Delivery, Endpoint, Reply
from shared.contracts.problem import Problem
from shared.errors import Invalid, Unavailable
from tests.broker import BrokerForTests
from tests.shared.bus.things import Answer, Things, grown
from tests.until import until


def ask_all(wire: NatsWire, things: Things, count: int) -> list[asyncio.Task[Delivery]]:
    return [
        asyncio.create_task(wire.request(things.subject("get"), b"%d" % number, seconds_max=20))
        for number in range(count)
    ]


async def test_no_more_work_at_once_than_the_endpoint_allows(wire: NatsWire, things: Things) -> None:
    work = Answer()
    answering = await wire.answer(things.calling(), [things.endpoint(work, concurrency_max=3)])
    asking = ask_all(wire, things, 20)
    await until(lambda: work.at_work == 3)
    work.may_go_on.set()
    replies = await asyncio.gather(*asking)
    assert [reply.payload for reply in replies] == [b"did %d" % number for number in range(20)]
    assert work.at_work_most == 3
    await answering.stop()


@pytest.mark.parametrize(("bound", "value"), [("WAITING_COUNT_MAX", 2), ("WAITING_BYTES_MAX", 200)])
async def test_who_comes_when_too_many_wait_already_is_told_so(
    wire: NatsWire, things: Things, monkeypatch: pytest.MonkeyPatch, bound: str, value: int
) -> None:
    monkeypatch.setattr(answers, bound, value)
    work = Answer()
    answering = await wire.answer(things.calling(), [things.endpoint(work, concurrency_max=1)])
    asking = ask_all(wire, things, 10)
    await until(lambda: any(each.done() for each in asking))
    refused = [each.result() for each in asking if each.done()]
    problem = Problem.decode(refused[0].payload)
    assert (problem.status, problem.detail) == (503, "too many requests are waiting here already")
    assert refused[0].headers["Nats-Service-Error-Code"] == "503"
    work.may_go_on.set()
    assert [(await each).payload for each in asking[:2]] == [b"did 0", b"did 1"]
    await answering.stop()


async def test_a_stop_finishes_what_was_taken_in(broker: BrokerForTests, wire: NatsWire, things: Things) -> None:
    caller = await NatsWire.connect(broker.url)
    work = Answer()
    answering = await wire.answer(things.calling(), [things.endpoint(work, concurrency_max=2)])
    asking = ask_all(caller, things, 6)
    await until(lambda: work.at_work == 2)
    await caller.ready()
    stopping = asyncio.create_task(answering.stop())
    await until(lambda: refuses(caller, things))
    assert not stopping.done()
    work.may_go_on.set()
    await stopping
    assert [reply.payload for reply in await asyncio.gather(*asking)] == [b"did %d" % number for number in range(6)]
    await caller.close()


async def refuses(wire: NatsWire, things: Things) -> bool:
    try:
        await wire.request(things.subject("get"), b"late", seconds_max=0.05)
    except Unavailable as error:
        return "nobody answers" in error.detail
    return False


async def test_instances_share_the_requests(broker: BrokerForTests, wire: NatsWire, things: Things) -> None:
    async def one(_: Delivery) -> Reply:
        return Reply(b"one")

    async def two(_: Delivery) -> Reply:
        return Reply(b"two")

    other = await NatsWire.connect(broker.url)
    doors = [
        await wire.answer(things.calling(), [things.endpoint(one)]),
        await other.answer(things.calling(), [things.endpoint(two)]),
    ]
    replies = await asyncio.gather(*ask_all(wire, things, 60))
    assert {reply.payload for reply in replies} == {b"one", b"two"}
    for door in doors:
        await door.stop()
    await other.close()


async def test_an_endpoint_that_breaks_its_promise_still_answers(wire: NatsWire, things: Things) -> None:
    async def fail(_: Delivery) -> Reply:
        raise ZeroDivisionError("a secret of ours")

    answering = await wire.answer(things.calling(), [things.endpoint(fail)])
    reply = await wire.request(things.subject("get"), b"", seconds_max=5)
    problem = Problem.decode(reply.payload)
    assert problem.status == 500
    assert "secret" not in problem.detail
    await answering.stop()


async def test_a_reply_that_is_too_large_becomes_one_that_says_so(wire: NatsWire, things: Things) -> None:
    async def flood(_: Delivery) -> Reply:
        return Reply(b"x" * (9 * 1024 * 1024))

    answering = await wire.answer(things.calling(), [things.endpoint(flood)])
    reply = await wire.request(things.subject("get"), b"", seconds_max=5)
    assert reply.headers["Nats-Service-Error-Code"] == "413"
    await answering.stop()


async def test_who_wants_no_reply_gets_none(wire: NatsWire, things: Things) -> None:
    work = Answer()
    work.may_go_on.set()
    answering = await wire.answer(things.calling(), [things.endpoint(work)])
    await wire.publish(things.subject("get"), b"")
    await until(lambda: work.at_work_most == 1)
    await answering.stop()


async def test_a_service_survives_the_brokers_death(own_broker: BrokerForTests) -> None:
    things, work = Things(), Answer()
    work.may_go_on.set()
    wire = await NatsWire.connect(own_broker.url)
    missed: list[int] = []
    await wire.watch(things.subject("x"), lambda _: None, lambda: missed.append(1))
    await wire.answer(things.calling(), [things.endpoint(work)])
    await own_broker.kill()
    await own_broker.start()
    await until(grown(missed, 1))
    assert (await wire.request(things.subject("get"), b"1", seconds_max=5)).payload == b"did 1"
    await wire.close()


async def test_a_stranger_finds_the_service_with_its_figures(
    broker: BrokerForTests, wire: NatsWire, things: Things
) -> None:
    async def answer(request: Delivery) -> Reply:
        return Reply(b"", {"Nats-Service-Error": "no", "Nats-Service-Error-Code": "400"} if request.payload else {})

    answering = await wire.answer(things.calling(), [things.endpoint(answer)])
    await wire.request(things.subject("get"), b"", seconds_max=5)
    await wire.request(things.subject("get"), b"bad", seconds_max=5)
    stranger = await nats.connect(broker.url)
    name = things.calling().name
    said = {
        verb: json.loads((await stranger.request(f"$SRV.{verb}.{name}", b"", timeout=5)).data)
        for verb in ("PING", "INFO", "STATS")
    }
    assert {verb: answer["type"] for verb, answer in said.items()} == {
        "PING": "io.nats.micro.v1.ping_response",
        "INFO": "io.nats.micro.v1.info_response",
        "STATS": "io.nats.micro.v1.stats_response",
    }
    assert len({(answer["name"], answer["id"], answer["version"]) for answer in said.values()}) == 1
    assert said["INFO"]["endpoints"] == [
        {"name": "get", "subject": f"postil.*.{things.token}.get", "queue_group": name, "metadata": {}}
    ]
    door = said["STATS"]["endpoints"][0]
    assert (door["num_requests"], door["num_errors"], door["last_error"], door["data"]) == (2, 1, "no", {"lag": 7})
    assert door["processing_time"] >= 2 * door["average_processing_time"] > 0
    ours = await stranger.request(f"$SRV.PING.{name}.{said['PING']['id']}", b"", timeout=5)
    assert json.loads(ours.data)["id"] == said["PING"]["id"]
    await stranger.close()
    await answering.stop()


async def test_services_are_found_with_their_vitals_endpoints_or_not(wire: NatsWire, things: Things) -> None:
    bare = Calling(f"bare-{things.token}", "0.1.0", "Without a door.", lambda: {"taken": 3})
    doors = [await wire.answer(things.calling(), [things.endpoint(Answer())]), await wire.answer(bare, [])]
    found = [state for state in await wire.services(2) if things.token in state.name]
    assert [(state.name, state.version, state.vitals) for state in found] == [
        (f"bare-{things.token}", "0.1.0", {"taken": 3}),
        (f"test-{things.token}", "1.2.3", {"lag": 7}),
    ]
    for door in doors:
        await door.stop()
    assert not [state for state in await wire.services(2) if things.token in state.name]


async def test_a_strange_answer_to_discovery_is_passed_over(
    broker: BrokerForTests, wire: NatsWire, things: Things
) -> None:
    stranger = await nats.connect(broker.url)
    answered: list[bytes] = []

    async def answer(message: Msg) -> None:
        for nonsense in (b"", b"\xff", b"[]", b"{}", b'{"name":1,"endpoints":[3]}'):
            await stranger.publish(message.reply, nonsense)
            answered.append(nonsense)

    await stranger.publish("$SRV.PING", b"a question without an address")
    await stranger.subscribe("$SRV.STATS", cb=answer)
    await stranger.flush()
    door = await wire.answer(things.calling(), [])
    found = [state for state in await wire.services(2) if things.token in state.name]
    assert len(found) == 1
    assert len(answered) == 5
    await stranger.close()
    await door.stop()


async def test_discovery_of_nobody_is_empty(own_broker: BrokerForTests) -> None:
    wire = await NatsWire.connect(own_broker.url)
    assert await wire.services(0.5) == []
    await wire.close()


async def test_an_endpoint_on_what_is_no_pattern_is_refused_and_leaves_nothing(wire: NatsWire, things: Things) -> None:
    endpoint = Endpoint("get", "a..b", Answer(), 1)
    with pytest.raises(Invalid):
        await wire.answer(things.calling(), [things.endpoint(Answer()), endpoint])
    with pytest.raises(Unavailable, match="nobody answers"):
        await wire.request(things.subject("get"), b"", seconds_max=5)


async def test_a_close_does_not_wait_for_ever_for_work_that_hangs(
    broker: BrokerForTests, things: Things, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.bus.nats.connection.CLOSE_SECONDS_MAX", 0.2)
    wire = await NatsWire.connect(broker.url)
    caller = await NatsWire.connect(broker.url)
    work = Answer()
    # Under names of its own: a stream that keeps a request's subject answers it.
    others = Things()
    inlet = await wire.consume(others.consumer(others.stream()))
    await wire.answer(things.calling(), [things.endpoint(work)])
    asking = ask_all(caller, things, 1)
    await until(lambda: work.at_work == 1)
    await wire.close()
    with pytest.raises(Unavailable, match="stopped"):
        await inlet.take(1, 1)
    assert not asking[0].done()
    await caller.close()
    with pytest.raises(Unavailable, match="closed"):
        await asking[0]
