"""The belt between the reading thread and the event loop."""

import threading
from collections.abc import Iterator

import pytest

from services.cli.importing.belt import Belt
from shared.errors import Invalid
from tests.until import until


async def test_everything_comes_in_its_order_within_the_bounds() -> None:
    belt = Belt(iter(range(1, 2_000)), weigh=lambda item: item % 7, weight_max=50)
    got: list[int] = []

    while taken := await belt.take(10, 20):
        assert len(taken) <= 10
        assert sum(item % 7 for item in taken) <= 20
        got += taken

    assert got == list(range(1, 2_000))
    assert await belt.take(10, 20) == []


async def test_one_that_is_too_heavy_comes_alone() -> None:
    belt = Belt(iter([5, 100, 5]), weigh=lambda item: item, weight_max=10)

    assert [await belt.take(10, 10) for _ in range(4)] == [[5], [100], [5], []]


async def test_the_thread_reads_no_further_than_it_may_be_ahead() -> None:
    read: list[int] = []

    def items() -> Iterator[int]:
        for number in range(100):
            read.append(number)
            yield number

    belt = Belt(items(), weigh=lambda item: 1, weight_max=5)

    await until(lambda: len(read) == 6, seconds_max=5)
    assert await belt.take(2, 100) == [0, 1]
    await until(lambda: len(read) == 8, seconds_max=5)
    belt.stop()


async def test_what_the_thread_met_is_raised_behind_what_it_read() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise Invalid("broken")

    belt = Belt(items(), weigh=lambda item: 1, weight_max=5)

    assert await belt.take(5, 5) == [1]
    with pytest.raises(Invalid, match="broken"):
        await belt.take(5, 5)


async def test_a_reader_that_is_stuck_holds_up_nobody() -> None:
    stuck = threading.Event()
    read: list[int] = []
    threads: list[threading.Thread] = []

    def items() -> Iterator[int]:
        threads.append(threading.current_thread())
        for number in (1, 2, 3):
            read.append(number)
            yield number
            stuck.wait()

    belt = Belt(items(), weigh=lambda item: 1, weight_max=5)

    assert await belt.take(5, 5) == [1]
    belt.stop()
    stuck.set()
    await until(lambda: not threads[0].is_alive(), seconds_max=5)
    assert read == [1, 2]
