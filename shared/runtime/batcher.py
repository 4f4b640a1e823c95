"""Group work that clocks itself: what arrives while one flush is under way is the next one.

No timer: a single item at rest is flushed at once, and under load the flushes grow by themselves. The database's
group commit and ingest's `put` door are both this.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Generic, TypeVar

ItemT = TypeVar("ItemT")
ResultT = TypeVar("ResultT")


# An item, its result, and when it came.
_Entry = tuple[ItemT, "asyncio.Future[ResultT]", float]


@dataclass(frozen=True, slots=True)
class Calm:
    """What a patient item waits for: that nothing else has come for a while. In the end it has its turn anyhow."""

    seconds: float = 0.0
    seconds_max: float = float("inf")


class Batcher(Generic[ItemT, ResultT]):
    """`flush` gets the items in the order of their arrival and returns a result, or an error, for each.

    With more flushes than one at a time they begin in that order, and may end in another. But only a batch that is
    half full already goes while another one is under way: smaller ones would cost more than they bring, and who
    waits for the one before waits in company.
    """

    def __init__(
        self,
        flush: Callable[[Sequence[ItemT]], Awaitable[Sequence[ResultT | Exception]]],
        *,
        weight_max: int,
        weigh: Callable[[ItemT], int],
        flushes_max: int = 1,
        calm: Calm = Calm(),
    ) -> None:
        self._flush = flush
        self._weight_max = weight_max
        self._weigh = weigh
        self._flushes_max = flushes_max
        self._calm = calm
        self._waiting: deque[_Entry[ItemT, ResultT]] = deque()
        self._patient: deque[_Entry[ItemT, ResultT]] = deque()
        self._waiting_weight = 0
        self._busy_at = 0.0
        self._news = asyncio.Event()
        self._flushing: dict[int, asyncio.Task[None]] = {}
        self._numbers = count()
        # Asking for it costs a system call in Python 3.11.
        self._loop = asyncio.get_running_loop()

    def submit(self, item: ItemT, *, patient: bool = False) -> asyncio.Future[ResultT]:
        """Queue an item; the future has its result. A patient one waits until there is calm.

        How many may wait is bounded by who calls.
        """
        future: asyncio.Future[ResultT] = self._loop.create_future()
        now = self._loop.time()
        if patient:
            self._patient.append((item, future, now))
        else:
            self._waiting.append((item, future, now))
            self._waiting_weight += self._weigh(item)
            self._busy_at = now
            self._news.set()
        if not self._flushing or (len(self._flushing) < self._flushes_max and self._is_half_full):
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
            while (self._waiting or self._patient) and (len(self._flushing) == 1 or self._is_half_full):
                if pause_seconds := self._pause_seconds():
                    await self._calm_down(pause_seconds)
                else:
                    await self._flush_once(self._next_batch())
        finally:
            # In the same turn in which nothing waited for us: who submits in the next one must not count on us.
            del self._flushing[number]

    @property
    def _is_half_full(self) -> bool:
        return self._waiting_weight * 2 >= self._weight_max

    def _pause_seconds(self) -> float:
        """For how long the patient ones should still wait, if there are only these."""
        if self._waiting:
            return 0.0
        return max(0.0, min(self._busy_at + self._calm.seconds, self._patience_ends_at) - self._loop.time())

    @property
    def _patience_ends_at(self) -> float:
        return self._patient[0][2] + self._calm.seconds_max

    async def _calm_down(self, pause_seconds: float) -> None:
        """Wait so long, or until something comes that does not want to wait."""
        self._news.clear()
        timer = self._loop.call_later(pause_seconds, self._news.set)
        try:
            await self._news.wait()
        finally:
            timer.cancel()

    async def _flush_once(self, batch: Sequence["_Entry[ItemT, ResultT]"]) -> None:
        try:
            results = await self._flush([item for item, _, _ in batch])
        except BaseException as error:  # Whatever happens, nobody may be left waiting.
            for _, future, _ in batch:
                _settle(future, error if isinstance(error, Exception) else asyncio.CancelledError())
            if not isinstance(error, Exception):
                raise
            return
        for (_, future, _), result in zip(batch, results, strict=True):
            _settle(future, result)

    def _next_batch(self) -> list["_Entry[ItemT, ResultT]"]:
        ended = bool(self._patient) and self._patience_ends_at <= self._loop.time()
        waiting = self._patient if ended or not self._waiting else self._waiting
        batch = [waiting.popleft()]
        weight = self._weigh(batch[0][0])
        while waiting and weight + (more := self._weigh(waiting[0][0])) <= self._weight_max:
            batch.append(waiting.popleft())
            weight += more
        if waiting is self._waiting:
            self._waiting_weight -= weight
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
