"""A database file, and stores on it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from services.database.sqlite.store import SqliteStore
from shared.errors import Unavailable
from tests.conformance.store.ground import Ground, HandClock

Open = Callable[[], Awaitable[Ground]]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "postil.db"


@pytest.fixture
async def opened(path: Path) -> AsyncIterator[Open]:
    """Opens the file; whatever is still open in the end is closed."""
    stores: list[SqliteStore] = []

    async def open_store() -> Ground:
        clock = HandClock()
        stores.append(await SqliteStore.open(path, clock, busy_seconds_max=0.05))
        return Ground(stores[-1], clock)

    yield open_store
    for store in stores:
        await store.close()


def content_of(path: Path) -> bytes:
    return path.read_bytes()


def write(path: Path, content: bytes) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)


async def reason_for_refusing(path: Path) -> str:
    """What is said of a file that can't be opened."""
    with pytest.raises(Unavailable) as caught:
        await SqliteStore.open(path, HandClock())
    return caught.value.detail
