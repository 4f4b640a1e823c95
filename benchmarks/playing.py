"""Players: programs that a scenario measures, or measures against, each in a process of its own.

A player says one line of JSON when it is ready. It may then be given turns: one line of words to it, one line of JSON
back. It ends when its standard input does, and may then say one more: its report. That is all they have in common, so
one in C is played like one in Python.
"""

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import orjson

READY_SECONDS_MAX = 20.0
TURN_SECONDS_MAX = 60.0
END_SECONDS_MAX = 60.0
LINE_BYTES_MAX = 64 * 1024 * 1024

# A module of ours is named as `benchmarks.players.…`.
Command = Sequence[object]


class Player:
    def __init__(self, process: Process) -> None:
        self._process = process

    @property
    def pid(self) -> int:
        return self._process.pid

    async def until_ready(self) -> Mapping[str, object]:
        return await self._line(READY_SECONDS_MAX)

    async def turn(self, *words: object) -> Mapping[str, object]:
        """Tell it what to do now, and hear what came of it."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{' '.join(map(str, words))}\n".encode())
        return await self._line(TURN_SECONDS_MAX)

    async def report(self) -> Mapping[str, object]:
        """End it, and hear what it has to say about that."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        return await self._line(END_SECONDS_MAX)

    async def end(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            await asyncio.wait_for(self._process.wait(), END_SECONDS_MAX)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()

    async def _line(self, seconds_max: float) -> Mapping[str, object]:
        assert self._process.stdout is not None
        line = await asyncio.wait_for(self._process.stdout.readline(), seconds_max)
        if not line:
            raise RuntimeError(f"a player ended with {await self._process.wait()} before it had said what it should")
        said: Mapping[str, object] = orjson.loads(line)
        return said


@asynccontextmanager
async def playing(*command: str | Path) -> AsyncIterator[Player]:
    """A player that is ready, and gone at the end."""
    async with playing_together(command) as players:
        yield players[0]


@asynccontextmanager
async def playing_together(*commands: Command) -> AsyncIterator[Sequence[Player]]:
    """Several of them, which start at the same time: each takes a good part of a second."""
    players: list[Player] = []
    try:
        for command in commands:
            player = await _started(command)
            players.append(player)
        for player in players:
            await player.until_ready()
        yield players
    finally:
        await asyncio.gather(*(player.end() for player in players))


async def _started(command: Command) -> Player:
    words = [str(word) for word in command]
    if words[0].startswith("benchmarks."):
        words = [sys.executable, "-m", *words]
    # A Ctrl-C is for us alone: what we have started, we stop ourselves.
    return Player(
        await asyncio.create_subprocess_exec(
            *words, stdin=PIPE, stdout=PIPE, limit=LINE_BYTES_MAX, start_new_session=True
        )
    )
