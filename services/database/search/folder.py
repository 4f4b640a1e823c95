"""The folder of a tenant's indexes, and a note of which of them are complete, replaced as a whole.

An index that is built anew grows in a folder of its own. What the note doesn't name is what an interrupted building
has left behind, and is removed.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import orjson
import structlog

log = structlog.get_logger()

NOTE = "serving.json"


class IndexFolder:
    def __init__(self, path: Path, tenant: str) -> None:
        self._path = path
        self._tenant = tenant
        self._path.mkdir(parents=True, exist_ok=True)
        self._serving = {name: folder for name, folder in self._read().items() if (path / folder).is_dir()}
        self._newest = max((_generation(folder.name) for folder in self._folders()), default=0)
        self._tidy()

    def serving(self, name: str) -> Path | None:
        """None if there is none that is complete."""
        return self._path / self._serving[name] if name in self._serving else None

    def next(self, name: str) -> Path:
        """A new place, in which nothing is yet."""
        self._newest += 1
        return self._path / f"{name}-{self._newest}"

    def serve(self, name: str, folder: Path) -> None:
        """From now on, also after a restart, that one serves; the one before is left to be removed."""
        self._serving[name] = folder.name
        self._write()

    def forget(self, name: str) -> None:
        """It is removed. Whoever opens it next begins with a new one."""
        folder = self._serving.pop(name, None)
        if folder is not None:
            self._write()
            self.remove(self._path / folder)

    def remove(self, folder: Path) -> None:
        shutil.rmtree(folder, ignore_errors=True)

    def _write(self) -> None:
        new = self._path / f"{NOTE}.new"
        with new.open("wb") as file:
            file.write(orjson.dumps({"tenant": self._tenant, "serving": self._serving}))
            file.flush()
            os.fsync(file.fileno())
        new.replace(self._path / NOTE)
        folder = os.open(self._path, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _read(self) -> dict[str, str]:
        try:
            said = orjson.loads((self._path / NOTE).read_bytes())
            # In another database the same number may be another tenant's.
            serving = said["serving"].items() if said["tenant"] == self._tenant else ()
            return {name: folder for name, folder in serving if isinstance(folder, str)}
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return {}

    def _folders(self) -> Iterator[Path]:
        return (each for each in self._path.iterdir() if each.is_dir())

    def _tidy(self) -> None:
        for left in self._folders():
            if left.name not in self._serving.values():
                log.info("unfinished_index_removed", folder=left.name)
                self.remove(left)


def _generation(name: str) -> int:
    number = name.rpartition("-")[2]
    return int(number) if number.isdecimal() and len(number) < 10 else 0
