"""What a full disk does to a nats-server: it writes nothing more to that stream, also when there is room again.

What it has acknowledged is safe; but it must be started anew before it takes anything in.
"""

import asyncio
import shutil
from pathlib import Path

import structlog

log = structlog.get_logger()

MARK = b"ritical write error"
LOOK_SECONDS = 2.0
LOOK_BYTES_MAX = 1024 * 1024
ROOM_BYTES_MIN = 64 * 1024 * 1024


async def until_stuck_with_room(log_file: Path, position: int) -> None:
    """Return when the server has failed to write, and could write now if it were started anew."""
    stuck = False
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        said, position = _news(log_file, position)
        if MARK in said and not stuck:
            stuck = True
            log.error("disk_full", because="the broker can't write; it goes on when there is room", log=str(log_file))
        if stuck and shutil.disk_usage(log_file.parent).free >= ROOM_BYTES_MIN:
            return


def _news(log_file: Path, position: int) -> tuple[bytes, int]:
    try:
        # It begins anew when it has become too long.
        position = min(position, log_file.stat().st_size)
        with log_file.open("rb") as file:
            # A little again, lest the mark be cut in two.
            file.seek(max(0, position - len(MARK)))
            said = file.read(LOOK_BYTES_MAX)
            return said, file.tell()
    except OSError:
        return b"", position
