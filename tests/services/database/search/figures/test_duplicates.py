"""Near-duplicates by signature: found, in order, bounded, and gone when their document goes."""

import numpy as np

from services.database.search.figures.bands import BAND_CANDIDATES_MAX, Bands, entries_of
from services.database.search.figures.duplicates import SIMILARITY_MIN
from services.database.search.figures.index import FiguresIndex
from shared.fingerprints import PERMUTATIONS, encode_signature, similarity
from tests.services.database.search.figures.ground import SIGNATURES, batch, document, fingerprint, similar_to

ONE = SIGNATURES[0]
ASKED = encode_signature(ONE)


def ids(index: FiguresIndex, id: str = "asked", limit: int = 10) -> list[str]:
    return [each.id for each in index.duplicates([(id, ASKED)], limit)[id]]


def test_the_most_similar_comes_first(index: FiguresIndex) -> None:
    kin = [document(no, notes=fingerprint(similar_to(ONE, changed), "d7")) for no, changed in ((1, 20), (2, 0), (3, 8))]
    index.apply(batch(*kin, document(4, notes=fingerprint(similar_to(ONE, 40))), document(5)))
    assert ids(index) == []
    index.commit()
    found = index.duplicates([("d2", ASKED), ("new", ASKED), ("odd", encode_signature(SIGNATURES[9]))], 5)
    assert [(each.id, each.similarity, each.cluster) for each in found["new"]] == [
        ("d2", 1.0, "d7"), ("d3", 0.875, "d7"), ("d1", 0.6875, "d7"),
    ]  # fmt: skip
    assert [each.id for each in found["d2"]] == ["d3", "d1"]
    assert found["odd"] == []
    assert ids(index, limit=1) == ["d2"]


def test_who_has_no_cluster_begins_one(index: FiguresIndex) -> None:
    index.apply(batch(document(1, notes=fingerprint(ONE))))
    index.commit()
    assert index.duplicates([("x", ASKED)], 1)["x"][0].cluster == "d1"


def test_a_document_that_says_something_else_now_is_no_duplicate(index: FiguresIndex) -> None:
    index.apply(batch(document(1, notes=fingerprint(ONE)), document(2, notes=fingerprint(ONE))))
    index.apply(batch(document(1, notes=fingerprint(SIGNATURES[3])), gone=(2,)))
    index.commit()
    assert ids(index) == []
    assert [each.id for each in index.duplicates([("x", encode_signature(SIGNATURES[3]))], 1)["x"]] == ["d1"]


def test_what_is_no_signature_is_left_out(index: FiguresIndex) -> None:
    assert index.duplicates([("a", "nonsense"), ("b", ASKED)], 5) == {"b": []}
    assert index.duplicates([], 5) == {}


def test_of_very_many_copies_the_newest_are_looked_at(index: FiguresIndex) -> None:
    copies = [document(no, notes=fingerprint(ONE)) for no in range(1, 501)]
    for start in range(0, 500, 100):
        index.apply(batch(*copies[start : start + 100]))
    index.commit()
    assert ids(index, limit=100) == [f"d{no}" for no in range(500, 500 - BAND_CANDIDATES_MAX, -1)]


def test_as_many_are_found_as_by_comparing_all(index: FiguresIndex) -> None:
    chance = np.random.default_rng(3)
    signatures = SIGNATURES[:60].repeat(4, axis=0)
    changed = chance.random(signatures.shape) < 0.15
    signatures[changed] = chance.integers(0, 2**32, size=int(changed.sum()), dtype=np.uint32)
    for start in range(0, len(signatures), 3):
        index.apply(batch(*(document(no + 1, notes=fingerprint(signatures[no])) for no in range(start, start + 3))))
    index.commit()
    found = index.duplicates([(f"d{no + 1}", encode_signature(each)) for no, each in enumerate(signatures)], 50)
    expected = {
        f"d{no + 1}": {
            f"d{other + 1}"
            for other, its in enumerate(signatures)
            if other != no and similarity(signature, its) >= SIMILARITY_MIN
        }
        for no, signature in enumerate(signatures)
    }
    pairs = {(id, each.id) for id, others in found.items() for each in others}
    all_pairs = {(id, other) for id, others in expected.items() for other in others}
    assert pairs <= all_pairs
    assert len(pairs) > 0.97 * len(all_pairs)


def test_runs_are_merged_and_made_anew_from_what_is_left(index: FiguresIndex) -> None:
    with index._file.writing() as connection:
        bands = Bands(connection)
        for place in range(1, 1001):
            bands.add(connection, entries_of([place], SIGNATURES[place % 400][np.newaxis]), 1000)
        bands.show()
        assert len(bands._runs) < 40
        assert sum(map(len, bands._runs.values())) == 16_000
        assert bands.candidates(ONE[np.newaxis]) == [[800, 400]]
        row = (5_000, 1, SIGNATURES[7].tobytes(), "")
        connection.execute("INSERT INTO signatures (place, document, signature, cluster) VALUES (?, ?, ?, ?)", row)
        many = np.zeros((10_000, PERMUTATIONS), dtype=np.uint32)
        bands.add(connection, entries_of(range(1001, 11_001), many), 1)
        bands.show()
        assert [len(run) for run in bands._runs.values()] == [16]
        assert bands.candidates(SIGNATURES[7:9]) == [[5_000], []]
        assert Bands(connection).candidates(SIGNATURES[7:8]) == [[5_000]]
