"""What every test may ask for: a real broker, and a wire to it."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, settings

from shared.bus.nats import NatsWire
from tests.broker import BrokerForTests, running_broker

EXAMPLES = int(os.environ.get("POSTIL_TEST_EXAMPLES", "60"))
# A busy machine is no reason to fail.
settings.register_profile("house", max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
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
