"""One inbox for all the answers that we wait for: who waits is known by the last word of an answer's subject."""

import asyncio
from itertools import count

from shared.bus.nats.client import Hear
from shared.bus.nats.parser import Message
from shared.errors import TimedOut, Unavailable

# The message, or the reason why none will come.
Answer = asyncio.Future[Message | Unavailable]


class Mailbox:
    def __init__(self) -> None:
        self._address = ""
        self._numbers = count(1)
        self._waiting: dict[str, Answer] = {}
        self._gathering: dict[str, Hear] = {}

    def move_in(self, address: str) -> str:
        """The pattern under which the answers come."""
        self._address = f"{address}."
        return f"{address}.*"

    def expect_one(self) -> tuple[str, Answer]:
        """Where the answer shall be sent, and what becomes of it."""
        number = str(next(self._numbers))
        answer: Answer = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
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
        answer = self._waiting.get(number)
        if answer is not None:
            if not answer.done():
                answer.set_result(message)
        elif (hear := self._gathering.get(number)) is not None:
            hear(message)

    def fail_all(self, reason: str) -> None:
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_result(Unavailable(f"{reason}; what was asked may or may not have been done"))


def give_up(answer: Answer, subject: str, seconds: float) -> None:
    if not answer.done():
        answer.set_result(TimedOut(f"{subject} was not answered within {seconds:g} s"))
