"""A fake endpoint for each test."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.services.analysis.language_model.fake_endpoint import FakeEndpoint


@pytest_asyncio.fixture
async def fake() -> AsyncIterator[FakeEndpoint]:
    async with FakeEndpoint().running() as running:
        yield running
