"""Reads along in the database file from another process: what a stretch of the log has touched, and what has become
of it. It never writes, so whoever commits doesn't notice."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import orjson

from services.database.content import notes_in
from services.database.sqlite import driver
from services.database.sqlite.connection import transaction, tune_for_reading
from services.database.sqlite.failures import translated
from services.database.sqlite.migrations import MIGRATIONS
from services.database.sqlite.numbers import PUT, base_of, entries_of, entry_of, seq_of
from services.database.sqlite.reads import annotated
from services.database.sqlite.rows import matching
from services.database.sqlite.schema import APPLICATION_ID
from shared.errors import Unavailable

BUSY_SECONDS_MAX = 5.0
# Of documents that are looked at together, before they are parsed.
BYTES_MAX = 16 * 1024**2


@dataclass(frozen=True, slots=True)
class TenantHead:
    number: int
    name: str
    last_seq: int


@dataclass(frozen=True, slots=True)
class Touched:
    """The documents that changes up to `until_seq` are about."""

    ids: Sequence[str]
    # Of those that are still there.
    numbers: Sequence[int]
    # That were given within these changes, and are no document's any more. There may be some that never were one's.
    gone: Sequence[int]
    until_seq: int


class Follower:
    """One connection. Each thread needs one of its own, or must wait for its turn."""

    def __init__(self, connection: driver.Connection) -> None:
        self._connection = connection
        self._stands_still = False

    @classmethod
    def open(cls, path: Path) -> Self:
        """Raises `Unavailable` as long as the database service has not made the file, or not in our form."""
        if not path.exists():
            raise Unavailable(f"There is no database {path} yet.")
        with translated():
            connection = driver.connect(str(path), busy_seconds_max=BUSY_SECONDS_MAX)
            try:
                # Before anything is set: another program's file is left alone.
                _expect_our_form(connection, path)
                tune_for_reading(connection)
            except BaseException:
                connection.close()
                raise
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

    def touched(self, tenant: int, since_seq: int, count_max: int, bytes_max: int = BYTES_MAX) -> Touched:
        """Of the next changes as many as are about documents of so many bytes, at least one."""
        with self._reading():
            rows = self._connection.execute(
                "SELECT entry, op, id FROM changes WHERE entry > ? AND entry <= ? ORDER BY entry LIMIT ?",
                (entry_of(tenant, since_seq), entries_of(tenant)[1], count_max),
            ).fetchall()
            there = self._there(tenant, list(dict.fromkeys(id for *_, id in rows)))
        sizes = {id: size for id, (_, size) in there.items()}
        rows = rows[: _fitting([sizes.pop(id, 0) for *_, id in rows], bytes_max)]
        ids = list(dict.fromkeys(id for *_, id in rows))
        numbers = {id: there[id][0] for id in ids if id in there}
        gone = [entry for entry, op, id in rows if op == PUT and (id not in numbers or entry < numbers[id])]
        return Touched(ids, list(numbers.values()), gone, seq_of(rows[-1][0]) if rows else since_seq)

    def _there(self, tenant: int, ids: Sequence[str]) -> dict[str, tuple[int, int]]:
        """Number and bytes of those that are."""
        statement = (
            "SELECT documents.id, no, ifnull(length(body), 0) FROM documents JOIN changes ON entry = current"
            " WHERE tenant = ? AND no > 0 AND documents.id IN {values}"
        )
        return {id: (no, size) for id, no, size in matching(self._connection, statement, ids, (tenant,))}

    def number(self, tenant: int, id: str) -> int | None:
        with self._reading():
            statement = "SELECT no FROM documents WHERE tenant = ? AND no > 0 AND id = ?"
            found = self._connection.execute(statement, (tenant, id)).fetchall()
        return found[0][0] if found else None

    def ids(self, numbers: Sequence[int]) -> dict[int, str]:
        with self._reading():
            return dict(matching(self._connection, "SELECT no, id FROM documents WHERE no IN {values}", numbers))

    def after(self, tenant: int, number: int, count_max: int, bytes_max: int = BYTES_MAX) -> list[int]:
        """The numbers of the documents that were created after that one, as many as fit, at least one."""
        with self._reading():
            first, last = max(number, base_of(tenant)), entries_of(tenant)[1]
            statement = (
                "SELECT no, ifnull(length(body), 0) FROM documents JOIN changes ON entry = current"
                " WHERE no > ? AND no <= ? ORDER BY no LIMIT ?"
            )
            rows = self._connection.execute(statement, (first, last, count_max)).fetchall()
        return [no for no, _ in rows[: _fitting([size for _, size in rows], bytes_max)]]

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
    def at_one_moment(self) -> Iterator[None]:
        """What is asked within it is answered as of the same moment, whoever commits meanwhile."""
        with self._reading():
            self._stands_still = True
            try:
                yield
            finally:
                self._stands_still = False

    @contextmanager
    def _reading(self) -> Iterator[None]:
        with translated(), nullcontext() if self._stands_still else transaction(self._connection, "DEFERRED"):
            yield


def _expect_our_form(connection: driver.Connection, path: Path) -> None:
    application, version = (
        connection.execute(f"PRAGMA {name}").fetchall()[0][0] for name in ("application_id", "user_version")
    )
    if (application, version) != (APPLICATION_ID, len(MIGRATIONS)):
        raise Unavailable(f"{path} has schema {version}, and this Postil reads {len(MIGRATIONS)}.")


def _fitting(sizes: Sequence[int], bytes_max: int) -> int:
    """How many of the first ones, at least one if there is one."""
    total = 0
    for count, size in enumerate(sizes):
        total += size
        if count and total > bytes_max:
            return count
    return len(sizes)
