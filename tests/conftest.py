"""What every test may ask for: a real broker, and a wire to it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path

import pytest
import pytest_asyncio
import uvloop
from hypothesis import HealthCheck, settings

from shared.bus.nats import NatsWire
from tests.broker import BrokerForTests, running_broker

SUPERVISING = {"test_keeper.py", "test_launch.py", "test_supervisor.py"}

# A busy machine is no reason to fail.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def broker(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[BrokerForTests]:
    """One for all tests: they keep apart by the names of their streams and subjects, and leave it running."""
    async with running_broker(tmp_path_factory.mktemp("broker")) as running:
        yield running


@pytest_asyncio.fixture
async def own_broker(tmp_path: Path) -> AsyncIterator[BrokerForTests]:
    """One for this test alone, to be killed and started as it likes."""
    async with running_broker(tmp_path / "broker") as running:
        yield running


@pytest_asyncio.fixture
async def wire(broker: BrokerForTests) -> AsyncIterator[NatsWire]:
    connected = await NatsWire.connect(broker.url, name="test")
    yield connected
    await connected.close()


def pytest_asyncio_loop_factories(item: pytest.Item) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """The loop on which it runs in earnest: the supervisor on the standard one, everything else on uvloop."""
    if item.path.name in SUPERVISING:
        return {"asyncio": asyncio.new_event_loop}
    return {"uvloop": uvloop.new_event_loop}
