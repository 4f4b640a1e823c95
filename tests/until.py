"""Waiting for facts instead of for time."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable


async def until(
    condition: Callable[[], bool | Awaitable[bool]], *, seconds_max: float = 10.0, look_seconds: float = 0.005
) -> None:
    """Return as soon as the condition holds; fail when it doesn't in time."""
    async with asyncio.timeout(seconds_max):
        while not await _holds(condition):
            await asyncio.sleep(look_seconds)


async def _holds(condition: Callable[[], bool | Awaitable[bool]]) -> bool:
    answer = condition()
    return await answer if inspect.isawaitable(answer) else answer
