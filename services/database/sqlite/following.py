"""Reads along in the database file from another process: what a stretch of the log has touched, and what has become
of it. It never writes, so whoever commits doesn't notice."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import orjson

from services.database.content import notes_in
from services.database.sqlite import driver
from services.database.sqlite.connection import transaction, tune_for_reading
from services.database.sqlite.failures import translated
from services.database.sqlite.migrations import MIGRATIONS
from services.database.sqlite.numbers import base_of, entries_of, entry_of, seq_of
from services.database.sqlite.reads import annotated
from services.database.sqlite.rows import matching
from shared.errors import Unavailable

BUSY_SECONDS_MAX = 5.0


@dataclass(frozen=True, slots=True)
class TenantHead:
    number: int
    name: str
    last_seq: int


@dataclass(frozen=True, slots=True)
class Touched:
    """The documents that changes up to `until_seq` are about, and the numbers of those that are still there."""

    ids: Sequence[str]
    numbers: Sequence[int]
    until_seq: int


class Follower:
    """One connection. Each thread needs one of its own, or must wait for its turn."""

    def __init__(self, connection: driver.Connection) -> None:
        self._connection = connection

    @classmethod
    def open(cls, path: Path) -> Self:
        """Raises `Unavailable` as long as the database service has not made the file, or not in our form."""
        if not path.exists():
            raise Unavailable(f"There is no database {path} yet.")
        with translated():
            connection = driver.connect(str(path), busy_seconds_max=BUSY_SECONDS_MAX)
            try:
                tune_for_reading(connection)
                [(version,)] = connection.execute("PRAGMA user_version").fetchall()
            except BaseException:
                connection.close()
                raise
        if version != len(MIGRATIONS):
            connection.close()
            raise Unavailable(f"{path} has schema {version}, and this Postil reads {len(MIGRATIONS)}.")
        return cls(connection)

    def close(self) -> None:
        self._connection.close()

    def version(self) -> int:
        """Another number whenever somebody has committed. It costs next to nothing."""
        with translated():
            return int(self._connection.execute("PRAGMA data_version").fetchall()[0][0])

    def tenants(self) -> list[TenantHead]:
        with self._reading():
            return [
                TenantHead(*row) for row in self._connection.execute("SELECT no, name, seq FROM tenants").fetchall()
            ]

    def touched(self, tenant: int, since_seq: int, count_max: int) -> Touched:
        with self._reading():
            rows = self._connection.execute(
                "SELECT entry, id FROM changes WHERE entry > ? AND entry <= ? ORDER BY entry LIMIT ?",
                (entry_of(tenant, since_seq), entries_of(tenant)[1], count_max),
            ).fetchall()
            ids = list(dict.fromkeys(id for _, id in rows))
            return Touched(ids, self._numbers(tenant, ids), seq_of(rows[-1][0]) if rows else since_seq)

    def numbers(self, tenant: int, ids: Sequence[str]) -> list[int]:
        with self._reading():
            return self._numbers(tenant, ids)

    def ids(self, numbers: Sequence[int]) -> dict[int, str]:
        with self._reading():
            return dict(matching(self._connection, "SELECT no, id FROM documents WHERE no IN {values}", numbers))

    def _numbers(self, tenant: int, ids: Sequence[str]) -> list[int]:
        statement = "SELECT no FROM documents WHERE tenant = ? AND no > 0 AND id IN {values}"
        return [no for (no,) in matching(self._connection, statement, ids, (tenant,))]

    def after(self, tenant: int, number: int, count_max: int) -> list[int]:
        """The numbers of the documents that were created after that one."""
        with self._reading():
            first = max(number, base_of(tenant))
            statement = "SELECT no FROM documents WHERE no > ? AND no <= ? ORDER BY no LIMIT ?"
            last = entries_of(tenant)[1]
            return [no for (no,) in self._connection.execute(statement, (first, last, count_max)).fetchall()]

    def documents(self, numbers: Sequence[int]) -> dict[int, bytes]:
        """As `get` answers them, by number; those that are gone are left out."""
        with self._reading():
            rows = self._bodies(numbers)
            return dict(zip([no for no, _ in rows], annotated(self._connection, rows), strict=True))

    def states(self, numbers: Sequence[int]) -> list[tuple[int, dict[str, object], dict[str, dict[str, object]]]]:
        """Number, document and notes by step, parsed; in the order of their numbers."""
        with self._reading():
            rows = self._bodies(numbers)
            notes = self._notes([no for no, _ in rows])
        return [(no, orjson.loads(body), notes.get(no, {})) for no, body in rows]

    def _bodies(self, numbers: Sequence[int]) -> list[driver.Row]:
        statement = (
            "SELECT no, body FROM documents JOIN changes ON entry = current WHERE body NOT NULL AND no IN {values}"
        )
        return sorted(matching(self._connection, statement, numbers))

    def _notes(self, numbers: Sequence[int]) -> dict[int, dict[str, dict[str, object]]]:
        statement = "SELECT document, entry, step FROM notes WHERE document IN {values}"
        rows = matching(self._connection, statement, numbers)
        entries = list(dict.fromkeys(entry for _, entry, _ in rows))
        statement = "SELECT entry, body FROM changes WHERE entry IN {values}"
        said = {entry: notes_in(body) for entry, body in matching(self._connection, statement, entries)}
        notes: dict[int, dict[str, dict[str, object]]] = {}
        for document, entry, step in rows:
            if step in said[entry]:
                notes.setdefault(document, {})[step] = dict(said[entry][step])
        return notes

    @contextmanager
    def _reading(self) -> Iterator[None]:
        with translated(), transaction(self._connection, "DEFERRED"):
            yield
