"""Hears events: `listener plain|bus|raw URL SUBJECT`. It tells on the same line when it has heard a round.

In any turn it reports what it has heard since the last one, and how long each round took.
"""

import asyncio
import sys
from time import perf_counter_ns

import structlog

from benchmarks.players import say, turns
from benchmarks.players.events import Tally, packed_round, told_on, unpacked
from benchmarks.players.lines import LOOPS, Line, connected
from benchmarks.players.report import Report


class Listener:
    def __init__(self, line: Line, subject: str) -> None:
        self._line = line
        self._subject = subject
        self._tally = Tally()
        self._telling: asyncio.Task[None] | None = None

    async def listen(self) -> None:
        await self._line.listen(self._subject, self._hear)

    def _hear(self, payload: bytes) -> None:
        # On Linux and macOS this clock is the machine's, not the process's: the sender's stamp is of the same.
        now_ns = perf_counter_ns()
        event = unpacked(payload)
        if self._tally.hear(event, now_ns):
            telling = self._line.publish(told_on(self._subject), packed_round(event.round))
            self._telling = asyncio.ensure_future(telling)

    def report(self) -> Report:
        """And begin anew."""
        tally, self._tally = self._tally, Tally()
        return Report(done=tally.heard, microseconds=tally.microseconds)


async def play(kind: str, url: str, subject: str) -> None:
    line = await connected(kind, url)
    listener = Listener(line, subject)
    await listener.listen()
    say({"ready": True})
    async for _ in turns():
        say(listener.report().model_dump())
    await line.close()


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    LOOPS[sys.argv[1]](play(*sys.argv[1:]))
