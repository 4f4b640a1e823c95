"""The rows that were not taken, with the reason, as NDJSON."""

from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

import orjson

from services.cli.importing.rows import BadRow
from services.cli.writing import told_as_invalid
from shared.contracts.dead import as_text

REASONS_TOLD_MAX = 5


class Rejects:
    """`bytes_kept` is how much of the file an earlier part of the same import has written. Without a file the first
    few reasons are told instead."""

    def __init__(self, path: Path | None, *, bytes_kept: int = 0, tell: Callable[[str], None]) -> None:
        self._path = path
        self._tell = tell
        self._told = 0
        self._bytes_kept = bytes_kept
        self._file: BinaryIO | None = None

    def __enter__(self) -> Self:
        if self._path is None:
            return self
        with told_as_invalid(self._path):
            self._file = self._path.open("r+b" if self._bytes_kept and self._path.exists() else "w+b")
        length = self._file.seek(0, 2)
        self._file.truncate(self._file.seek(min(length, self._bytes_kept)))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._file is not None:
            with told_as_invalid(self._path):
                self._file.close()

    def write(self, file: str, bad: BadRow) -> None:
        piece = bad.piece
        if self._file is None:
            self._told += 1
            if self._told <= REASONS_TOLD_MAX:
                self._tell(f"{file}, {piece.number}: {bad.reason}")
            if self._told == REASONS_TOLD_MAX + 1:
                self._tell("and so on; --rejects FILE keeps all that is refused, with the reasons")
            return
        row, encoding = as_text(piece.content)
        line = {
            "file": file,
            "number": piece.number,
            "offset": piece.offset,
            "kind": bad.kind,
            "reason": bad.reason,
            "row": row,
            "encoding": encoding,
            **({"cut": True} if piece.cut else {}),
        }
        with told_as_invalid(self._path):
            self._file.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))

    def flush(self) -> int:
        """Hand it to the system; returns how long the file is."""
        if self._file is None:
            return 0
        with told_as_invalid(self._path):
            self._file.flush()
        return self._file.tell()
