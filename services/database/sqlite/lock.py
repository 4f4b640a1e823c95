"""One database service per file: a lock that the operating system takes back however its holder ends."""

import fcntl
import os
from pathlib import Path

from shared.errors import Unavailable


class FileLock:
    """Held from its making until it is released. It lies beside the database, whose own locks are SQLite's affair."""

    def __init__(self, database: Path) -> None:
        self._path = database.with_name(database.name + ".lock")
        try:
            self._file = self._open_and_lock()
        except BlockingIOError as error:
            raise Unavailable(f"{database} is in use by another database service{self._holder()}.") from error
        except OSError as error:
            raise Unavailable(f"The directory {database.parent} can't be written: {error.strerror}.") from error
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, f"{os.getpid()}\n".encode(), 0)

    def release(self) -> None:
        # Removed while it is still locked: whoever waits for this very file finds that it is another one by then.
        if self._is_there(self._file):
            self._path.unlink()
        os.close(self._file)

    def _open_and_lock(self) -> int:
        while True:
            file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if self._is_there(file):
                    return file
            except BaseException:
                os.close(file)
                raise
            os.close(file)

    def _is_there(self, file: int) -> bool:
        try:
            return os.path.samestat(os.fstat(file), self._path.stat())
        except FileNotFoundError:
            return False

    def _holder(self) -> str:
        try:
            return f" (process {self._path.read_text(errors='replace').strip()})"
        except OSError:
            return ""
