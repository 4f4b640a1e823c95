"""The wires that the suite runs over."""

import random
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from uuid import uuid4

import pytest

from shared.bus.memory import MemoryBroker, MemoryWire
from shared.bus.nats import NatsOptions, NatsWire
from shared.bus.wire import Wire
from shared.clock import SystemClock
from tests.broker import BrokerForTests
from tests.conformance.wire.ground import Ground, Outage


@dataclass(frozen=True, slots=True)
class Seam:
    """What differs between the wires: how to get one, and how to make trouble."""

    connect: Callable[[], Awaitable[Wire]]
    kill: Callable[[Wire], Awaitable[None]]
    down: Callable[[], Awaitable[None]]
    up: Callable[[], Awaitable[None]]


@pytest.fixture(params=["memory", "nats", "plain"])
def seam(request: pytest.FixtureRequest) -> Seam:
    # A broker is asked for only where it is needed, and one of its own only by those who take it down.
    if request.param == "memory":
        return _memory()
    broker = request.getfixturevalue("own_broker" if "outage" in request.fixturenames else "broker")
    return _nats(broker, plain=request.param == "plain")


@pytest.fixture
async def ground(seam: Seam) -> AsyncIterator[Ground]:
    wires: list[Wire] = []

    async def connect() -> Wire:
        wires.append(await seam.connect())
        return wires[-1]

    async def kill(wire: Wire) -> None:
        wires.remove(wire)
        await seam.kill(wire)

    yield Ground(connect, kill, f"t{uuid4().hex[:12]}")
    for wire in wires:
        await wire.close()


@pytest.fixture
async def wire(ground: Ground) -> Wire:
    return await ground.connect()


@pytest.fixture
def outage(seam: Seam) -> Outage:
    return Outage(seam.down, seam.up)


def _memory() -> Seam:
    broker = MemoryBroker(SystemClock(), random.Random(1))

    async def connect() -> Wire:
        return MemoryWire(broker, f"wire-{broker.next_number()}")

    async def kill(wire: Wire) -> None:
        assert isinstance(wire, MemoryWire)
        wire.crash()

    async def down() -> None:
        broker.down()

    async def up() -> None:
        broker.up()

    return Seam(connect, kill, down, up)


def _nats(broker: BrokerForTests, *, plain: bool) -> Seam:
    async def connect() -> Wire:
        return await NatsWire.connect(NatsOptions(broker.url, plain=plain), name="conformance")

    async def kill(wire: Wire) -> None:
        assert isinstance(wire, NatsWire)
        # The connection first, so that what is open on it has no way to say goodbye.
        await wire._connection.client.close()
        await wire.close()

    return Seam(connect, kill, broker.kill, broker.start)
