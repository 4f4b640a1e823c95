"""A house with documents in it, and what searches them."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.services.database.search.house import House, opened_house, settings_for


@pytest.fixture
async def empty(tmp_path: Path) -> AsyncIterator[House]:
    """Nobody searches it yet."""
    async with opened_house(settings_for(tmp_path / "data")) as house:
        yield house


@pytest.fixture
async def house(empty: House) -> House:
    await empty.start(empty.embedder)
    await empty.start_search()
    return empty
