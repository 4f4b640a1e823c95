"""The SQLite library: the one module that imports it, and its shape in types.

Deliberately not the interpreter's own: SQLite before 3.51.3 can corrupt a database when one connection checkpoints
while another one writes. APSW carries a newer one in wheels, for every platform that we run on.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol, cast

import apsw

Value = int | float | str | bytes | None

# What a column holds is known to the SQL that asked for it, and to nobody else.
Row = tuple[Any, ...]


class Cursor(Protocol):
    def fetchall(self) -> list[Row]: ...

    def __iter__(self) -> Iterator[Row]: ...

    def close(self) -> None: ...


class Connection(Protocol):
    @property
    def in_transaction(self) -> bool: ...

    def execute(self, sql: str, parameters: Sequence[Value] | Mapping[str, Value] = ()) -> Cursor: ...

    def close(self) -> None: ...


Error: type[Exception] = apsw.Error
IntegrityError: type[Exception] = apsw.ConstraintError

VERSION = tuple(int(part) for part in apsw.sqlite_lib_version().split("."))

# Enough for every statement of the store, each in the few sizes that `rows.py` knows.
_STATEMENTS_KEPT = 256


def connect(path: str, *, busy_seconds_max: float) -> Connection:
    """Transactions are begun and ended by hand."""
    connection = apsw.Connection(path, statementcachesize=_STATEMENTS_KEPT)
    connection.set_busy_timeout(int(busy_seconds_max * 1_000))
    return cast(Connection, connection)


def result_code(error: BaseException) -> int:
    """SQLite's primary result code, or 0 if the library itself complained."""
    return int(getattr(error, "result", 0)) & 0xFF


def result_name(error: BaseException) -> str:
    """What SQLite calls its result, in full, for the log."""
    return str(apsw.mapping_extended_result_codes.get(getattr(error, "extendedresult", -1), type(error).__name__))
