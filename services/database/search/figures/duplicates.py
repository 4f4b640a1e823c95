"""Signatures of documents, and which of them almost repeat each other."""

from collections.abc import Mapping, Sequence

import numpy as np

from services.database.search.figures.bands import Bands, entries_of
from services.database.search.figures.facts import Facts
from services.database.search.figures.progress import Progress
from services.database.sqlite import driver
from services.database.sqlite.rows import insert, matching
from shared.contracts.search import Duplicate
from shared.fingerprints import PERMUTATIONS, Signature, decode_signature, similarities

# Below it, the bands find too few of them to be worth naming.
SIMILARITY_MIN = 0.5
SIGNATURE_BYTES = 4 * PERMUTATIONS


def decoded(encoded: str) -> Signature | None:
    try:
        return decode_signature(encoded)
    except ValueError:
        return None


def forget(connection: driver.Connection, places: Sequence[int], progress: Progress) -> None:
    matching(connection, "DELETE FROM signatures WHERE place IN {values}", places)
    progress.signatures -= len(places)


def write(
    connection: driver.Connection, bands: Bands, facts: Mapping[int, Facts], progress: Progress
) -> dict[int, int]:
    """Returns the places of the documents, by number, that have a signature."""
    signed = {
        no: signature
        for no, each in facts.items()
        if each.signature and (signature := decoded(each.signature)) is not None
    }
    if not signed:
        return {}
    first = progress.last_place + 1
    places = {no: first + index for index, no in enumerate(signed)}
    signatures = np.stack(list(signed.values()))
    written = signatures.astype("<u4", copy=False).tobytes()
    insert(
        connection,
        "INSERT INTO signatures (place, document, signature, cluster) {rows}",
        [
            (place, no, written[start : start + SIGNATURE_BYTES], facts[no].cluster)
            for (no, place), start in zip(places.items(), range(0, len(written), SIGNATURE_BYTES), strict=True)
        ],
    )
    progress.last_place += len(places)
    progress.signatures += len(places)
    bands.add(connection, entries_of(list(places.values()), signatures), progress.signatures)
    return places


def find(
    connection: driver.Connection, bands: Bands, items: Sequence[tuple[str, Signature]], limit: int
) -> dict[str, list[Duplicate]]:
    if not items:
        return {}
    candidates = bands.candidates(np.stack([signature for _, signature in items]))
    rows = matching(
        connection,
        "SELECT signatures.place, id, cluster, signature"
        " FROM signatures JOIN documents ON documents.no = signatures.document WHERE signatures.place IN {values}",
        sorted({place for places in candidates for place in places}),
    )
    stored = {row[0]: row[1:] for row in rows}
    found: dict[str, list[Duplicate]] = {}
    for (id, signature), places in zip(items, candidates, strict=True):
        others = [stored[place] for place in places if place in stored and stored[place][0] != id]
        found[id] = _most_similar(signature, others, limit)
    return found


def _most_similar(signature: Signature, others: Sequence[driver.Row], limit: int) -> list[Duplicate]:
    """The others are id, cluster and signature."""
    if not others:
        return []
    many = np.frombuffer(b"".join(row[2] for row in others), dtype="<u4").reshape(-1, PERMUTATIONS)
    scores = similarities(many, signature)
    # Stable, so of equals it stays with the one that shares more bands, or else is newer.
    order = np.argsort(-scores, kind="stable")[:limit].tolist()
    return [
        # Whoever has no cluster yet begins one.
        Duplicate(id=others[index][0], similarity=float(scores[index]), cluster=others[index][1] or others[index][0])
        for index in order
        if scores[index] >= SIMILARITY_MIN
    ]


def signatures_count(connection: driver.Connection) -> int:
    return int(connection.execute("SELECT count(*) FROM signatures").fetchall()[0][0])
