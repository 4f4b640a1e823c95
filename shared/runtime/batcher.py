"""Group work that clocks itself: what arrives while one flush is under way is the next one.

No timer: a single item at rest is flushed at once, and under load the flushes grow by themselves. The database's
group commit and ingest's `put` door are both this.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from itertools import count
from typing import Generic, TypeVar

ItemT = TypeVar("ItemT")
ResultT = TypeVar("ResultT")


class Batcher(Generic[ItemT, ResultT]):
    """`flush` gets the items in the order of their arrival and returns a result, or an error, for each.

    With more flushes than one at a time they begin in that order, and may end in another.
    """

    def __init__(
        self,
        flush: Callable[[Sequence[ItemT]], Awaitable[Sequence[ResultT | Exception]]],
        *,
        weight_max: int,
        weigh: Callable[[ItemT], int],
        flushes_max: int = 1,
    ) -> None:
        self._flush = flush
        self._weight_max = weight_max
        self._weigh = weigh
        self._flushes_max = flushes_max
        self._waiting: deque[tuple[ItemT, asyncio.Future[ResultT]]] = deque()
        self._patient: deque[tuple[ItemT, asyncio.Future[ResultT]]] = deque()
        self._flushing: dict[int, asyncio.Task[None]] = {}
        self._numbers = count()
        # Asking for it costs a system call in Python 3.11.
        self._loop = asyncio.get_running_loop()

    def submit(self, item: ItemT, *, patient: bool = False) -> asyncio.Future[ResultT]:
        """Queue an item; the future has its result. A patient one waits as long as any other does.

        How many may wait is bounded by who calls.
        """
        future: asyncio.Future[ResultT] = self._loop.create_future()
        (self._patient if patient else self._waiting).append((item, future))
        if len(self._flushing) < self._flushes_max:
            number = next(self._numbers)
            self._flushing[number] = self._loop.create_task(self._run(number))
        return future

    @property
    def waiting(self) -> int:
        return len(self._waiting) + len(self._patient)

    async def drain(self) -> None:
        """Return when everything that was submitted has its result."""
        while self._flushing:
            await asyncio.wait(self._flushing.values())

    async def _run(self, number: int) -> None:
        try:
            while self._waiting or self._patient:
                await self._flush_once(self._next_batch())
        finally:
            # In the same turn in which nothing waited: who submits in the next one must not count on us.
            del self._flushing[number]

    async def _flush_once(self, batch: Sequence[tuple[ItemT, asyncio.Future[ResultT]]]) -> None:
        try:
            results = await self._flush([item for item, _ in batch])
        except BaseException as error:  # Whatever happens, nobody may be left waiting.
            for _, future in batch:
                _settle(future, error if isinstance(error, Exception) else asyncio.CancelledError())
            if not isinstance(error, Exception):
                raise
            return
        for (_, future), result in zip(batch, results, strict=True):
            _settle(future, result)

    def _next_batch(self) -> list[tuple[ItemT, asyncio.Future[ResultT]]]:
        waiting = self._waiting or self._patient
        batch = [waiting.popleft()]
        weight = self._weigh(batch[0][0])
        while waiting:
            weight += self._weigh(waiting[0][0])
            if weight > self._weight_max:
                break
            batch.append(waiting.popleft())
        return batch


def _settle(future: asyncio.Future[ResultT], result: ResultT | BaseException) -> None:
    if future.done():
        return
    if isinstance(result, asyncio.CancelledError):
        future.cancel()
    elif isinstance(result, BaseException):
        future.set_exception(result)
    else:
        future.set_result(result)
