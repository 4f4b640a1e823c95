"""A connection to the database file, with a thread of its own in which whole transactions run."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import Connection as StandardConnection
from typing import TypeVar, cast

import aiosqlite

from services.database.sqlite import driver
from services.database.sqlite.failures import translated
from shared.errors import Unavailable

ResultT = TypeVar("ResultT")

PRAGMAS = (
    "journal_mode = WAL",
    # What survives a power cut.
    "synchronous = FULL",
    "wal_autocheckpoint = 4000",
    "journal_size_limit = 67108864",
    "cache_size = -65536",
    "temp_store = MEMORY",
    # What is erased must not linger in free space. For a log that only grows it costs nothing that can be measured.
    "secure_delete = ON",
)


class Connection(aiosqlite.Connection):
    """`run` is all that is used of it: one hop into the thread and back for each transaction."""

    def __init__(self, opened: Callable[[], driver.Connection]) -> None:
        # The two libraries have the same shape; aiosqlite knows only the other one's name.
        super().__init__(cast(Callable[[], StandardConnection], opened), iter_chunk_size=64)
        self.waiting = 0

    async def run(self, work: Callable[[driver.Connection], ResultT]) -> ResultT:
        """Run it in the connection's thread. Once begun it runs to its end, also if nobody waits for it any more."""
        if not self._running or self._connection is None:
            raise Unavailable("The database is closed.")
        self.waiting += 1
        try:
            with translated():
                done = await self._execute(work, self._connection)  # type: ignore[no-untyped-call]  # no hints there
                return cast(ResultT, done)
        finally:
            self.waiting -= 1

    async def ended(self) -> None:
        """Wait for the thread of a connection that could not be opened: aiosqlite tells it to end, and goes away."""
        await asyncio.to_thread(self._thread.join)


async def connect(path: Path, busy_seconds_max: float, prepare: Callable[[driver.Connection], None]) -> Connection:
    def opened() -> driver.Connection:
        connection = driver.connect(str(path), busy_seconds_max=busy_seconds_max)
        try:
            prepare(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    with translated():
        connection = Connection(opened)
        try:
            await connection
        except BaseException:
            await connection.ended()
            raise
        return connection


def tune(connection: driver.Connection) -> None:
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}").fetchall()


def tune_for_reading(connection: driver.Connection) -> None:
    tune(connection)
    connection.execute("PRAGMA query_only = ON").fetchall()


@contextmanager
def transaction(connection: driver.Connection, kind: str) -> Iterator[None]:
    """All of it or nothing; `kind` is DEFERRED for reading and IMMEDIATE for writing."""
    if connection.in_transaction:
        # A rollback has failed before, with the disk: it is due still.
        connection.execute("ROLLBACK")
    connection.execute(f"BEGIN {kind}")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        # SQLite has rolled back by itself after some errors.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
