"""One whole system for all flow tests, started as a person starts it; each test has a tenant of its own.

With the tests' broker in a container it runs on that one, as it would on a server of somebody's own.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from uuid import uuid4

import pytest
import pytest_asyncio

from tests.broker import kind_of_broker, running_broker
from tests.flow.stranger import Stranger, introduced
from tests.system import UNMEASURED, System, running_system


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def system(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[System]:
    folder = tmp_path_factory.mktemp("flow")
    async with AsyncExitStack() as stack:
        variables: dict[str, str] = {**UNMEASURED}
        if kind_of_broker() != "process":
            broker = await stack.enter_async_context(running_broker(folder / "broker"))
            variables["POSTIL_NATS__URL"] = broker.url
        yield await stack.enter_async_context(running_system(folder / "data", variables=variables))


@pytest_asyncio.fixture
async def stranger(system: System) -> AsyncIterator[Stranger]:
    async with introduced(system.url, f"t{uuid4().hex}") as somebody:
        yield somebody
