"""Turns what SQLite complains of into errors that a caller may read; the log gets the detail."""

from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from services.database.sqlite import driver
from shared.errors import Internal, PostilError, Unavailable

log = structlog.get_logger()

BUSY, LOCKED, NO_MEMORY, READ_ONLY, IO_ERROR, CORRUPT, FULL, CANT_OPEN, NOT_A_DATABASE = 5, 6, 7, 8, 10, 11, 13, 14, 26

IN_WORDS = {
    BUSY: "The database is locked by another program.",
    LOCKED: "The database is locked by another program.",
    NO_MEMORY: "The database has no memory left to work with.",
    READ_ONLY: "The database can't be written: its file or its directory is read-only.",
    IO_ERROR: "The disk under the database fails to read or write.",
    CORRUPT: "The database file is damaged. Restore it from a backup; what can still be read can be exported.",
    FULL: "The disk under the database is full. Nothing was lost; writing goes on as soon as there is room.",
    CANT_OPEN: "The database file can't be opened.",
    NOT_A_DATABASE: "The database file is not a SQLite database.",
}


@contextmanager
def translated() -> Iterator[None]:
    try:
        yield
    except driver.Error as error:
        raise in_words(error) from error


def in_words(error: Exception) -> PostilError:
    code = driver.result_code(error)
    log.error("sqlite_failed", code=driver.result_name(error), detail=str(error))
    if code in IN_WORDS:
        return Unavailable(IN_WORDS[code])
    if isinstance(error, driver.IntegrityError):
        return Internal("What the database has derived from its log contradicts it: run `postil doctor --repair`.")
    return Internal("The database refused a statement of its own; its log says more.")
