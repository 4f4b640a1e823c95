"""Who is there, how they are, and whether the broker is."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from shared.bus.wire import ServiceState, Wire
from shared.errors import Unavailable
from tests.conformance.wire.ground import Ground, echo

ANSWER_SECONDS_MAX = 2.0


async def found(ground: Ground, wire: Wire) -> Sequence[ServiceState]:
    """Of this test's own: the others on the broker are strangers."""
    return [state for state in await wire.services(ANSWER_SECONDS_MAX) if state.name.endswith(ground.token)]


async def test_a_service_shows_its_name_and_its_vitals_of_now(ground: Ground, wire: Wire) -> None:
    server = await ground.connect()
    figures: dict[str, object] = {"taken": 1, "queues": {"writer": 0}, "healthy": True, "last_error": None}

    def vitals() -> Mapping[str, object]:
        return dict(figures)

    await server.answer(replace(ground.calling(), vitals=vitals), [ground.endpoint("echo", echo)])
    [before] = await found(ground, wire)
    figures["taken"] = 2
    [after] = await found(ground, wire)

    assert (before.name, before.version) == (ground.calling().name, ground.calling().version)
    assert before.vitals == {"taken": 1, "queues": {"writer": 0}, "healthy": True, "last_error": None}
    assert after.vitals["taken"] == 2
    assert (after.instance, after.started_at) == (before.instance, before.started_at)
    assert before.started_at.utcoffset() == timedelta(0)


async def test_every_instance_shows_itself(ground: Ground, wire: Wire) -> None:
    for name in ("echo", "echo", "other"):
        server = await ground.connect()
        await server.answer(ground.calling(name), [ground.endpoint(name, echo)])

    states = await found(ground, wire)

    assert sorted(state.name for state in states) == [
        f"echo-{ground.token}",
        f"echo-{ground.token}",
        f"other-{ground.token}",
    ]
    assert len({state.instance for state in states}) == 3


async def test_a_service_without_endpoints_shows_itself_too(ground: Ground, wire: Wire) -> None:
    await wire.answer(ground.calling(), [])

    assert [state.name for state in await found(ground, wire)] == [ground.calling().name]


async def test_who_has_stopped_is_not_shown(ground: Ground, wire: Wire) -> None:
    server = await ground.connect()
    door = await server.answer(ground.calling(), [ground.endpoint("echo", echo)])
    assert len(await found(ground, wire)) == 1

    await door.stop()

    assert await found(ground, wire) == []


async def test_who_has_gone_is_not_shown(ground: Ground, wire: Wire) -> None:
    server = await ground.connect()
    await server.answer(ground.calling(), [ground.endpoint("echo", echo)])

    await server.close()

    assert await found(ground, wire) == []


async def test_who_has_died_is_not_shown(ground: Ground, wire: Wire) -> None:
    server = await ground.connect()
    await server.answer(ground.calling(), [ground.endpoint("echo", echo)])

    await ground.kill(server)

    assert await found(ground, wire) == []


async def test_ready_says_whether_the_broker_can_be_reached(ground: Ground) -> None:
    wire = await ground.connect()
    await wire.ready()
    await wire.close()

    with pytest.raises(Unavailable):
        await wire.ready()
