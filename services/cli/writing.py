"""Files that are either whole or not there."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from shared.errors import Invalid


@contextmanager
def write_whole(path: Path) -> Iterator[BinaryIO]:
    """The file appears under its name when it is complete and on disk; after a failure nothing has changed."""
    # The process id, so that two of us don't write into the same one.
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with told_as_invalid(path), unfinished.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
            unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


@contextmanager
def told_as_invalid(path: Path | None) -> Iterator[None]:
    """A full disk or a folder that isn't there, as an error with the file's name in it."""
    try:
        yield
    except OSError as error:
        raise Invalid(f"{path} can't be written: {error.strerror}") from error
