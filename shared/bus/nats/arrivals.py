"""Messages that have arrived at an inlet and wait to be taken."""

import asyncio
from collections import deque

from shared.bus.wire import Delivery


class Arrivals:
    """How many there may be is the business of who asks the server for them."""

    def __init__(self) -> None:
        self._waiting: deque[tuple[int, Delivery]] = deque()
        self._newest = 0
        self._mixed = False
        self._news = asyncio.Event()
        self.bytes = 0

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, seq: int, delivery: Delivery) -> None:
        # What the server delivers again comes in any order.
        if seq < self._newest:
            self._mixed = True
        else:
            self._newest = seq
        self._waiting.append((seq, delivery))
        self.bytes += len(delivery.payload)
        self._news.set()

    async def wait(self) -> None:
        """Until there is one, or somebody was woken up."""
        if not self._waiting:
            self._news.clear()
            await self._news.wait()

    def wake(self) -> None:
        self._news.set()

    def take(self, count_max: int, bytes_max: int) -> list[Delivery]:
        """All within the bounds, in the order of the stream; the first one whatever its size."""
        if self._mixed:
            self._waiting = deque(sorted(self._waiting, key=_seq))
            self._newest = self._waiting[-1][0]
            self._mixed = False
        waiting = self._waiting
        taken: list[Delivery] = []
        size = 0
        while waiting and len(taken) < max(1, count_max):
            size += len(waiting[0][1].payload)
            if taken and size > bytes_max:
                break
            taken.append(waiting.popleft()[1])
        self.bytes -= sum(len(delivery.payload) for delivery in taken)
        if not waiting:
            self._newest = 0
        return taken

    def clear(self) -> None:
        self._waiting.clear()
        self.bytes = 0
        self._newest = 0
        self._mixed = False


def _seq(waiting: tuple[int, Delivery]) -> int:
    return waiting[0]
