"""What is applied is found after the commit, by its vector, in a fixed order, also after a restart."""

import numpy as np
import pytest

from services.database.search.vectors.index import VectorIndex, state_of
from tests.services.database.search.vectors.conftest import Open
from tests.services.database.search.vectors.ground import (
    DIMENSIONS,
    MODEL,
    batch,
    exact,
    noted,
    numbers,
    present,
    take,
    vectors,
)


def test_the_nearest_come_first_with_their_cosine(index: VectorIndex) -> None:
    rows = vectors(500)
    take(index, rows)
    question = vectors(1, seed=2)[0]
    found = index.search(question * 7, 10)
    assert numbers(found) == exact(rows, question, 10)
    assert found[0].score == pytest.approx(float(rows[found[0].no - 1] @ question), abs=1e-3)
    assert [each.score for each in found] == sorted((each.score for each in found), reverse=True)
    assert (index.model, index.documents) == (MODEL, 500)


def test_nothing_is_seen_before_the_commit(index: VectorIndex) -> None:
    rows = vectors(2)
    take(index, rows[:1])
    index.apply(batch([present(2, rows[1])], gone=[1]))
    assert numbers(index.search(rows[1], 5)) == [1]
    index.commit()
    assert numbers(index.search(rows[1], 5)) == [2]


def test_of_equals_the_newer_come_first(index: VectorIndex) -> None:
    row = vectors(1)[0]
    order = np.random.default_rng(3).permutation(20_000) + 1
    index.apply(batch(present(int(no), row) for no in order))
    index.commit()
    assert numbers(index.search(row, 5)) == [20_000, 19_999, 19_998, 19_997, 19_996]
    assert numbers(index.search(row, 3, excluding={20_000, 7})) == [19_999, 19_998, 19_997]
    assert numbers(index.search(row, 2, among=range(1, 9_000))) == [8_999, 8_998]


def test_a_new_vector_takes_the_place_of_the_old(index: VectorIndex) -> None:
    old, new = vectors(2)
    take(index, old[None])
    take(index, new[None])
    assert index.documents == 1
    assert index.search(old, 5)[0].score < 0.999
    assert index.search(new, 5)[0].score == pytest.approx(1)
    index.apply(batch([present(1, old)]))
    index.apply(batch([present(1, new)]))
    index.commit()
    assert index.search(new, 5)[0].score == pytest.approx(1)


def test_applying_twice_is_harmless(index: VectorIndex) -> None:
    rows = vectors(100)
    take(index, rows)
    size = index.bytes
    take(index, rows)
    index.apply(batch([], gone=[5, 6, 700]))
    index.apply(batch([], gone=[5, 6, 700]))
    index.commit()
    assert index.documents == 98
    assert index.bytes == size + 2 * 8


def test_among_restricts_and_unknown_numbers_do_no_harm(index: VectorIndex) -> None:
    rows = vectors(300)
    take(index, rows)
    question = vectors(1, seed=2)[0]
    allowed = [*range(1, 300, 3), 5_000, 1, 1]
    expected = [no for no in exact(rows, question, 300) if no in set(allowed)]
    assert numbers(index.search(question, 20, among=allowed)) == expected[:20]
    assert index.search(question, 20, among=[]) == []
    assert numbers(index.search(question, 1_000)) == exact(rows, question, 300)


def test_many_at_once_find_what_each_finds_alone(index: VectorIndex) -> None:
    rows = vectors(9_000)
    take(index, rows)
    questions = vectors(300, seed=2)
    together = index.search_many(list(questions), 5)
    assert [numbers(each) for each in together[::30]] == [numbers(index.search(q, 5)) for q in questions[::30]]
    assert index.search_many([np.ones(3, np.float32), questions[0]], 5) == [[], index.search(questions[0], 5)]
    assert index.search_many([], 5) == []


def test_what_cannot_be_compared_finds_nothing(index: VectorIndex) -> None:
    question = vectors(1)[0]
    assert index.search(question, 5) == []
    assert index.model is None
    take(index, vectors(3))
    for other in (np.zeros(DIMENSIONS, np.float32), question * np.float32(np.nan), question[:5]):
        assert index.search(other, 5) == []
    assert index.search(question, 0) == []


def test_a_document_that_is_known_gives_its_vector(index: VectorIndex) -> None:
    rows = vectors(3)
    assert index.vector_of(1) is None
    take(index, rows)
    assert index.vector_of(2) == pytest.approx(rows[1], abs=1e-3)
    assert index.vector_of(4) is None


def test_everything_is_there_after_a_restart(opened: Open) -> None:
    rows = vectors(20_000)
    index = opened()
    take(index, rows)
    index.apply(batch([present(3, rows[9])], gone=[1, 2]))
    index.commit()
    question = vectors(1, seed=2)[0]
    before = index.search(question, 50)
    states = index.states(range(20_001))
    index.apply(batch([present(77_777, question)]))
    again = opened()
    assert again.search(question, 50) == before
    assert again.states(range(20_001)) == states
    assert list(again.numbers()) == list(range(3, 20_001))


def test_index_and_store_can_be_compared(index: VectorIndex) -> None:
    rows = vectors(4)
    documents = [present(no, row) for no, row in enumerate(rows, start=1)]
    documents[3] = noted(4, None, status="failed")
    index.apply(batch(documents))
    index.commit()
    assert index.states([1, 2, 3, 4, 5]) == {no: state_of(documents[no - 1]) for no in (1, 2, 3)}
    assert state_of(documents[3]) is None
    assert state_of(present(1, rows[1])) == state_of(present(9, rows[1])) != state_of(present(1, rows[0]))
    assert state_of(present(1, rows[0], model="second")) != state_of(documents[0])
