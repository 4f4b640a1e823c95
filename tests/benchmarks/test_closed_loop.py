"""So many at a time, all of them done, and no work left behind when one of them fails."""

import asyncio

import pytest

from benchmarks.closed_loop import closed_loop


async def test_all_are_done_so_many_at_a_time() -> None:
    done: list[int] = []
    working = most = 0

    async def work(number: int) -> None:
        nonlocal working, most
        working += 1
        most = max(most, working)
        await asyncio.to_thread(lambda: None)
        working -= 1
        done.append(number)

    await closed_loop(range(20), 4, work)
    assert sorted(done) == list(range(20))
    assert most == 4


async def test_one_that_fails_ends_all() -> None:
    given_up = 0

    async def work(number: int) -> None:
        nonlocal given_up
        if number == 2:
            raise ValueError("no")
        try:
            await asyncio.Event().wait()
        finally:
            given_up += 1

    with pytest.raises(ValueError, match="no"):
        await closed_loop(range(10), 3, work)
    assert given_up == 2
