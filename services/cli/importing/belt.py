"""Carries items from a thread that may block, on a slow pipe for instance, to the event loop; bounded by weight."""

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Generic, TypeVar

ItemT = TypeVar("ItemT")


class Belt(Generic[ItemT]):
    def __init__(self, items: Iterator[ItemT], *, weigh: Callable[[ItemT], int], weight_max: int) -> None:
        self._items = items
        self._weigh = weigh
        self._weight_max = weight_max
        self._waiting: deque[tuple[ItemT, int]] = deque()
        self._weight = 0
        self._changed = threading.Condition()
        self._hungry = False
        self._finished = False
        self._emptied = False
        self._stopped = False
        self._failure: Exception | None = None
        self._news = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        # A daemon: nobody can interrupt a read from a terminal that nobody types on.
        threading.Thread(target=self._fill, name="belt", daemon=True).start()

    async def take(self, count_max: int, weight_max: int) -> list[ItemT]:
        """All that is there within the bounds, at least one; nothing at the end. Raises what the thread met."""
        while not (taken := self._take_now(count_max, weight_max)) and not self._emptied:
            await self._news.wait()
        if not taken and self._failure is not None:
            raise self._failure
        return taken

    def stop(self) -> None:
        with self._changed:
            self._stopped = True
            self._changed.notify()

    def _take_now(self, count_max: int, weight_max: int) -> list[ItemT]:
        taken: list[ItemT] = []
        with self._changed:
            weight_left = weight_max
            while self._waiting and len(taken) < count_max and (not taken or self._waiting[0][1] <= weight_left):
                item, weight = self._waiting.popleft()
                taken.append(item)
                weight_left -= weight
                self._weight -= weight
            # Seen together with the items: what comes a moment before the end must not be overlooked.
            self._emptied = self._finished and not self._waiting
            self._hungry = not taken
            self._news.clear()
            self._changed.notify()
        return taken

    def _fill(self) -> None:
        try:
            for item in self._items:
                if not self._put(item):
                    return
        except Exception as error:  # It belongs to whoever takes from the belt.
            self._failure = error
        finally:
            with self._changed:
                self._finished = True
                self._wake()

    def _put(self, item: ItemT) -> bool:
        weight = self._weigh(item)
        with self._changed:
            self._changed.wait_for(lambda: self._stopped or not self._waiting or self._weight < self._weight_max)
            if self._stopped:
                return False
            self._waiting.append((item, weight))
            self._weight += weight
            if self._hungry:
                self._hungry = False
                self._wake()
            return True

    def _wake(self) -> None:
        # After `stop` there may be no loop any more, and nobody to wake.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._news.set)
