"""Counts everything once more, and says where the figures tell something else."""

from services.database.search.figures.duplicates import signatures_count
from services.database.search.figures.progress import Progress
from services.database.search.figures.tallies import scope_number
from services.database.sqlite import driver
from shared.contracts.search import IndexFinding

NAME = "figures"
EXAMPLES_MAX = 5

_COUNTED = (
    "SELECT collection, author, count(*) FROM documents"
    " WHERE collection NOT LIKE 'postil.%' GROUP BY collection, author"
)


def findings(connection: driver.Connection) -> list[IndexFinding]:
    found = []
    if wrong := _scopes(connection):
        found.append(_finding("counts of documents are wrong", wrong))
    if wrong := _opinions(connection):
        found.append(_finding("sums of feedback are wrong", wrong))
    if Progress.read(connection).signatures != signatures_count(connection):
        found.append(_finding("the number of signatures is wrong", []))
    damage = connection.execute("PRAGMA quick_check(5)").fetchall()
    if damage != [("ok",)]:
        found.append(_finding("the file is damaged", [str(row[0]) for row in damage]))
    return found


def _finding(what: str, examples: list[str]) -> IndexFinding:
    return IndexFinding(index=NAME, what=what, examples=tuple(examples[:EXAMPLES_MAX]))


def _scopes(connection: driver.Connection) -> list[str]:
    counts: dict[tuple[str, str], int] = {}
    for collection, author, count in connection.execute(_COUNTED).fetchall():
        for scope in {(collection, author), (collection, ""), ("", author), ("", "")}:
            counts[scope] = counts.get(scope, 0) + count
    said = {}
    for no, collection, author, count in connection.execute(
        "SELECT no, collection, author, documents FROM scopes WHERE documents != 0"
    ).fetchall():
        said[collection, author] = count if no == scope_number((collection, author)) else -1
    wrong = {scope for scope, _ in counts.items() ^ said.items()}
    return sorted(f"collection {collection or '*'}, author {author or '*'}" for collection, author in wrong)


def _opinions(connection: driver.Connection) -> list[str]:
    counted = connection.execute(
        "SELECT coalesce(step, ''), coalesce(step_version, 0), count(*) FILTER (WHERE thumb = 'up'),"
        " count(*) FILTER (WHERE thumb = 'down'), count(stars), coalesce(sum(stars), 0), count(correction)"
        " FROM feedback GROUP BY 1, 2"
    ).fetchall()
    said = connection.execute(
        "SELECT step, step_version, up, down, stars, stars_sum, corrections FROM opinions"
    ).fetchall()
    return sorted({f"{row[0]} {row[1]}" for row in set(counted) ^ set(said)})
