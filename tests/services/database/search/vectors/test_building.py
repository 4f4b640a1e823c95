"""Beyond some number of documents codes find the candidates: built aside, and there again after a restart."""

import threading
from pathlib import Path

import numpy as np
import pytest

from services.database.search.vectors import building
from services.database.search.vectors.codes import Codes
from services.database.search.vectors.index import VectorIndex
from shared.vectors import Vector
from tests.services.database.search.vectors.conftest import Open
from tests.services.database.search.vectors.ground import (
    batch,
    built,
    exact,
    exact_of_each,
    numbers,
    present,
    recall,
    take,
    vectors,
)

EXACT_COUNT_MAX = 2_000
QUESTIONS = vectors(100, seed=2)


@pytest.fixture
def index(opened: Open) -> VectorIndex:
    return opened(EXACT_COUNT_MAX)


def codes_in(path: Path) -> list[str]:
    return sorted(each.name for each in path.glob("vectors/model-*/codes-*"))


def cut_short(path: Path) -> None:
    [codes] = path.glob("vectors/model-*/codes-*")
    codes.write_bytes(codes.read_bytes()[:500])


def recall_at_10(index: VectorIndex, rows: Vector, first: int = 1) -> float:
    found = [index.search(question, 10) for question in QUESTIONS]
    return recall(found, exact_of_each(rows, QUESTIONS, 10, first))


async def test_codes_are_built_beyond_the_limit_and_grow(index: VectorIndex, opened: Open, tmp_path: Path) -> None:
    rows = vectors(12_000)
    take(index, rows[:EXACT_COUNT_MAX])
    assert not index.busy
    take(index, rows[EXACT_COUNT_MAX:3_000], first=EXACT_COUNT_MAX + 1)
    await built(index)
    assert codes_in(tmp_path) == ["codes-3000"]
    take(index, rows[3_000:6_000], first=3_001)
    await built(index)
    # These are not many more than those they were trained with; the next are.
    assert codes_in(tmp_path) == ["codes-6000"]
    take(index, rows[6_000:], first=6_001)
    await built(index)
    assert codes_in(tmp_path) == ["codes-12000"]
    assert recall_at_10(index, rows) >= 0.97
    found = [index.search(question, 10) for question in QUESTIONS]
    again = opened(EXACT_COUNT_MAX)
    assert not again.busy
    assert [again.search(question, 10) for question in QUESTIONS] == found
    assert codes_in(tmp_path) == ["codes-12000"]


async def test_coded_documents_change_and_go(index: VectorIndex) -> None:
    rows = vectors(6_000)
    take(index, rows)
    await built(index)
    replaced = vectors(1_000, seed=7)
    index.apply(batch((present(no, row) for no, row in enumerate(replaced, start=1)), gone=range(1_001, 2_001)))
    index.commit()
    await built(index)
    living = np.concatenate([replaced, rows[2_000:]])
    numbered = [*range(1, 1_001), *range(2_001, 6_001)]
    right = [[numbered[place] for place in places] for places in exact_of_each(living, QUESTIONS, 10, 0)]
    assert recall([index.search(each, 10) for each in QUESTIONS], right) >= 0.97
    assert index.vector_of(1_500) is None
    assert index.vector_of(5_000) == pytest.approx(rows[4_999], abs=1e-3)


async def test_the_living_are_found_behind_a_heap_of_the_dead(index: VectorIndex) -> None:
    rows = vectors(8_000)
    rows[:3_000] = rows[7_999]
    take(index, rows)
    await built(index)
    index.apply(batch([], gone=range(1, 3_001)))
    index.commit()
    assert numbers(index.search(rows[7_999], 10)) == exact(rows[3_000:], rows[7_999], 10, 3_001)
    assert len(index.search(rows[7_999], 4_500)) == 4_500


