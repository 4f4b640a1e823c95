"""The stores that the suite runs over."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.database.memory import MemoryStore
from services.database.sqlite.store import SqliteStore
from services.database.store import Store
from tests.conformance.store.ground import Ground, HandClock


@pytest.fixture(params=["memory", "sqlite"])
async def ground(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Ground]:
    clock = HandClock()
    store: Store
    if request.param == "memory":
        store = MemoryStore(clock)
    else:
        store = await SqliteStore.open(tmp_path / "postil.db", clock)
    yield Ground(store, clock)
    await store.close()
