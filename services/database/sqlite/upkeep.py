"""What leaves the log in the end: bodies whose time is up, and bodies that must be forgotten at once."""

from collections.abc import Iterable

import structlog

from services.database.books import Mark, TenantBook
from services.database.sqlite import driver
from services.database.sqlite.numbers import entry_of
from services.database.sqlite.rows import matching

log = structlog.get_logger()

# Keys may be missing that are older than this moment.
KEYS_KEPT_SINCE = "keys_kept_since"

_ERASE = """
    WITH RECURSIVE chain (entry, previous) AS (
        SELECT entry, previous FROM changes WHERE entry = ?
        UNION ALL
        SELECT changes.entry, changes.previous FROM chain JOIN changes ON changes.entry = chain.previous
        WHERE chain.previous < chain.entry
    )
    UPDATE changes SET body = NULL WHERE entry IN (SELECT entry FROM chain)
"""

_NOTE = """
    INSERT INTO upkeep (name, value) VALUES (?, ?)
    ON CONFLICT (name) DO UPDATE SET value = max(value, excluded.value)
"""


def thin(connection: driver.Connection, before: int, count_max: int) -> int:
    """Drop bodies that were replaced before the moment, and keys from before it; how many of both."""
    replaced = connection.execute(
        "SELECT at, entry FROM superseded WHERE at < ? ORDER BY at, entry LIMIT ?", (before, count_max)
    ).fetchall()
    if replaced:
        matching(connection, "UPDATE changes SET body = NULL WHERE entry IN {values}", [entry for _, entry in replaced])
        connection.execute("DELETE FROM superseded WHERE (at, entry) <= (?, ?)", replaced[-1])
    return len(replaced) + _forget_keys(connection, before, count_max - len(replaced))


def _forget_keys(connection: driver.Connection, before: int, count_max: int) -> int:
    oldest = connection.execute("SELECT no, at FROM keys ORDER BY no LIMIT ?", (count_max,)).fetchall()
    count = next((index for index, (_, at) in enumerate(oldest) if at >= before), len(oldest))
    if count:
        connection.execute("DELETE FROM keys WHERE no <= ?", (oldest[count - 1][0],))
        since = max(at for _, at in oldest[:count]) + 1
        connection.execute(_NOTE, (KEYS_KEPT_SINCE, since))
    return count


def empty_write_ahead_log(connection: driver.Connection) -> None:
    """It still has the pages as they were before something was erased."""
    try:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    except driver.Error as error:
        # What was committed stays committed; the pages are overwritten in time.
        log.warning("write_ahead_log_not_emptied", detail=str(error))


def erase(connection: driver.Connection, marks: Iterable[tuple[TenantBook, Mark]]) -> None:
    """Empty the bodies of these changes and of all that came before them to the same documents."""
    for book, mark in marks:
        connection.execute(_ERASE, (entry_of(book.stored_as, mark.seq),))
