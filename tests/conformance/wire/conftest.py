"""The wires that the suite runs over."""

import random
from collections.abc import AsyncIterator, Awaitable, Callable
from uuid import uuid4

import pytest

from shared.bus.memory import MemoryBroker, MemoryWire
from shared.bus.nats import NatsWire
from shared.bus.wire import Wire
from shared.clock import SystemClock
from tests.conformance.wire.ground import Ground

Connect = Callable[[], Awaitable[Wire]]
Kill = Callable[[Wire], Awaitable[None]]


@pytest.fixture(params=["memory", "nats"])
def seam(request: pytest.FixtureRequest) -> tuple[Connect, Kill]:
    # Asked for only where it is needed: the tests over memory do without a broker.
    return _memory() if request.param == "memory" else _nats(request.getfixturevalue("broker").url)


@pytest.fixture
async def ground(seam: tuple[Connect, Kill]) -> AsyncIterator[Ground]:
    connect, kill = seam
    wires: list[Wire] = []

    async def connected() -> Wire:
        wires.append(await connect())
        return wires[-1]

    async def killed(wire: Wire) -> None:
        wires.remove(wire)
        await kill(wire)

    yield Ground(connected, killed, f"t{uuid4().hex[:12]}")
    for wire in wires:
        await wire.close()


@pytest.fixture
async def wire(ground: Ground) -> Wire:
    return await ground.connect()


def _memory() -> tuple[Connect, Kill]:
    broker = MemoryBroker(SystemClock(), random.Random(1))

    async def connect() -> Wire:
        return MemoryWire(broker, f"wire-{broker.next_number()}")

    async def kill(wire: Wire) -> None:
        assert isinstance(wire, MemoryWire)
        wire.crash()

    return connect, kill


def _nats(url: str) -> tuple[Connect, Kill]:
    async def connect() -> Wire:
        return await NatsWire.connect(url, name="conformance")

    async def kill(wire: Wire) -> None:
        assert isinstance(wire, NatsWire)
        # The connection first, so that what is open on it has no way to say goodbye.
        await wire._connection.client.close()
        await wire.close()

    return connect, kill
