"""A chat without a terminal: lines come from a pipe or a file, and the bot's answers to them go out."""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import Future
from threading import Thread
from typing import BinaryIO

from rich.text import Text

from services.cli.chat.conversation import LINE_BYTES_MAX, Conversation, Line, new_id, taking_part
from services.cli.output import console, note, warn
from services.cli.session import Session
from services.cli.words import size
from shared.clock import Clock
from shared.errors import Invalid, TooLarge
from shared.harmless import harmless, one_line

# An answer has as many lines as it has, and none of them is marked as the last.
SETTLE_SECONDS = 0.25
SHOWN_CHARACTERS = 60


class Piped:
    """Each line is said when the one before has been answered; only commands are waited for."""

    def __init__(self, session: Session, clock: Clock, channel: str, name: str, wait_seconds: float) -> None:
        self._conversation = Conversation(session, clock, channel, name, self._hear, self._missed)
        self._wait_seconds = wait_seconds
        self._awaited = ""
        self._answers: asyncio.Queue[Line] = asyncio.Queue()

    async def run(self, source: BinaryIO) -> int:
        """Returns how many commands got no answer."""
        unanswered = 0
        async with taking_part(self._conversation) as conversation:
            async for text in lines_of(source):
                id = new_id()
                # Before it is said: an answer doesn't wait until the line is on disk.
                self._awaited = id if conversation.is_command(text) else ""
                await conversation.say(text, id)
                if self._awaited and not await self._was_answered():
                    unanswered += 1
                    note(f"no answer within {self._wait_seconds:g} s: {one_line(text, SHOWN_CHARACTERS)}")
        return unanswered

    async def _was_answered(self) -> bool:
        """Return when the answer seems to have come to its end."""
        answered = False
        try:
            async with asyncio.timeout(self._wait_seconds) as bound:
                while True:
                    line = await self._answers.get()
                    console.print(Text(harmless(line.text)), soft_wrap=True)
                    answered = True
                    bound.reschedule(asyncio.get_running_loop().time() + SETTLE_SECONDS)
        except TimeoutError:
            return answered

    def _hear(self, line: Line) -> None:
        if line.by_bot and line.in_reply_to == self._awaited:
            self._answers.put_nowait(line)

    def _missed(self) -> None:
        warn("the connection was lost and is back; answers may be missing")


async def lines_of(source: BinaryIO) -> AsyncIterator[str]:
    """Those with something in them."""
    number = 0
    while line := await _read_line(source):
        number += 1
        if len(line) > LINE_BYTES_MAX:
            raise TooLarge(f"line {number} has more than {size(LINE_BYTES_MAX)}")
        try:
            text = line.decode().strip()
        except UnicodeDecodeError as error:
            raise Invalid(f"line {number} is not valid UTF-8") from error
        if text:
            yield text


async def _read_line(source: BinaryIO) -> bytes:
    """In a thread for which nobody waits at the end: the line may never come."""
    found: Future[bytes] = Future()
    found.set_running_or_notify_cancel()

    def read() -> None:
        try:
            found.set_result(source.readline(LINE_BYTES_MAX + 1))
        except OSError as error:
            found.set_exception(Invalid(f"standard input can't be read: {error}"))

    Thread(target=read, name="lines", daemon=True).start()
    return await asyncio.wrap_future(found)
