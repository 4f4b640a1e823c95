"""The data folder while a system runs on it: who may use it, and the note by which others find the system.

The lock is on the folder itself, so it leaves no file behind and ends with its process, however that ends.
"""

import asyncio
import fcntl
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryFile
from typing import Self

import orjson
import structlog

from shared.bus.connect import ENDPOINTS_FILE
from shared.errors import Conflict, Unavailable

log = structlog.get_logger()

LOOK_SECONDS = 0.05


class DataFolder:
    def __init__(self, path: Path, lock: int) -> None:
        self.path = path
        self._lock = lock
        # Of a system that was killed here and may not be gone altogether.
        self._leftovers = [pid for pid in _pids_in_note(path) or () if _lives(pid)]
        self._note = path / ENDPOINTS_FILE
        self._draft = path / f"{ENDPOINTS_FILE}.new"

    @classmethod
    def claim(cls, path: Path) -> Self:
        """Ours until `release`. What a killed system wrote there about itself is removed."""
        try:
            path.mkdir(parents=True, exist_ok=True)
            with TemporaryFile(dir=path):
                lock = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        except OSError as error:
            raise Unavailable(f"the data folder {path} can't be used: {error.strerror}") from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(lock)
            raise Conflict(f"another `postil up` runs on {path} already") from error
        except OSError as error:
            os.close(lock)
            raise Unavailable(f"the data folder {path} can't be locked: {error.strerror}") from error
        folder = cls(path, lock)
        folder.forget()
        return folder

    async def until_vacated(self, seconds_max: float) -> None:
        """Wait for the processes of a killed system: they stop by themselves, and until then they hold their files."""
        if not self._leftovers:
            return
        log.warning("waiting_for_leftovers", pids=self._leftovers)
        clock = asyncio.get_running_loop()
        deadline = clock.time() + seconds_max
        while clock.time() < deadline:
            if not any(map(_lives, self._leftovers)):
                return
            await asyncio.sleep(LOOK_SECONDS)

    def announce(self, nats_url: str, pids: Mapping[str, int]) -> None:
        """Whoever reads the note at any time reads a whole one."""
        self._draft.touch(mode=0o600)
        self._draft.write_bytes(orjson.dumps({"nats_url": nats_url, "pids": dict(pids)}) + b"\n")
        self._draft.replace(self._note)

    def forget(self) -> None:
        self._note.unlink(missing_ok=True)
        self._draft.unlink(missing_ok=True)

    def release(self) -> None:
        self.forget()
        os.close(self._lock)


def check_alive(path: Path) -> None:
    """Raise if the note in this folder is that of a system which was killed: nobody would answer there."""
    if (path / ENDPOINTS_FILE).exists() and not somebody_lives(path):
        raise Unavailable(f"nothing is running on {path} any more: start it again with `postil up`")


def somebody_lives(path: Path) -> bool:
    """Whether any process of the note in this folder is there. One that can't be read proves nothing."""
    pids = _pids_in_note(path)
    return pids is None or any(map(_lives, pids))


def _pids_in_note(path: Path) -> Sequence[int] | None:
    try:
        return [int(pid) for pid in orjson.loads((path / ENDPOINTS_FILE).read_bytes())["pids"].values()]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return not _is_zombie(pid)


def _is_zombie(pid: int) -> bool:
    """It has ended, and its parent has not asked how; where that was a killed supervisor, that may take a while."""
    try:
        # Behind the name, which stands in parentheses and may hold anything.
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return False
