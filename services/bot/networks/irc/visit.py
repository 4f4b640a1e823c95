"""One stay on a network, from the connection to its end: it reads, it speaks in its turn, and it looks after it."""

import asyncio
from contextlib import suppress

from services.bot.networks.irc.connection import Connection
from services.bot.networks.irc.flood import Bucket
from services.bot.networks.irc.lines import write_line
from services.bot.networks.irc.session import Session
from services.bot.networks.network import Hear
from shared.clock import Clock
from shared.contracts.chat import Say
from shared.errors import PostilError, Unavailable
from shared.settings import IrcSettings

TICK_SECONDS = 1.0
ANSWER_SECONDS_MAX = 30.0
GOODBYE = "until later"


class Visit:
    def __init__(self, settings: IrcSettings, connection: Connection, clock: Clock, hear: Hear) -> None:
        self._settings = settings
        self._connection = connection
        self._clock = clock
        self._bucket = Bucket(clock, settings.burst_count, settings.pause_seconds)
        self._something_to_say = asyncio.Event()
        self._heard_at = self._now()
        self._asked_at: float | None = None
        self.is_over = False
        self.session = Session(settings, clock, hear)

    async def stay(self) -> None:
        """Until something ends it, which is raised."""
        self.session.start()
        self._send_at_once()
        loops = [asyncio.create_task(loop) for loop in (self._read(), self._speak(), self._look())]
        try:
            done, _ = await asyncio.wait(loops, return_when=asyncio.FIRST_COMPLETED)
            for each in done:
                await each
        except PostilError as error:
            self.session.sayings.lose(error.detail)
            raise
        finally:
            self.is_over = True
            await _ended(loops)
            self.session.sayings.lose("the connection was closed")

    async def say(self, say: Say) -> None:
        saying = self.session.say(say)
        self._something_to_say.set()
        await saying.done

    async def leave(self) -> None:
        """Politely, and without waiting for an answer."""
        with suppress(PostilError):
            self._connection.write(write_line("QUIT", GOODBYE))
            await self._connection.drain()

    async def _read(self) -> None:
        while True:
            lines = await self._connection.read()
            self._heard_at, self._asked_at = self._now(), None
            for line in lines:
                self.session.receive(line)
            self._send_at_once()

    def _send_at_once(self) -> None:
        for line in self.session.out.take_at_once():
            self._connection.write(line)
        if self.session.out.has_in_turn:
            self._something_to_say.set()

    async def _speak(self) -> None:
        out, sayings = self.session.out, self.session.sayings
        while True:
            if not (out.has_in_turn or sayings.waiting_count):
                self._something_to_say.clear()
                await self._something_to_say.wait()
            if wait_seconds := self._bucket.wait_seconds():
                await asyncio.sleep(wait_seconds)
            line = out.take_one_in_turn() or sayings.next_line()
            if line is not None:
                await self._send(line)
            if sayings.wants_confirmation():
                await self._send(write_line("PING", sayings.ask(self._now())))

    async def _send(self, line: str) -> None:
        self._bucket.take()
        self._connection.write(line)
        await self._connection.drain()

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(TICK_SECONDS)
            self.session.tick()
            self._send_at_once()
            self._check_silence()

    def _check_silence(self) -> None:
        now, silence_seconds_max = self._now(), self._settings.silence_seconds_max
        if self._asked_at is not None:
            if now - self._asked_at > min(silence_seconds_max, ANSWER_SECONDS_MAX):
                raise Unavailable(f"the server has been silent for {now - self._heard_at:.0f} s")
        elif now - self._heard_at > silence_seconds_max:
            self._asked_at = now
            self._connection.write(write_line("PING", "are-you-there"))

    def _now(self) -> float:
        return self._clock.now().timestamp()


async def _ended(loops: list["asyncio.Task[None]"]) -> None:
    for loop in loops:
        loop.cancel()
    await asyncio.gather(*loops, return_exceptions=True)
