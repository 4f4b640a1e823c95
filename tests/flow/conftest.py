"""One whole system for all flow tests, started as a person starts it; each test has a tenant of its own."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
import pytest_asyncio

from tests.flow.stranger import Stranger, introduced
from tests.system import System, running_system


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def system(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[System]:
    async with running_system(tmp_path_factory.mktemp("flow") / "data") as running:
        yield running


@pytest_asyncio.fixture
async def stranger(system: System) -> AsyncIterator[Stranger]:
    async with introduced(system.url, f"t{uuid4().hex}") as somebody:
        yield somebody
