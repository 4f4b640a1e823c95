"""Publishes rounds of events: `publisher plain|bus|raw URL SUBJECT SECONDS_MAX CONNECTIONS`, a task on each connection.

A turn is `ROUNDS EVENTS`, the events of one connection in a round. It ends with the first round that nobody has heard.
"""

import asyncio
import sys
from collections.abc import Sequence
from time import perf_counter, perf_counter_ns

import structlog

from benchmarks.players import say, turns
from benchmarks.players.events import Event, packed_round, told_on
from benchmarks.players.lines import LOOPS, Line, connected
from benchmarks.players.report import Report


class Publisher:
    def __init__(self, lines: Sequence[Line], subject: str, seconds_max: float) -> None:
        self._lines = lines
        self._subject = subject
        self._seconds_max = seconds_max
        self._awaited = b""
        self._told = asyncio.Event()

    async def listen(self) -> None:
        await self._lines[0].listen(told_on(self._subject), self._hear_told)

    def _hear_told(self, payload: bytes) -> None:
        if payload == self._awaited:
            self._told.set()

    async def publish(self, rounds: int, events: int) -> Report:
        begun = perf_counter()
        done = 0
        while done < rounds and await self._one_round(done, events):
            done += 1
        return Report(done=done, seconds=perf_counter() - begun)

    async def _one_round(self, number: int, events: int) -> bool:
        self._awaited = packed_round(number)
        self._told.clear()
        of = events * len(self._lines)
        shares = (range(first, first + events) for first in range(0, of, events))
        sending = (self._send(line, number, share, of) for line, share in zip(self._lines, shares, strict=True))
        try:
            async with asyncio.timeout(self._seconds_max):
                await asyncio.gather(*sending)
                await self._told.wait()
        except TimeoutError:
            return False
        return True

    async def _send(self, line: Line, round_number: int, share: range, of: int) -> None:
        for number in share:
            await line.publish(self._subject, Event(perf_counter_ns(), round_number, number, of).pack())


async def play(kind: str, url: str, subject: str, seconds_max: str, connections: str = "1") -> None:
    lines = [await connected(kind, url) for _ in range(int(connections))]
    publisher = Publisher(lines, subject, float(seconds_max))
    await publisher.listen()
    say({"ready": True})
    async for rounds, events in turns():
        say((await publisher.publish(int(rounds), int(events))).model_dump())
    for line in lines:
        await line.close()


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    LOOPS[sys.argv[1]](play(*sys.argv[1:]))
