"""Files that outlive every crash: some only grow, and one small one, replaced as a whole, says how far they count.

What stands behind that point was being written when the process died, and is written over.
"""

import os
from pathlib import Path
from types import TracebackType
from typing import Self

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from services.database.search.index import Outdated

STATE = "state.json"
FORMAT = 1


class GrowingFile:
    def __init__(self, path: Path, size: int) -> None:
        """`size` bytes of it count. Raises `Outdated` if there are fewer."""
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        self._path = path
        self.size = size
        self._dirty = False
        if os.fstat(self._file).st_size < size:
            self.close()
            raise Outdated(f"{path} is shorter than it should be")
        os.ftruncate(self._file, size)

    def append(self, data: bytes) -> None:
        """If it fails, what got written is written over by the next."""
        self._dirty = True
        left, place = memoryview(data), self.size
        while left:
            written = os.pwrite(self._file, left, place)
            left, place = left[written:], place + written
        self.size = place

    def cut(self, size: int) -> None:
        """Forget what was appended behind that."""
        self.size = size

    def read(self, begin: int, size: int) -> bytes:
        parts: list[bytes] = []
        while size and (part := os.pread(self._file, size, begin)):
            parts.append(part)
            begin, size = begin + len(part), size - len(part)
        if size:
            raise Outdated(f"{self._path} is shorter than it should be")
        return b"".join(parts)

    def sync(self) -> None:
        if self._dirty:
            os.fsync(self._file)
            self._dirty = False

    def close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


class KeptCodes(BaseModel):
    """Which file has the codes, and how many vectors there were when they were last trained."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    file: str
    trained_count: int = Field(ge=1)


class KeptRows(BaseModel):
    """How much of the files of one model counts."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    folder: str
    model: str
    dimensions: int = Field(ge=1)
    rows: int = Field(ge=0)
    marks: int = Field(ge=0)
    codes: KeptCodes | None = None


class State(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    format: int = FORMAT
    # By age, the oldest first.
    models: tuple[KeptRows, ...] = ()
    next_folder: int = Field(default=1, ge=1)


def read_state(folder: Path) -> State:
    """An empty one, if there is none. Raises `Outdated`."""
    try:
        said = orjson.loads((folder / STATE).read_bytes())
        state = State.model_validate(said)
    except FileNotFoundError:
        return State()
    except (ValueError, ValidationError) as error:
        raise Outdated(f"{folder / STATE} says nothing of use: {error}") from error
    if state.format != FORMAT:
        raise Outdated(f"{folder / STATE} has form {state.format}, not {FORMAT}")
    return state


def write_state(folder: Path, state: State) -> None:
    """What it speaks of must be on disk already."""
    new = folder / f"{STATE}.new"
    new.write_bytes(orjson.dumps(state.model_dump()))
    settle(new, folder / STATE)


def settle(new: Path, path: Path) -> None:
    """Put a file that has been written in its place, for good."""
    sync(new)
    new.replace(path)
    sync(path.parent)


def sync(path: Path) -> None:
    """Of a folder: which files are in it."""
    file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(file)
    finally:
        os.close(file)
