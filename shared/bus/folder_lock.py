"""A lock on a folder, held by a process and by those to whom it passes it on, and gone with the last of them."""

import asyncio
import fcntl
import os
from pathlib import Path

from shared.errors import Unavailable

LOCK_SECONDS_MAX = 3.0
LOOK_SECONDS = 0.02


async def lock_file(file: Path, busy: str) -> int:
    """The descriptor that holds the lock. Its last holder may have just died, and need a moment to end."""
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        async with asyncio.timeout(LOCK_SECONDS_MAX):
            while not _try(descriptor):  # noqa: ASYNC110  the kernel tells nobody when a lock is free
                await asyncio.sleep(LOOK_SECONDS)
    except TimeoutError as error:
        os.close(descriptor)
        raise Unavailable(busy) from error
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _try(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
