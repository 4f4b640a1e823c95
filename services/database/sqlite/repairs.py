"""Puts what was rebuilt from the log in the place of what has drifted from it."""

from services.database.sqlite import driver
from services.database.sqlite.numbers import base_of, entries_of
from services.database.sqlite.rebuilding import Rebuilding

_REPAIRS = (
    # A repetition moves a document's place on without leaving a change in the log.
    """
    UPDATE temp.documents SET place = known.place FROM main.documents AS known
    WHERE known.tenant = documents.tenant AND known.id = documents.id
        AND known.place > ifnull(documents.place, '')
    """,
    "DELETE FROM main.notes WHERE document BETWEEN :first AND :last",
    "DELETE FROM main.documents WHERE tenant = :number",
    "INSERT INTO main.documents SELECT * FROM temp.documents",
    "INSERT INTO main.notes SELECT * FROM temp.notes",
    """
    DELETE FROM main.keys WHERE tenant = :number AND NOT EXISTS (
        SELECT 1 FROM main.changes AS logged
        WHERE logged.entry = :first + keys.seq AND logged.id = keys.id AND logged.version = keys.version
    )
    """,
    """
    INSERT INTO main.keys (tenant, key, digest, id, version, seq, outcome, at)
    SELECT tenant, key, digest, id, version, seq, outcome, at FROM temp.keys WHERE true
    ON CONFLICT (tenant, key) DO UPDATE SET digest = excluded.digest, id = excluded.id, version = excluded.version,
        seq = excluded.seq, outcome = excluded.outcome, at = excluded.at
    """,
    "DELETE FROM main.superseded WHERE entry BETWEEN :first AND :last",
    """
    INSERT INTO main.superseded (at, entry)
    SELECT superseded.at, entry FROM temp.superseded JOIN main.changes USING (entry) WHERE body IS NOT NULL
    """,
    """
    UPDATE main.collections
    SET documents = rebuilt.documents, last_seq = rebuilt.last_seq, last_at = rebuilt.last_at
    FROM temp.collections AS rebuilt WHERE rebuilt.no = collections.no
    """,
)


def repair_from(connection: driver.Connection, rebuilding: Rebuilding) -> None:
    number, book = rebuilding.number, rebuilding.book
    given = {"number": number, "first": base_of(number), "last": entries_of(number)[1]}
    for statement in _REPAIRS:
        connection.execute(statement, given)
    connection.execute(
        "UPDATE main.tenants SET seq = ?, documents = ?, announced = min(announced, ?) WHERE no = ?",
        (book.seq, book.documents, book.seq, number),
    )
    for entry, previous in rebuilding.previous:
        connection.execute("UPDATE main.changes SET previous = ? WHERE entry = ?", (previous, entry))
