"""The table in which the peers keep documents, as durable as ours: in WAL mode, with an fsync for each commit."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import aiosqlite

CREATE = """
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    CREATE TABLE documents (id TEXT PRIMARY KEY, collection TEXT NOT NULL, text TEXT, author TEXT);
    CREATE INDEX documents_by_collection ON documents (collection);
"""
# A message may come again.
INSERT = "INSERT OR REPLACE INTO documents (id, collection, text, author) VALUES (:id, :collection, :text, :author)"


@asynccontextmanager
async def new_table(path: str) -> AsyncIterator[aiosqlite.Connection]:
    async with aiosqlite.connect(path) as database:
        await database.executescript(CREATE)
        yield database


def count_in(path: Path, collection: str) -> int:
    with closing(sqlite3.connect(path)) as database:
        [[count]] = database.execute("SELECT count(*) FROM documents WHERE collection = ?", (collection,)).fetchall()
    return int(count)
