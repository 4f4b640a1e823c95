"""SQLite alone writes the very rows of the system, and is not believed how many."""

from collections.abc import Sequence
from pathlib import Path

import apsw
import pytest

from benchmarks.client import connected
from benchmarks.limits import storage
from benchmarks.limits.storage import TABLES, documents_a_second, rows_in, rows_of, write
from benchmarks.sending import Load, store
from benchmarks.stage import Stage, WorkMissing
from services.database.sqlite import driver

LOAD = Load("kept", document_bytes=1_024, batch_count=8, in_flight=2)
OTHER = Load("other", document_bytes=1_024, batch_count=8, in_flight=2)
DOCUMENTS = 32


async def keep(stage: Stage) -> None:
    async with connected(stage) as client:
        for load in (OTHER, LOAD):
            await store(stage, client, "docs", load, range(DOCUMENTS // load.batch_count), seconds_max=5.0)


def everything_in(file: Path, table: str) -> Sequence[driver.Row]:
    connection = apsw.Connection(str(file))
    try:
        return connection.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall()  # noqa: S608  our own names
    finally:
        connection.close()


async def test_the_rows_are_those_that_the_system_has_written(stage: Stage, tmp_path: Path) -> None:
    await keep(stage)
    rows = rows_of(stage.system.data / storage.DATABASE_FILE, stage.tenant, LOAD.collection)
    assert write(rows, tmp_path / "alone.db") > 0
    assert rows_in(tmp_path / "alone.db") == dict.fromkeys(TABLES, DOCUMENTS)
    for table in TABLES:
        assert everything_in(tmp_path / "alone.db", table) == list(rows[table])
    bodies = b"".join(row[-1] for row in rows["changes"])
    assert bodies.count(b'"id":"kept-') == DOCUMENTS
    assert len(bodies) > DOCUMENTS * LOAD.document_bytes


async def test_a_limit_of_its_own_process(stage: Stage) -> None:
    await keep(stage)
    assert await documents_a_second(stage, LOAD.collection) > 0


async def test_what_is_not_in_the_file_was_not_stored(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    await keep(stage)
    monkeypatch.setattr(storage, "rows_in", lambda file: dict.fromkeys(TABLES, DOCUMENTS - 1))
    with pytest.raises(WorkMissing, match="SQLite alone"):
        await documents_a_second(stage, LOAD.collection)
