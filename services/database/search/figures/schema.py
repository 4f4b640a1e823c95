"""The file of the figures: its tables, and how it is opened. What stands in them is others' business."""

from pathlib import Path

from services.database.search.index import Outdated
from services.database.sqlite import driver
from services.database.sqlite.connection import transaction, tune

# "PSTF". A file of another form isn't converted, because everything in it can be made anew.
APPLICATION_ID = 0x50535446
FORM = 1
BUSY_SECONDS_MAX = 10.0

TABLES = (
    "CREATE TABLE progress (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID",
    # What was counted of each document, so that it can be taken away again.
    """
    CREATE TABLE documents (
        no INTEGER PRIMARY KEY,
        state INTEGER NOT NULL,
        id TEXT NOT NULL,
        collection TEXT NOT NULL,
        author TEXT NOT NULL,
        created INTEGER NOT NULL,
        language TEXT NOT NULL,
        words TEXT NOT NULL,
        place INTEGER NOT NULL,
        malformed INTEGER NOT NULL
    ) STRICT
    """,
    "CREATE INDEX documents_by_id ON documents (id)",
    # The tenant, a collection, an author, an author in a collection: what is not meant is empty.
    """
    CREATE TABLE scopes (
        no INTEGER PRIMARY KEY,
        collection TEXT NOT NULL,
        author TEXT NOT NULL,
        documents INTEGER NOT NULL,
        authors INTEGER NOT NULL,
        first INTEGER NOT NULL,
        last INTEGER NOT NULL,
        minute INTEGER NOT NULL,
        minute_count INTEGER NOT NULL,
        high_minute INTEGER NOT NULL,
        high_count INTEGER NOT NULL,
        detail BLOB NOT NULL
    ) STRICT
    """,
    "CREATE INDEX scopes_by_size ON scopes (collection, documents) WHERE author > ''",
    """
    CREATE TABLE keywords (
        scope INTEGER NOT NULL,
        word TEXT NOT NULL,
        count INTEGER NOT NULL,
        PRIMARY KEY (scope, word)
    ) STRICT, WITHOUT ROWID
    """,
    # Most words are seen once. Not to have them here halves the work.
    "CREATE INDEX keywords_by_count ON keywords (scope, count) WHERE count > 1",
    # Up to which annotation a document's step has been paid for.
    """
    CREATE TABLE paid (
        document INTEGER NOT NULL,
        step TEXT NOT NULL,
        at TEXT NOT NULL,
        day TEXT NOT NULL,
        tokens_in INTEGER NOT NULL,
        tokens_out INTEGER NOT NULL,
        micro_usd INTEGER NOT NULL,
        PRIMARY KEY (document, step)
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE spending (
        day TEXT NOT NULL,
        step TEXT NOT NULL,
        annotations INTEGER NOT NULL,
        tokens_in INTEGER NOT NULL,
        tokens_out INTEGER NOT NULL,
        micro_usd INTEGER NOT NULL,
        PRIMARY KEY (day, step)
    ) STRICT, WITHOUT ROWID
    """,
    # A document that gets another signature gets another place, so a place never means anything else.
    """
    CREATE TABLE signatures (
        place INTEGER PRIMARY KEY,
        document INTEGER NOT NULL,
        signature BLOB NOT NULL,
        cluster TEXT NOT NULL
    ) STRICT
    """,
    "CREATE TABLE bands (no INTEGER PRIMARY KEY, entries BLOB NOT NULL) STRICT",
    """
    CREATE TABLE feedback (
        no INTEGER PRIMARY KEY,
        id TEXT NOT NULL,
        about TEXT NOT NULL,
        step TEXT,
        step_version INTEGER,
        query TEXT,
        thumb TEXT,
        stars INTEGER,
        correction TEXT,
        author TEXT,
        at INTEGER NOT NULL
    ) STRICT
    """,
    "CREATE INDEX feedback_by_about ON feedback (about)",
    "CREATE INDEX feedback_by_step ON feedback (step)",
    # Of searches, the step is empty; where no version is given, it is 0.
    """
    CREATE TABLE opinions (
        step TEXT NOT NULL,
        step_version INTEGER NOT NULL,
        up INTEGER NOT NULL,
        down INTEGER NOT NULL,
        stars INTEGER NOT NULL,
        stars_sum INTEGER NOT NULL,
        corrections INTEGER NOT NULL,
        PRIMARY KEY (step, step_version)
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE standing (
        no INTEGER PRIMARY KEY,
        name TEXT NOT NULL,
        saved BLOB NOT NULL,
        since_seq INTEGER NOT NULL,
        matches INTEGER NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE matched (
        document INTEGER NOT NULL,
        name TEXT NOT NULL,
        version INTEGER NOT NULL,
        PRIMARY KEY (document, name)
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE outbox (
        no INTEGER PRIMARY KEY,
        key TEXT NOT NULL UNIQUE,
        name TEXT NOT NULL,
        document INTEGER NOT NULL,
        version INTEGER NOT NULL
    ) STRICT
    """,
)

PRAGMAS = (
    # A power cut may take the last commits with it, but never half of one; the log still has what they were made of.
    "synchronous = NORMAL",
    # What an author has erased is overwritten where that costs nothing.
    "secure_delete = FAST",
)


def open_writer(path: Path) -> driver.Connection:
    """Raises `Outdated` for a file of another form."""
    connection = driver.connect(str(path), busy_seconds_max=BUSY_SECONDS_MAX)
    try:
        _prepare(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def open_reader(path: Path) -> driver.Connection:
    connection = driver.connect(str(path), busy_seconds_max=BUSY_SECONDS_MAX)
    connection.execute("PRAGMA temp_store = MEMORY").fetchall()
    connection.execute("PRAGMA query_only = ON").fetchall()
    return connection


def _prepare(connection: driver.Connection, path: Path) -> None:
    form = _number(connection, "PRAGMA application_id"), _number(connection, "PRAGMA user_version")
    is_new = form == (0, 0) and not _number(connection, "SELECT count(*) FROM sqlite_schema")
    if not is_new and form != (APPLICATION_ID, FORM):
        raise Outdated(f"{path} has another form than this Postil's figures")
    tune(connection)
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}").fetchall()
    if is_new:
        with transaction(connection, "IMMEDIATE"):
            for statement in TABLES:
                connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {FORM}")


def _number(connection: driver.Connection, statement: str) -> int:
    return int(connection.execute(statement).fetchall()[0][0])
