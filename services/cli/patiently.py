"""Asking again while somebody is away."""

import asyncio
from collections.abc import Awaitable, Callable
from math import inf
from typing import TypeVar

from services.cli.output import note
from shared.errors import Unavailable
from shared.runtime.patience import Patience

ResultT = TypeVar("ResultT")

PAUSE_SECONDS_MIN = 0.1
PAUSE_SECONDS_MAX = 5.0


async def patiently(
    work: Callable[[], Awaitable[ResultT]], *, seconds_max: float = inf, tell: Callable[[str], None] | None = None
) -> ResultT:
    """Do it again until it can be done, or the time is up. Only for what is harmless when it is done twice."""
    clock = asyncio.get_running_loop()
    patience = Patience(PAUSE_SECONDS_MIN, PAUSE_SECONDS_MAX)
    give_up_at = clock.time() + seconds_max
    told = ""
    while True:
        try:
            return await work()
        except Unavailable as error:
            pause_seconds = patience.next_pause_seconds()
            if clock.time() + pause_seconds > give_up_at:
                raise
            if error.detail != told:
                told = error.detail
                (tell or _tell)(told)
            await asyncio.sleep(pause_seconds)


def _tell(because: str) -> None:
    note(f"waiting: {because}")
