"""`SqliteStore`: one file, one connection that writes, two that read."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from services.database.ledger import post
from services.database.sqlite import driver, history, reads, upkeep
from services.database.sqlite.connection import Connection, connect, transaction, tune, tune_for_reading
from services.database.sqlite.examine import examine
from services.database.sqlite.loading import load
from services.database.sqlite.lock import FileLock
from services.database.sqlite.pending import pending
from services.database.sqlite.schema import migrate
from services.database.sqlite.writing import write
from services.database.store import Answer, ChangeRows, Commit, DocumentRows, PendingRows, Run, TenantState, Thin, Work
from shared.clock import Clock, to_milliseconds
from shared.contracts.pending import ListPending
from shared.contracts.stats import Stats
from shared.contracts.upkeep import Examination
from shared.errors import Unavailable

ResultT = TypeVar("ResultT")

READERS = 2
BUSY_SECONDS_MAX = 5.0


class SqliteStore:
    """Made by `open`. It has the file for itself until it is closed."""

    def __init__(self, path: Path, clock: Clock, lock: FileLock, busy_seconds_max: float) -> None:
        self._path = path
        self._clock = clock
        self._lock = lock
        self._busy_seconds_max = busy_seconds_max
        self._connections: list[Connection] = []
        self._closing: asyncio.Task[None] | None = None

    @classmethod
    async def open(cls, path: Path, clock: Clock, *, busy_seconds_max: float = BUSY_SECONDS_MAX) -> "SqliteStore":
        """Open the file, or make it; raises `Unavailable` with the reason why it can't be used."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Unavailable(f"The directory {path.parent} can't be made: {error.strerror}.") from error
        store = cls(path, clock, FileLock(path), busy_seconds_max)
        try:
            await store._connect()
        except BaseException:
            await store.close()
            raise
        return store

    async def _connect(self) -> None:
        def prepare(connection: driver.Connection) -> None:
            migrate(connection, self._path)

        self._connections.append(await connect(self._path, self._busy_seconds_max, prepare))
        for _ in range(READERS):
            self._connections.append(await connect(self._path, self._busy_seconds_max, tune_for_reading))

    async def commit(self, works: Sequence[Work]) -> Commit:
        now = self._clock.now()
        return await self.writer.run(lambda connection: _commit(connection, works, now))

    async def get(self, tenant: str, id: str, at: int | datetime | None) -> bytes:
        if at is None:
            return await self._read(lambda connection: reads.get(connection, tenant, id))
        then = at
        return await self._read(lambda connection: history.get_at(connection, tenant, id, then))

    async def list(
        self, tenant: str, collection: str | None, limit: int, bytes_max: int, after: str | None
    ) -> DocumentRows:
        return await self._read(
            lambda connection: reads.list_documents(connection, tenant, collection, limit, bytes_max, after)
        )

    async def recent(self, tenant: str, collection: str, limit: int, bytes_max: int) -> Sequence[bytes]:
        return await self._read(lambda connection: reads.recent(connection, tenant, collection, limit, bytes_max))

    async def changes(self, tenant: str, since: int, collection: str | None, limit: int, bytes_max: int) -> ChangeRows:
        return await self._read(
            lambda connection: reads.changes(connection, tenant, since, collection, limit, bytes_max)
        )

    async def runs(self, tenant: str, since: int, limit: int, bytes_max: int) -> Sequence[Run]:
        return await self._read(lambda connection: reads.runs(connection, tenant, since, limit, bytes_max))

    async def pending(self, tenant: str, query: ListPending, limit: int, bytes_max: int) -> PendingRows:
        return await self._read(lambda connection: pending(connection, tenant, query, limit, bytes_max))

    async def stats(self, tenant: str, collection: str | None) -> Stats:
        return await self._read(lambda connection: reads.stats(connection, tenant, collection))

    async def tenants(self) -> Sequence[TenantState]:
        return await self._read(reads.tenants)

    async def examine(self, tenant: str, repair: bool) -> Examination:
        """Reads the whole log of the tenant. With `repair`, writing waits until it is done."""
        if repair:
            return await self.writer.run(lambda _: self._repair(tenant))
        examiner = await connect(self._path, self._busy_seconds_max, tune)
        try:
            return await examiner.run(lambda connection: examine(connection, tenant, repair=False))
        finally:
            await examiner.close()

    def _repair(self, tenant: str) -> Examination:
        connection = driver.connect(str(self._path), busy_seconds_max=self._busy_seconds_max)
        try:
            tune(connection)
            return examine(connection, tenant, repair=True)
        finally:
            connection.close()

    async def size_bytes(self) -> int:
        files = [self._path, self._path.with_name(self._path.name + "-wal")]
        return sum(file.stat().st_size for file in files if file.exists())

    async def close(self) -> None:
        """Finish what is under way, then close. Whoever is cancelled while he waits leaves nothing half closed."""
        if self._closing is None:
            self._closing = asyncio.create_task(self._close())
        await asyncio.shield(self._closing)

    async def _close(self) -> None:
        try:
            # The writer last: whoever closes a database last puts it into one file again.
            for connection in reversed(self._connections):
                await connection.close()
        finally:
            self._lock.release()

    @property
    def writer(self) -> Connection:
        return self._connections[0]

    async def _read(self, question: Callable[[driver.Connection], ResultT]) -> ResultT:
        def within_a_transaction(connection: driver.Connection) -> ResultT:
            with transaction(connection, "DEFERRED"):
                return question(connection)

        reader = min(self._connections[1:], key=lambda connection: connection.waiting)
        return await reader.run(within_a_transaction)


def _commit(connection: driver.Connection, works: Sequence[Work], now: datetime) -> Commit:
    at = to_milliseconds(now)
    with transaction(connection, "IMMEDIATE"):
        posted = post(load(connection, works, at), works, now)
        write(connection, posted, at)
        answers: list[Answer] = list(posted.answers)
        for index, work in enumerate(works):
            if isinstance(work, Thin):
                answers[index] = upkeep.thin(connection, to_milliseconds(work.before), work.count_max)
        upkeep.erase(connection, posted.erased)
    if posted.erased:
        upkeep.empty_write_ahead_log(connection)
    return Commit(answers, posted.runs)
