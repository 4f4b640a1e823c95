"""The folder of a tenant's indexes: which generation of each one serves, told by a note that is replaced as a whole.

An index that is built anew grows beside the one that serves, in a folder of the next generation. What no note names is
what an interrupted building has left behind, and is removed.
"""

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

import orjson
import structlog

log = structlog.get_logger()

NOTE = "serving.json"


class IndexFolder:
    def __init__(self, path: Path, names: Iterable[str]) -> None:
        self._path = path
        self._path.mkdir(parents=True, exist_ok=True)
        self._serving = self._read(names)
        self._newest = dict(self._serving)
        self._tidy()

    def serving(self, name: str) -> Path:
        return self._folder(name, self._serving[name])

    def next(self, name: str) -> Path:
        """A new place, in which nothing is yet."""
        self._newest[name] += 1
        return self._folder(name, self._newest[name])

    def serve(self, name: str, folder: Path) -> None:
        """From now on, also after a restart, that one serves."""
        self._serving[name] = int(folder.name.rpartition("-")[2])
        new = self._path / f"{NOTE}.new"
        with new.open("wb") as file:
            file.write(orjson.dumps(self._serving))
            file.flush()
            os.fsync(file.fileno())
        new.replace(self._path / NOTE)

    def remove(self, folder: Path) -> None:
        shutil.rmtree(folder, ignore_errors=True)

    def _folder(self, name: str, generation: int) -> Path:
        return self._path / f"{name}-{generation}"

    def _read(self, names: Iterable[str]) -> dict[str, int]:
        try:
            said = orjson.loads((self._path / NOTE).read_bytes())
        except (OSError, ValueError):
            said = {}
        known = said if isinstance(said, dict) else {}
        return {name: generation if type(generation := known.get(name)) is int else 1 for name in names}

    def _tidy(self) -> None:
        serving = {self.serving(name) for name in self._serving}
        for left in self._path.iterdir():
            if left.is_dir() and left not in serving:
                log.info("unfinished_index_removed", folder=left.name)
                self.remove(left)