async def test_dead_rows_are_removed(index: VectorIndex, opened: Open, tmp_path: Path) -> None:
    rows = vectors(5_000)
    take(index, rows)
    await built(index)
    size = index.bytes
    index.apply(batch([], gone=range(1, 3_001)))
    index.commit()
    await built(index)
    assert index.documents == 2_000
    assert index.bytes < size / 2
    assert [each.name for each in (tmp_path / "vectors").glob("model-*")] == ["model-2"]
    states = index.states(range(5_001))
    assert sorted(states) == list(range(3_001, 5_001))
    assert recall_at_10(index, rows[3_000:], 3_001) == 1.0
    again = opened(EXACT_COUNT_MAX)
    assert again.states(range(5_001)) == states


async def test_at_rest_fewer_dead_rows_are_removed(index: VectorIndex, tmp_path: Path) -> None:
    take(index, vectors(2_000))
    index.apply(batch([], gone=range(1, 601)))
    index.commit()
    assert not index.busy
    index.rest()
    await built(index)
    assert [each.name for each in (tmp_path / "vectors").glob("model-*")] == ["model-2"]
    assert index.documents == 1_400


@pytest.mark.parametrize("gone", [0, 4_000])
async def test_what_comes_while_something_is_built_is_not_lost(
    opened: Open, monkeypatch: pytest.MonkeyPatch, gone: int
) -> None:
    """The building is held at its end, and everything goes on meanwhile."""
    reached, going_on = threading.Event(), threading.Event()
    code = building.code

    def held(*given: object) -> object:
        coded = code(*given)  # type: ignore[arg-type]  # handed on as it came
        reached.set()
        assert going_on.wait(20)
        return coded

    monkeypatch.setattr(building, "code", held)
    monkeypatch.setattr("services.database.search.vectors.index.code", held)
    index = opened(EXACT_COUNT_MAX)
    rows = vectors(7_500)
    # With most of them gone, it is a compaction with the building inside it.
    index.apply(batch(present(no, row) for no, row in enumerate(rows[: 3_000 + gone], start=1)))
    index.apply(batch([], gone=range(1, gone + 1)))
    index.commit()
    assert reached.wait(20)
    take(index, rows[3_000 + gone :], first=3_001 + gone)
    index.apply(batch([present(gone + 1, rows[0])], gone=[gone + 2, 3_001 + gone]))
    assert len(index.search(rows[0], 10)) == 10
    index.commit()
    states = index.states(range(7_501))
    going_on.set()
    await built(index)
    assert index.documents == 7_500 - gone - 2
    assert index.states(range(7_501)) == states
    assert opened(EXACT_COUNT_MAX).states(range(7_501)) == states


async def test_a_building_that_fails_leaves_everything_as_it_is(
    opened: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def no_room(codes: Codes, path: Path) -> None:
        raise OSError(28, f"no room for {path.name}")

    index = opened(EXACT_COUNT_MAX)
    rows = vectors(3_000)
    with monkeypatch.context() as patched:
        patched.setattr(Codes, "write", no_room)
        take(index, rows)
        await built(index)
    assert codes_in(tmp_path) == []
    assert recall_at_10(index, rows) == 1.0
    take(index, rows[:1], first=3_001)
    assert not index.busy
    index.rest()
    await built(index)
    assert codes_in(tmp_path) == ["codes-3001"]


async def test_closing_ends_what_is_being_built(opened: Open) -> None:
    index = opened(EXACT_COUNT_MAX)
    take(index, vectors(20_000))
    index.close()
    assert not index.busy
    assert opened(EXACT_COUNT_MAX).documents == 20_000


async def test_lost_codes_are_made_again(opened: Open, tmp_path: Path) -> None:
    index = opened(EXACT_COUNT_MAX)
    rows = vectors(3_000)
    take(index, rows)
    await built(index)
    index.close()
    cut_short(tmp_path)
    index = opened(EXACT_COUNT_MAX)
    assert recall_at_10(index, rows) == 1.0
    index.rest()
    await built(index)
    assert codes_in(tmp_path) == ["codes-3000"]
