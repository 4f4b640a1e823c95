"""A real server for each test that asks for it: it starts in a moment."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.irc_server import IrcServer, running_irc_server


@pytest_asyncio.fixture
async def server(tmp_path: Path) -> AsyncIterator[IrcServer]:
    async with running_irc_server(tmp_path / "irc") as running:
        yield running


@pytest_asyncio.fixture
async def other_server(tmp_path: Path) -> AsyncIterator[IrcServer]:
    async with running_irc_server(tmp_path / "other-irc") as running:
        yield running
