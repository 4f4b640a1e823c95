"""SQLite's own full text (FTS5) as a peer: the same documents, the same questions, ranked by the same measure, bm25.

It has no stems to look up, and its file needs no fsync, because here it is only asked: both make it the stricter peer.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast

import apsw
from pydantic import JsonValue

from services.database.sqlite import driver

CREATE = """
    PRAGMA journal_mode = OFF;
    PRAGMA synchronous = OFF;
    PRAGMA cache_size = -262144;
    CREATE TABLE documents (no INTEGER PRIMARY KEY, collection TEXT NOT NULL, kind TEXT NOT NULL);
    CREATE VIRTUAL TABLE words USING fts5 (title, text, content = '', tokenize = 'unicode61 remove_diacritics 2');
"""
BEST = """
    WITH matching AS MATERIALIZED (
        SELECT rowid AS no, bm25(words, 2.0, 1.0) AS score FROM words WHERE words MATCH :asked
    )
    SELECT matching.no, count(*) OVER () FROM matching JOIN documents ON documents.no = matching.no
    WHERE :collection IS NULL OR documents.collection = :collection
    ORDER BY score LIMIT :limit
"""
NEWEST = "SELECT rowid FROM words WHERE words MATCH :asked ORDER BY rowid DESC LIMIT :limit"
COUNT = "SELECT count(*) FROM words WHERE words MATCH :asked"
FACETS = """
    SELECT {name}, count(*) FROM words JOIN documents ON documents.no = words.rowid
    WHERE words MATCH :asked GROUP BY 1
"""

Found = tuple[list[int], int]


class FullText:
    def __init__(self, file: Path) -> None:
        self._file = file
        self._database = driver.connect(str(file), busy_seconds_max=0.0)
        for statement in CREATE.strip().split(";\n"):
            self._database.execute(statement)

    def add(self, documents: Sequence[tuple[int, Mapping[str, JsonValue]]]) -> None:
        """In one transaction."""
        database = cast(apsw.Connection, self._database)
        with database:
            rows = [(no, str(each["collection"]), str(each["kind"])) for no, each in documents]
            database.executemany("INSERT INTO documents VALUES (?, ?, ?)", rows)
            said = [(no, _text(each.get("title")), _text(each.get("text"))) for no, each in documents]
            database.executemany("INSERT INTO words (rowid, title, text) VALUES (?, ?, ?)", said)

    def best(self, asked: str, limit: int, collection: str | None = None) -> Found:
        """The best, and how many there are."""
        parameters = {"asked": asked, "collection": collection, "limit": limit}
        rows = self._database.execute(BEST, parameters).fetchall()
        return [no for no, _ in rows], (rows[0][1] if rows else 0)

    def newest(self, asked: str, limit: int) -> Found:
        rows = self._database.execute(NEWEST, {"asked": asked, "limit": limit}).fetchall()
        [[total]] = self._database.execute(COUNT, {"asked": asked}).fetchall()
        return [no for (no,) in rows], total

    def facets(self, asked: str, names: Sequence[str]) -> Mapping[str, Mapping[str, int]]:
        asking = {name: self._database.execute(FACETS.format(name=name), {"asked": asked}) for name in names}
        return {name: dict(rows.fetchall()) for name, rows in asking.items()}

    @property
    def bytes(self) -> int:
        return self._file.stat().st_size

    def close(self) -> None:
        self._database.close()


def _text(value: JsonValue) -> str:
    return "" if value is None else str(value)
