"""Work that comes when it comes: by a schedule made beforehand, whether or not what is measured keeps up.

Who asks only when he has his answer asks less while he waits. A stall then costs him one slow answer, and all those
that would have been slow with it are never asked. Here a latency runs from the moment at which its work was *meant*
to begin. That holds for our own slowness, too: how late the work was begun is a distribution of its own.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from random import Random
from threading import Event
from time import perf_counter

from benchmarks.latencies import Latencies

# Enough for the thread to be there before the first moment.
LEAD_SECONDS = 0.01


@dataclass(frozen=True, slots=True)
class Arrival:
    number: int
    # By the clock of `perf_counter`.
    meant_at: float

    @property
    def elapsed_seconds(self) -> float:
        """Since the work was meant to begin."""
        return perf_counter() - self.meant_at


@dataclass(slots=True)
class Flow:
    """What became of the work; its latencies are recorded by the work itself, which knows when it is done."""

    late: Latencies = field(default_factory=Latencies)
    unfinished: int = 0


Work = Callable[[Arrival], Awaitable[None]]


def poisson(count: int, per_second: float, random: Random) -> Sequence[float]:
    """Moments as strangers make them, who don't know of each other, in seconds from the beginning."""
    return list(accumulate(random.expovariate(per_second) for _ in range(count)))


def evenly(count: int, per_second: float) -> Sequence[float]:
    return [number / per_second for number in range(count)]


async def open_loop(moments: Iterable[float], work: Work, *, seconds_max: float) -> Flow:
    """Begin each at its moment. Work that is not done so long after the last of them is given up, and counted.

    There must be a first moment; each further one is asked for when the one before has come.
    """
    flow = Flow()
    loop = asyncio.get_running_loop()
    tasks: list[asyncio.Task[None]] = []
    stopped = Event()
    begun = perf_counter() + LEAD_SECONDS

    async def do(arrival: Arrival) -> None:
        flow.late.record(arrival.elapsed_seconds)
        await work(arrival)

    def begin(arrival: Arrival) -> None:
        tasks.append(loop.create_task(do(arrival)))

    def keep_time() -> None:
        # In a thread, because an event loop's own timers are a millisecond wide: as long as what is measured takes.
        for number, moment in enumerate(moments):
            if stopped.wait(max(0.0, begun + moment - perf_counter())):
                return
            loop.call_soon_threadsafe(begin, Arrival(number, begun + moment))

    try:
        await asyncio.to_thread(keep_time)
        done, unfinished = await asyncio.wait(tasks, timeout=seconds_max)
    finally:
        stopped.set()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()
    flow.unfinished = len(unfinished)
    return flow
