"""One inbox for all the answers that we wait for: who waits is known by the last word of an answer's subject."""

import asyncio
from collections.abc import Callable
from itertools import count
from typing import NamedTuple

from shared.bus.nats.ear import Hear
from shared.bus.nats.parser import Message
from shared.errors import TimedOut, Unavailable

# The message, or the reason why none will come.
Answer = asyncio.Future[Message | Unavailable]

# A timer for each request would cost as much as sending it: one clock ticks for all that wait.
TICK_SECONDS = 0.02


class Waiting(NamedTuple):
    answer: Answer
    subject: str
    seconds_max: float
    deadline: float


class Mailbox:
    def __init__(self) -> None:
        self._address = ""
        self._numbers = count(1)
        self._waiting: dict[str, Waiting] = {}
        self._gathering: dict[str, Hear] = {}
        self._ticking = False
        # Asking for it costs a system call in Python 3.11.
        self._loop = asyncio.get_running_loop()

    def move_in(self, address: str) -> str:
        """The pattern under which the answers come."""
        self._address = f"{address}."
        return f"{address}.*"

    def expect_one(self, subject: str, seconds_max: float) -> tuple[str, Answer]:
        """Where the answer to what is asked there shall be sent, and what becomes of it."""
        number = str(next(self._numbers))
        answer: Answer = self._loop.create_future()
        self._waiting[number] = Waiting(answer, subject, seconds_max, self._loop.time() + seconds_max)
        if not self._ticking:
            self._ticking = True
            self._loop.call_later(TICK_SECONDS, self._tick)
        return self._address + number, answer

    def expect_many(self, hear: Hear) -> str:
        number = str(next(self._numbers))
        self._gathering[number] = hear
        return self._address + number

    def forget(self, reply: str) -> None:
        number = reply[len(self._address) :]
        self._waiting.pop(number, None)
        self._gathering.pop(number, None)

    def hear(self, message: Message) -> None:
        number = message.subject[len(self._address) :]
        waiting = self._waiting.get(number)
        if waiting is not None:
            _settle(waiting, message)
        elif (hear := self._gathering.get(number)) is not None:
            hear(message)

    def fail(self, reason: str, concerns: Callable[[str], bool] = lambda _: True) -> None:
        """All who wait, or those whose question went to such a subject."""
        for waiting in self._waiting.values():
            if concerns(waiting.subject):
                _settle(waiting, Unavailable(f"{reason}; what was asked may or may not have been done"))

    def _tick(self) -> None:
        now = self._loop.time()
        for waiting in self._waiting.values():
            if waiting.deadline <= now:
                _settle(waiting, TimedOut(f"{waiting.subject} was not answered within {waiting.seconds_max:g} s"))
        self._ticking = bool(self._waiting)
        if self._ticking:
            self._loop.call_later(TICK_SECONDS, self._tick)


def _settle(waiting: Waiting, message: Message | Unavailable) -> None:
    if not waiting.answer.done():
        waiting.answer.set_result(message)
