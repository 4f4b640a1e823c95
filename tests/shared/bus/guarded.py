"""A broker that does not let everybody in."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from shared.bus.broker import Broker


class GuardedBroker(Broker):
    """Ours, with some lines of configuration more."""

    def __init__(self, folder: Path, guard: str) -> None:
        super().__init__(folder)
        self._guard = guard

    def _prepare(self) -> None:
        super()._prepare()
        with self._configuration_file.open("a") as file:
            file.write(self._guard)


@asynccontextmanager
async def guarded_broker(folder: Path, guard: str) -> AsyncIterator[str]:
    broker = GuardedBroker(folder, guard)
    await broker.start()
    try:
        yield broker.url
    finally:
        await broker.stop()
