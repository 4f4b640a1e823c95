"""What a process has asked the broker and not heard of yet."""

import asyncio
from collections.abc import Callable
from functools import partial
from itertools import count
from typing import TypeVar

from shared.bus.memory.link import Link
from shared.errors import PostilError, TimedOut, Unavailable

T = TypeVar("T")

# Tells the caller, over the line back to it, what came of its call.
Outcome = Callable[[T | PostilError], None]


class Calls:
    def __init__(self, link: Link) -> None:
        self._link = link
        self._numbers = count()
        # How to fail and how to cancel each; its caller waits for it, so there are no more than callers.
        self._waiting: dict[int, tuple[str, Callable[[PostilError], None], Callable[[], object]]] = {}

    async def call(
        self, operate: Callable[[Outcome[T]], None], seconds_max: float, doing: str, *, subject: str = ""
    ) -> T:
        """Have `operate` run at the broker, and wait for the outcome that it tells then or later."""
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()

        def outcome(result: T | PostilError) -> None:
            self._link.from_broker.send(partial(_settle, future, result))

        too_late = TimedOut(f"{doing}: no answer within {seconds_max:g} s")
        timer = asyncio.get_running_loop().call_later(seconds_max, _settle, future, too_late)
        number = next(self._numbers)
        self._waiting[number] = (subject, partial(_settle, future), future.cancel)
        self._link.to_broker.send(partial(operate, outcome))
        try:
            return await future
        finally:
            timer.cancel()
            del self._waiting[number]

    def fail(self, reason: str, concerns: Callable[[str], bool] = lambda _: True) -> None:
        """All that is on its way, or the requests to such subjects."""
        for subject, fail, _ in tuple(self._waiting.values()):
            if concerns(subject):
                fail(Unavailable(f"{reason}; what was asked may or may not have been done"))

    def cancel(self) -> None:
        for _, _, cancel in tuple(self._waiting.values()):
            cancel()


def tried(operation: Callable[[], T]) -> T | PostilError:
    try:
        return operation()
    except PostilError as error:
        return error


def _settle(future: asyncio.Future[T], result: T | PostilError) -> None:
    if future.done():
        return
    if isinstance(result, PostilError):
        future.set_exception(result)
    else:
        future.set_result(result)
