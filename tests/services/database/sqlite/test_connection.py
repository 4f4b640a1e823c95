"""What we rely on in the pinned aiosqlite, and what we add to it."""

import asyncio
import threading
from importlib.metadata import version
from pathlib import Path

import pytest

from services.database.sqlite import driver
from services.database.sqlite.connection import Connection, connect, transaction, tune, tune_for_reading
from shared.errors import Internal, Unavailable
from tests.until import until


async def connected(path: Path) -> Connection:
    connection = await connect(path, 0.05, tune)
    await connection.run(lambda raw: raw.execute("CREATE TABLE IF NOT EXISTS t (x INTEGER UNIQUE) STRICT").fetchall())
    return connection


def insert(raw: driver.Connection, value: int) -> None:
    with transaction(raw, "IMMEDIATE"):
        raw.execute("INSERT INTO t VALUES (?)", (value,))


def values(raw: driver.Connection) -> list[int]:
    return [row[0] for row in raw.execute("SELECT x FROM t ORDER BY x").fetchall()]


def test_the_versions_are_those_that_were_tried() -> None:
    assert version("aiosqlite") == "0.22.1"
    assert driver.VERSION >= (3, 51, 3)


async def test_work_runs_in_the_connections_own_thread(tmp_path: Path) -> None:
    connection = await connected(tmp_path / "x.db")
    threads = [await connection.run(lambda _: threading.current_thread()) for _ in range(2)]
    await connection.close()
    assert threads[0] is threads[1]
    assert threads[0] is not threading.current_thread()
    await until(lambda: not threads[0].is_alive())


async def test_the_result_and_the_error_come_back(tmp_path: Path) -> None:
    connection = await connected(tmp_path / "x.db")
    assert await connection.run(lambda raw: raw.execute("SELECT 41 + 1").fetchall()) == [(42,)]
    with pytest.raises(ZeroDivisionError):
        await connection.run(lambda _: 1 // 0)
    with pytest.raises(Internal):
        await connection.run(lambda raw: raw.execute("SELECT nonsense FROM nowhere"))
    assert connection.waiting == 0
    await connection.close()


async def test_who_is_cancelled_leaves_the_transaction_whole(tmp_path: Path) -> None:
    connection = await connected(tmp_path / "x.db")
    held, go_on = threading.Event(), threading.Event()

    def slowly(raw: driver.Connection) -> None:
        with transaction(raw, "IMMEDIATE"):
            raw.execute("INSERT INTO t VALUES (1)")
            held.set()
            go_on.wait(10)
            raw.execute("INSERT INTO t VALUES (2)")

    running = asyncio.create_task(connection.run(slowly))
    queued = asyncio.create_task(connection.run(lambda raw: insert(raw, 3)))
    await until(held.is_set)
    for task in (running, queued):
        task.cancel()
    await asyncio.wait([running, queued])
    assert running.cancelled()
    assert queued.cancelled()
    go_on.set()
    assert await connection.run(values) == [1, 2, 3]
    await connection.close()


async def test_a_failed_transaction_leaves_nothing(tmp_path: Path) -> None:
    connection = await connected(tmp_path / "x.db")

    def twice_the_same(raw: driver.Connection) -> None:
        with transaction(raw, "IMMEDIATE"):
            raw.execute("INSERT INTO t VALUES (1)")
            raw.execute("INSERT INTO t VALUES (1)")

    with pytest.raises(Internal, match="doctor"):
        await connection.run(twice_the_same)
    await connection.run(lambda raw: insert(raw, 5))
    assert await connection.run(values) == [5]
    await connection.close()


async def test_a_transaction_that_was_left_open_is_rolled_back_first(tmp_path: Path) -> None:
    connection = await connected(tmp_path / "x.db")
    await connection.run(lambda raw: raw.execute("BEGIN IMMEDIATE"))
    await connection.run(lambda raw: raw.execute("INSERT INTO t VALUES (1)"))
    await connection.run(lambda raw: insert(raw, 2))
    assert await connection.run(values) == [2]
    await connection.close()


async def test_a_closed_connection_says_so(tmp_path: Path) -> None:
    connection = await connected(tmp_path / "x.db")
    queued = asyncio.create_task(connection.run(lambda raw: insert(raw, 1)))
    await asyncio.gather(queued, connection.close())
    with pytest.raises(Unavailable, match="closed"):
        await connection.run(values)


async def test_a_reader_cannot_write(tmp_path: Path) -> None:
    await (await connected(tmp_path / "x.db")).close()
    reader = await connect(tmp_path / "x.db", 0.05, tune_for_reading)
    with pytest.raises(Unavailable, match="read-only"):
        await reader.run(lambda raw: insert(raw, 1))
    await reader.close()


async def test_a_connection_that_cannot_be_prepared_is_closed_again(tmp_path: Path) -> None:
    seen: list[driver.Connection] = []
    others = set(threading.enumerate())

    def refuse(raw: driver.Connection) -> None:
        seen.append(raw)
        raise Unavailable("not this one")

    with pytest.raises(Unavailable, match="not this one"):
        await connect(tmp_path / "x.db", 0.05, refuse)
    assert len(seen) == 1
    await until(
        lambda: not [each for each in set(threading.enumerate()) - others if "_connection_worker_thread" in each.name]
    )
