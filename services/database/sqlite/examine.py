"""Compares what a database has derived from a tenant's log with what the log says, and puts that in its place."""

from collections.abc import Iterator, Sequence

from services.database.findings import (
    COLLECTIONS,
    DOCUMENTS,
    FINDINGS_SHOWN_MAX,
    KEYS,
    NOTES,
    SUPERSEDED,
    TENANT,
    Findings,
    Line,
    Sheet,
)
from services.database.sqlite import driver
from services.database.sqlite.connection import transaction
from services.database.sqlite.numbers import SEQ_MAX, base_of, entries_of
from services.database.sqlite.reads import tenant_number
from services.database.sqlite.rebuilding import Rebuilding
from services.database.sqlite.repairs import repair_from
from shared.contracts.upkeep import Examination

_DOCUMENTS = """
    SELECT documents.id, collections.name, version, documents.no > 0, abs(documents.no) & {seq}, current & {seq},
        head & {seq}, created_at, digest, expires_at, place
    FROM {schema}.documents AS documents LEFT JOIN main.collections AS collections
        ON collections.no = documents.collection
    WHERE documents.tenant = :number ORDER BY documents.id
"""
_NOTES = """
    SELECT ifnull(documents.id, 'of nobody'), step, notes.version, step_version, settled,
        entry & {seq}, notes.digest
    FROM {schema}.notes AS notes LEFT JOIN {schema}.documents AS documents ON documents.no = notes.document
    WHERE notes.document BETWEEN :first AND :last ORDER BY 1, 2
"""
# Not the keys that came with a repetition: the log does not know them. But each must stand for a change that exists.
_KEYS = """
    SELECT key, id, version, seq, digest, outcome FROM {schema}.keys AS keys
    WHERE tenant = :number AND (
        EXISTS (SELECT 1 FROM temp.keys AS rebuilt WHERE rebuilt.tenant = keys.tenant AND rebuilt.key = keys.key)
        OR NOT EXISTS (
            SELECT 1 FROM main.changes AS logged
            WHERE logged.entry = :first + keys.seq AND logged.id = keys.id AND logged.version = keys.version
        )
    ) ORDER BY key
"""
_SUPERSEDED = """
    SELECT superseded.entry & {seq} FROM {schema}.superseded AS superseded JOIN main.changes AS logged USING (entry)
    WHERE superseded.entry BETWEEN :first AND :last AND logged.body IS NOT NULL ORDER BY superseded.entry
"""
_COLLECTIONS = """
    SELECT name, documents, last_seq, last_at FROM {schema}.collections WHERE tenant = :number ORDER BY name
"""

_SHEETS: Sequence[tuple[Sheet, str]] = (
    (DOCUMENTS, _DOCUMENTS),
    (NOTES, _NOTES),
    (KEYS, _KEYS),
    (SUPERSEDED, _SUPERSEDED),
    (COLLECTIONS, _COLLECTIONS),
)


def examine(connection: driver.Connection, tenant: str, repair: bool) -> Examination:
    """Needs a connection of its own, because it leaves temporary tables behind."""
    # They may become as large as a tenant.
    connection.execute("PRAGMA temp_store = FILE").fetchall()
    findings = Findings()
    with transaction(connection, "IMMEDIATE" if repair else "DEFERRED"):
        _check_file(connection, findings)
        number = tenant_number(connection, tenant)
        rebuilding = Rebuilding(connection, tenant, number, findings)
        rebuilding.run()
        read = [sheet.compare(findings, *_both(connection, sql, number)) for sheet, sql in _SHEETS]
        TENANT.compare(findings, *_tenant(connection, rebuilding))
        repaired = repair and findings.count > 0
        if repaired:
            repair_from(connection, rebuilding)
    return Examination(
        findings=tuple(findings.shown),
        found=findings.count,
        repaired=repaired,
        changes_read=rebuilding.changes_read,
        documents_read=read[0],
    )


def _check_file(connection: driver.Connection, findings: Findings) -> None:
    for (said,) in connection.execute(f"PRAGMA main.quick_check({FINDINGS_SHOWN_MAX})").fetchall():
        findings.expect("file", "the database file", said, "ok")


def _both(connection: driver.Connection, sql: str, number: int) -> tuple[Iterator[Line], Iterator[Line]]:
    """What there is, and what there should be."""
    first, last = base_of(number), entries_of(number)[1]
    given = {"number": number, "first": first, "last": last}
    here, there = (sql.format(schema=schema, seq=SEQ_MAX) for schema in ("main", "temp"))
    return iter(connection.execute(here, given)), iter(connection.execute(there, given))


def _tenant(connection: driver.Connection, rebuilding: Rebuilding) -> tuple[list[Line], list[Line]]:
    statement = "SELECT name, documents, seq, announced FROM main.tenants WHERE no = ?"
    found: list[Line] = [*connection.execute(statement, (rebuilding.number,)).fetchall()]
    book = rebuilding.book
    expected: list[Line] = [(book.name, book.documents, book.seq, min(int(row[3] or 0), book.seq)) for row in found]
    return found, expected
