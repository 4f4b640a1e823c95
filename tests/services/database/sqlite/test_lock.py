"""One store to a file."""

import os
from pathlib import Path

import pytest

from services.database.sqlite.lock import FileLock
from shared.errors import Unavailable
from tests.services.database.sqlite.conftest import Open, reason_for_refusing, write


async def test_a_second_store_is_refused_and_told_who_has_the_file(path: Path, opened: Open) -> None:
    ground = await opened()
    assert f"in use by another database service (process {os.getpid()})" in await reason_for_refusing(path)
    await ground.put("d")
    await ground.store.close()
    assert await (await opened()).listed() == ["d"]


async def test_a_file_that_is_refused_is_not_kept_locked(path: Path) -> None:
    write(path, b"Dear diary, " * 1000)
    await reason_for_refusing(path)
    FileLock(path).release()
    with pytest.raises(Unavailable):
        hold_twice(path)


def hold_twice(path: Path) -> None:
    lock = FileLock(path)
    try:
        FileLock(path)
    finally:
        lock.release()


async def test_nothing_of_it_is_left_behind(path: Path, opened: Open) -> None:
    ground = await opened()
    lock = path.with_name(path.name + ".lock")
    assert lock.exists()
    await ground.store.close()
    assert not lock.exists()


def test_a_lock_that_was_released_between_opening_and_locking_is_not_taken_for_ours(path: Path) -> None:
    path.parent.mkdir(parents=True)
    first = FileLock(path)
    path.with_name(path.name + ".lock").unlink()
    second = FileLock(path)
    with pytest.raises(Unavailable, match="in use"):
        FileLock(path)
    first.release()
    with pytest.raises(Unavailable, match="in use"):
        FileLock(path)
    second.release()
