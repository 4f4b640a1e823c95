"""One database service per file: a lock that the operating system takes back however its holder ends."""

import fcntl
import os
from pathlib import Path

from shared.errors import Unavailable


class FileLock:
    """Held from its making until it is released. It lies beside the database, whose own locks are SQLite's affair."""

    def __init__(self, database: Path) -> None:
        path = database.with_name(database.name + ".lock")
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise Unavailable(f"The directory {database.parent} can't be written: {error.strerror}.") from error
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.pread(self._file, 32, 0).decode(errors="replace").strip()
            os.close(self._file)
            raise Unavailable(f"{database} is in use by another database service (process {holder}).") from error
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, f"{os.getpid()}\n".encode(), 0)

    def release(self) -> None:
        os.close(self._file)
