"""The SQLite library: the one module that imports it, and its shape in types.

Deliberately not the interpreter's own: SQLite before 3.51.3 can corrupt a database when one connection checkpoints
while another one writes.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol, cast

import pysqlite3.dbapi2 as _library  # type: ignore[import-untyped]  # it ships no types

Value = int | float | str | bytes | None

# What a column holds is known to the SQL that asked for it, and to nobody else.
Row = tuple[Any, ...]


class Cursor(Protocol):
    @property
    def lastrowid(self) -> int: ...

    def fetchall(self) -> list[Row]: ...

    def __iter__(self) -> Iterator[Row]: ...

    def close(self) -> None: ...


class Connection(Protocol):
    @property
    def in_transaction(self) -> bool: ...

    def execute(self, sql: str, parameters: Sequence[Value] | Mapping[str, Value] = ()) -> Cursor: ...

    def close(self) -> None: ...


Error: type[Exception] = _library.Error
IntegrityError: type[Exception] = _library.IntegrityError

VERSION: tuple[int, ...] = _library.sqlite_version_info

# Enough for every statement of the store, each in the few sizes that `rows.py` knows.
_STATEMENTS_KEPT = 256


def connect(path: str, *, busy_seconds_max: float) -> Connection:
    """Transactions are begun and ended by hand."""
    connection = _library.connect(
        path, timeout=busy_seconds_max, isolation_level=None, cached_statements=_STATEMENTS_KEPT
    )
    return cast(Connection, connection)


def result_code(error: BaseException) -> int:
    """SQLite's primary result code, or 0 if the library itself complained."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF
