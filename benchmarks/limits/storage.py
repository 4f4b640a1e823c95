"""SQLite alone: the rows that documents have cost in the system's database, written once more by nothing but SQLite.

`storage DATABASE TENANT COLLECTION FILE` is a process of its own, so that it has the interpreter for itself. It reads
the rows of a collection out of the running system's file; told to go, it writes them into a new one: the same
tables, indexes and PRAGMAs, in one thread, by `executemany`, a transaction for every 1,024 documents.
"""

import sys
import tempfile
from collections.abc import Mapping, Sequence
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

# What a new document costs. Of its changes it is the first, not the annotations that came later.
_ROWS = {
    "changes": "SELECT changes.* FROM changes JOIN documents ON documents.no = changes.entry WHERE {here} ORDER BY entry",
    "documents": "SELECT documents.* FROM documents WHERE {here} ORDER BY no",
}
_HERE = """
    documents.collection = (
        SELECT collections.no FROM collections JOIN tenants ON tenants.no = collections.tenant
        WHERE tenants.name = ? AND collections.name = ?
    )
"""

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
        return {
            table: connection.execute(sql.format(here=_HERE), (tenant, collection)).fetchall()
            for table, sql in _ROWS.items()
        }
    finally:
        connection.close()


def rows_in(file: Path) -> dict[str, int]:
    connection = driver.connect(str(file), busy_seconds_max=BUSY_SECONDS_MAX)
    try:
        return {table: connection.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0] for table in _ROWS}
    finally:
        connection.close()


def write(rows: Rows, file: Path) -> float:
    """How many seconds it takes."""
    connection = driver.connect(str(file), busy_seconds_max=BUSY_SECONDS_MAX)
    try:
        migrate(connection, file)
        # The store has no use for it; its rows travel hundreds in a statement, which makes no difference here.
        executemany = cast(apsw.Connection, connection).executemany
        begun = perf_counter()
        for start in range(0, len(rows["documents"]), TRANSACTION_COUNT):
            with transaction(connection, "IMMEDIATE"):
                for table, of_table in rows.items():
                    marks = ",".join("?" * len(of_table[0]))
                    executemany(f"INSERT INTO {table} VALUES ({marks})", of_table[start : start + TRANSACTION_COUNT])
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
    say({"seconds": seconds, "written": {table: len(of_table) for table, of_table in rows.items()}})
