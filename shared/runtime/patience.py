"""Waiting for somebody who is away: pauses that grow, and end at once when we are told to stop."""

import asyncio
from dataclasses import dataclass


@dataclass(slots=True)
class Patience:
    seconds_min: float
    seconds_max: float
    _tries: int = 0

    def next_pause_seconds(self) -> float:
        pause = min(self.seconds_min * 2.0**self._tries, self.seconds_max)
        self._tries = min(self._tries + 1, 32)
        return pause

    def reset(self) -> None:
        self._tries = 0


async def pause_unless(stopping: asyncio.Event, seconds: float) -> bool:
    """Wait; True if the event came first."""
    try:
        async with asyncio.timeout(seconds):
            await stopping.wait()
    except TimeoutError:
        return False
    return True
