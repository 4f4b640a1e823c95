"""Notes that are no use change nothing; a document without text has no vector; the house's own are left out."""

import numpy as np
import pytest
from pydantic import JsonValue

from services.database.search.index import Present
from services.database.search.vectors.index import VectorIndex, state_of
from services.database.search.vectors.notes import Silence, read
from tests.services.database.search.vectors.ground import (
    DIMENSIONS,
    MODEL,
    batch,
    encoded,
    noted,
    numbers,
    present,
    take,
    vectors,
)

GOOD = encoded(vectors(1)[0].tolist())
NAN = encoded([float("nan")] * DIMENSIONS)
NONSENSE: list[JsonValue] = [
    None,
    "text",
    [1, 2],
    {},
    {"model": MODEL, "dimensions": DIMENSIONS},
    {"model": MODEL, "dimensions": DIMENSIONS + 1, "vector": GOOD},
    {"model": MODEL, "dimensions": float(DIMENSIONS), "vector": GOOD},
    {"model": MODEL, "dimensions": True, "vector": encoded([1.0])},
    {"model": MODEL, "dimensions": -1, "vector": GOOD},
    {"model": MODEL, "dimensions": 10**30, "vector": GOOD},
    {"model": MODEL, "dimensions": 0, "vector": ""},
    {"model": "", "dimensions": DIMENSIONS, "vector": GOOD},
    {"model": "m" * 1_000, "dimensions": DIMENSIONS, "vector": GOOD},
    {"model": 7, "dimensions": DIMENSIONS, "vector": GOOD},
    {"model": MODEL, "dimensions": DIMENSIONS, "vector": [0.5] * DIMENSIONS},
    {"model": MODEL, "dimensions": DIMENSIONS, "vector": "*" * len(GOOD)},
    {"model": MODEL, "dimensions": DIMENSIONS, "vector": "\N{SNOWMAN}" * len(GOOD)},
    {"model": MODEL, "dimensions": DIMENSIONS, "vector": "A" * 1_000_000},
    {"model": MODEL, "dimensions": 5_000, "vector": encoded([0.0] * 5_000)},
    {"model": MODEL, "dimensions": DIMENSIONS, "vector": encoded([0.0] * DIMENSIONS)},
    {"model": MODEL, "dimensions": DIMENSIONS, "vector": NAN},
    {"model": MODEL, "dimensions": DIMENSIONS, "vector": encoded([float("inf")] + [0.0] * (DIMENSIONS - 1))},
    {"model": MODEL, "dimensions": DIMENSIONS, "vector": encoded([60_000.0] * DIMENSIONS)},
    {"model": MODEL, "dimensions": DIMENSIONS, "vector": encoded([0.5] * DIMENSIONS)},
]


@pytest.mark.parametrize("value", NONSENSE, ids=range(len(NONSENSE)))
def test_nonsense_is_ignored_and_counted(index: VectorIndex, value: JsonValue) -> None:
    rows = vectors(3)
    take(index, rows[:1])
    index.apply(batch([noted(1, value), noted(2, value), present(3, rows[2])]))
    index.commit()
    assert index.ignored == 2
    assert numbers(index.search(rows[0], 5)) == [1, 3]
    assert state_of(noted(1, value)) is None
    # The one that serves on is not that of the store.
    assert index.states([1, 2, 3]) == {3: state_of(present(3, rows[2]))}


def test_an_old_vector_serves_until_the_new_one_comes(index: VectorIndex) -> None:
    rows = vectors(2)
    take(index, rows[:1])
    index.apply(batch([noted(1, None, status="failed")]))
    index.commit()
    assert numbers(index.search(rows[0], 5)) == [1]
    assert index.states([1]) == {}
    take(index, rows[:1])
    assert index.states([1]) == {1: state_of(present(1, rows[0]))}
    assert index.documents == 1
    assert index.ignored == 0


def test_a_document_that_has_no_text_any_more_has_no_vector(index: VectorIndex) -> None:
    rows = vectors(2)
    take(index, rows)
    index.apply(batch([noted(1, None, status="skipped")]))
    index.commit()
    assert numbers(index.search(rows[0], 5)) == [2]
    assert index.ignored == 0


def test_a_document_without_a_note_waits_for_one(index: VectorIndex) -> None:
    index.apply(batch([Present(1, {"id": "d1", "collection": "notes"}, {})]))
    index.commit()
    assert (index.documents, index.ignored) == (0, 0)


def test_the_house_is_left_out(index: VectorIndex) -> None:
    row = vectors(1)[0]
    index.apply(batch([present(1, row, collection="postil.feedback")]))
    index.commit()
    assert index.search(row, 5) == []
    assert read(present(1, row, collection="postil.feedback")) is Silence.NONE
    assert state_of(present(1, row, collection="postil.feedback")) is None


def test_rounding_to_16_bits_is_no_mistake(index: VectorIndex) -> None:
    wide = np.random.default_rng(5).standard_normal((50, 4_096)).astype(np.float32)
    take(index, wide / np.linalg.norm(wide, axis=1, keepdims=True))
    assert (index.documents, index.ignored) == (50, 0)
