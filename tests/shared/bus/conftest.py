"""Names for one test, and a line to the broker that the test may cut."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.broker import BrokerForTests
from tests.shared.bus.proxy import Proxy, proxy_to
from tests.shared.bus.things import Things


@pytest.fixture
def things() -> Things:
    return Things()


@pytest_asyncio.fixture
async def line(broker: BrokerForTests) -> AsyncIterator[Proxy]:
    async with proxy_to(broker.url) as proxy:
        yield proxy
