"""So many at a time, and no more: who has his answer goes on to the next."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator


async def closed_loop(numbers: Iterable[int], in_flight: int, work: Callable[[int], Awaitable[None]]) -> None:
    """Until all are done. What goes wrong in one ends all of them, and is raised."""
    left = iter(numbers)
    workers = [asyncio.create_task(_work(left, work)) for _ in range(in_flight)]
    try:
        await asyncio.gather(*workers)
    finally:
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)


async def _work(left: Iterator[int], work: Callable[[int], Awaitable[None]]) -> None:
    for number in left:
        await work(number)
