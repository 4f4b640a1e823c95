"""The programs that are measured, or measured against: one process each, started by `benchmarks.playing`."""

import asyncio
import sys
from collections.abc import AsyncIterator, Mapping, Sequence

import orjson


def say(what: Mapping[str, object]) -> None:
    """One line to the scenario."""
    sys.stdout.buffer.write(orjson.dumps(what) + b"\n")
    sys.stdout.buffer.flush()


async def until_told() -> None:
    """Until the scenario closes our standard input."""
    await asyncio.to_thread(sys.stdin.buffer.read)


async def turns() -> AsyncIterator[Sequence[str]]:
    """The words of each turn we are given, until the scenario closes our standard input."""
    while line := await asyncio.to_thread(sys.stdin.buffer.readline):
        yield line.decode().split()
