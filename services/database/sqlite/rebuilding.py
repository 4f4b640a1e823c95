"""Builds everything that a tenant's log implies a second time, beside what the database has, in temporary tables.

They bear the names of the true ones: a name without a schema means the temporary table from then on, so the very code
that loads and writes for a commit works on them. The log itself is `main.changes`, and stays what it is.
"""

from services.database.books import TenantBook, Wanted
from services.database.findings import Findings
from services.database.records import Record
from services.database.replay import Replay
from services.database.sqlite import driver
from services.database.sqlite.loading import fill
from services.database.sqlite.numbers import OPS, base_of, entries_of, seq_of
from services.database.sqlite.rows import matching
from services.database.sqlite.upkeep import KEYS_KEPT_SINCE
from services.database.sqlite.writing import (
    update_collection,
    write_keys,
    write_notes,
    write_rows,
    write_superseded,
)

DERIVED = ("collections", "documents", "notes", "keys", "superseded")
CHANGES_AT_ONCE = 1_000

_LOG = """
    SELECT entry, op, collections.name, id, version, at, place, previous, body
    FROM main.changes LEFT JOIN main.collections ON collections.no = collection
    WHERE entry > ? AND entry <= ? ORDER BY entry LIMIT ?
"""


class Rebuilding:
    def __init__(self, connection: driver.Connection, tenant: str, number: int, findings: Findings) -> None:
        self._connection = connection
        self._tenant = tenant
        self.number = number
        self._findings = findings
        self._kept_since = _keys_kept_since(connection)
        # The tenant as the log has it, once it has been read.
        self.book = TenantBook(tenant)
        self.changes_read = 0
        # Pointers that are not as they should be: entry and the right one.
        self.previous: list[tuple[int, int | None]] = []

    def run(self) -> None:
        self._make_tables()
        after, last = entries_of(self.number)
        while rows := self._connection.execute(_LOG, (after, last, CHANGES_AT_ONCE)).fetchall():
            self._replay(rows)
            self.changes_read += len(rows)
            after = rows[-1][0]

    def _make_tables(self) -> None:
        statement = "SELECT sql FROM main.sqlite_schema WHERE tbl_name = ? AND sql IS NOT NULL ORDER BY type DESC"
        for table in DERIVED:
            for (sql,) in self._connection.execute(statement, (table,)).fetchall():
                made = sql.replace("CREATE TABLE ", "CREATE TEMP TABLE ", 1)
                self._connection.execute(made.replace("CREATE INDEX ", "CREATE INDEX temp.", 1))
        # Which number means which collection is no derivation.
        self._connection.execute(
            "INSERT INTO temp.collections (no, tenant, name, documents, last_seq)"
            " SELECT no, tenant, name, 0, 0 FROM main.collections WHERE tenant = ?",
            (self.number,),
        )

    def _replay(self, rows: list[driver.Row]) -> None:
        known = [row for row in rows if row[2] is not None]
        ids = {row[3] for row in known}
        before = self.book
        book = TenantBook(self._tenant, before.seq, before.documents, stored_as=self.number)
        fill(self._connection, book, Wanted(ids, collections={row[2] for row in known}, noted=ids))
        replay = Replay(book, self._kept_since, self._findings)
        for row in rows:
            if row[2] is None:
                self._findings.add("collection", f"change {seq_of(row[0])}", "unknown", "a collection")
                book.seq = seq_of(row[0])
            else:
                replay.apply(_record(row))
        self._write(replay)
        self.book = book

    def _write(self, replay: Replay) -> None:
        base = base_of(self.number)
        self.previous += [
            (base + seq, None if previous is None else base + previous) for seq, previous in replay.previous.items()
        ]
        for collection in replay.collections:
            update_collection(self._connection, collection)
        write_notes(self._connection, replay.posted.annotated)
        write_rows(self._connection, replay.posted.rows)
        # A key that had been forgotten may have been used again: the newest counts.
        keys = {key.key: (book, key) for book, key in replay.posted.keys}
        matching(self._connection, "DELETE FROM temp.keys WHERE key IN {values}", list(keys))
        write_keys(self._connection, list(keys.values()))
        write_superseded(self._connection, replay.posted.superseded)


def _record(row: driver.Row) -> Record:
    entry, op, collection, id, version, at, place, previous, body = row
    return Record(
        seq_of(entry),
        OPS[op],
        collection,
        id,
        version,
        at,
        place,
        None if previous is None else seq_of(previous),
        body,
    )


def _keys_kept_since(connection: driver.Connection) -> int:
    found = connection.execute("SELECT value FROM main.upkeep WHERE name = ?", (KEYS_KEPT_SINCE,)).fetchall()
    return int(found[0][0]) if found else 0
