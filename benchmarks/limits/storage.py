"""SQLite alone: the rows that documents have cost in the system's database, written once more by nothing but SQLite.

`storage DATABASE TENANT COLLECTION FILE` is a process of its own, so that it has the interpreter for itself. It reads
the rows of a collection out of the running system's file. Told to go, it writes them into a new one: the same tables,
indexes and PRAGMAs, in one thread, by `executemany`, a transaction for every 1,024 documents.
"""

import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import cast

import apsw
import structlog

from benchmarks.players import say
from benchmarks.playing import playing
from benchmarks.stage import Stage
from services.database.sqlite import driver
from services.database.sqlite.connection import transaction
from services.database.sqlite.schema import migrate

DATABASE_FILE = "postil.db"
TRANSACTION_COUNT = 1_024
BUSY_SECONDS_MAX = 5.0


@dataclass(frozen=True, slots=True)
class Table:
    read: str
    write: str
    count: str


# What a new document costs: its row, and its first change. That annotations have followed on it makes no difference.
TABLES = {
    "changes": Table(
        read="""
            SELECT changes.* FROM changes JOIN documents ON documents.no = changes.entry
            JOIN collections ON collections.no = documents.collection JOIN tenants ON tenants.no = documents.tenant
            WHERE tenants.name = ? AND collections.name = ? ORDER BY documents.no
        """,
        write="INSERT INTO changes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        count="SELECT count(*) FROM changes",
    ),
    "documents": Table(
        read="""
            SELECT documents.* FROM documents
            JOIN collections ON collections.no = documents.collection JOIN tenants ON tenants.no = documents.tenant
            WHERE tenants.name = ? AND collections.name = ? ORDER BY documents.no
        """,
        write="INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        count="SELECT count(*) FROM documents",
    ),
}

Rows = Mapping[str, Sequence[driver.Row]]


async def documents_a_second(stage: Stage, collection: str) -> float:
    """What SQLite alone stores of the documents that the system has in this collection."""
    source = stage.system.data / DATABASE_FILE
    with tempfile.TemporaryDirectory(dir=stage.system.data.parent) as folder:
        file = Path(folder) / "alone.db"
        async with playing("benchmarks.limits.storage", source, stage.tenant, collection, file) as limit:
            report = await limit.report()
        written = cast(dict[str, int], report["written"])
        stage.expect("rows in the file that SQLite alone has written", rows_in(file), written)
    return written["documents"] / cast(float, report["seconds"])


def rows_of(database: Path, tenant: str, collection: str) -> Rows:
    connection = apsw.Connection(str(database), flags=apsw.SQLITE_OPEN_READONLY)
    try:
        connection.set_busy_timeout(int(BUSY_SECONDS_MAX * 1_000))
        whose = (tenant, collection)
        return {name: connection.execute(table.read, whose).fetchall() for name, table in TABLES.items()}
    finally:
        connection.close()


def rows_in(file: Path) -> Mapping[str, int]:
    connection = driver.connect(str(file), busy_seconds_max=BUSY_SECONDS_MAX)
    try:
        return {name: connection.execute(table.count).fetchall()[0][0] for name, table in TABLES.items()}
    finally:
        connection.close()


def write(rows: Rows, file: Path) -> float:
    """How many seconds it takes."""
    connection = driver.connect(str(file), busy_seconds_max=BUSY_SECONDS_MAX)
    try:
        migrate(connection, file)
        # Our store puts hundreds of rows into a statement instead; in a thread that has no company that is no faster.
        executemany = cast(apsw.Connection, connection).executemany
        begun = perf_counter()
        for start in range(0, len(rows["documents"]), TRANSACTION_COUNT):
            with transaction(connection, "IMMEDIATE"):
                for name, table in TABLES.items():
                    executemany(table.write, rows[name][start : start + TRANSACTION_COUNT])
        return perf_counter() - begun
    finally:
        connection.close()


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    database, tenant, collection, file = sys.argv[1:]
    rows = rows_of(Path(database), tenant, collection)
    say({"ready": True})
    sys.stdin.buffer.read()
    seconds = write(rows, Path(file))
    say({"seconds": seconds, "written": {name: len(of_table) for name, of_table in rows.items()}})
