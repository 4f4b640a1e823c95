"""Brings a database file to the form that this Postil knows, or says in plain words why it won't touch it."""

from pathlib import Path

import structlog

from services.database.sqlite import driver
from services.database.sqlite.connection import transaction, tune
from services.database.sqlite.migrations import MIGRATIONS
from shared.errors import Unavailable

log = structlog.get_logger()

# "PSTL", by which a file is known as ours.
APPLICATION_ID = 0x5053544C


def migrate(connection: driver.Connection, path: Path) -> None:
    """Each step is a transaction of its own: whoever is interrupted goes on where he stopped."""
    version = _version_of_ours(connection, path)
    tune(connection)
    for number, statements in enumerate(MIGRATIONS[version:], version + 1):
        with transaction(connection, "IMMEDIATE"):
            for statement in statements:
                connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {number}")
        log.info("database_migrated", path=str(path), schema=number)


def _version_of_ours(connection: driver.Connection, path: Path) -> int:
    application, version = _number(connection, "application_id"), _number(connection, "user_version")
    tables = connection.execute("SELECT count(*) FROM sqlite_schema").fetchall()[0][0]
    if application != APPLICATION_ID and (application or version or tables):
        raise Unavailable(f"{path} is the database of another program; Postil leaves it alone.")
    if version > len(MIGRATIONS):
        raise Unavailable(
            f"{path} was written by a newer Postil: it has schema {version}, and this one knows {len(MIGRATIONS)}."
        )
    return version


def _number(connection: driver.Connection, pragma: str) -> int:
    return int(connection.execute(f"PRAGMA {pragma}").fetchall()[0][0])
