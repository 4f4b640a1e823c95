"""When everything is embedded anew, the old vectors serve until the new ones are complete."""

from pathlib import Path

import pytest

from services.database.search.vectors.index import VectorIndex, state_of
from services.database.search.vectors.models import MODELS_MAX
from tests.services.database.search.vectors.conftest import Open
from tests.services.database.search.vectors.ground import batch, numbers, present, take, vectors

COUNT = 50
OLD, NEW = vectors(COUNT), vectors(COUNT, seed=9, dimensions=48)


def folders(path: Path) -> int:
    return len([each for each in (path / "vectors").iterdir() if each.is_dir()])


def test_the_new_model_serves_when_it_is_complete(opened: Open, tmp_path: Path) -> None:
    index = opened()
    take(index, OLD, model="old")
    take(index, NEW[:-1], model="new")
    assert (index.model, index.documents, folders(tmp_path)) == ("old", COUNT, 2)
    assert numbers(index.search(OLD[0], 1)) == [1]
    assert index.search(NEW[0], 1) == []
    # The store has the new vectors already.
    assert index.states([1, COUNT]) == {
        1: state_of(present(1, NEW[0], "new")),
        COUNT: state_of(present(COUNT, OLD[-1], "old")),
    }
    index = opened()
    assert index.model == "old"
    take(index, NEW[-1:], first=COUNT, model="new")
    assert (index.model, index.documents, folders(tmp_path)) == ("new", COUNT, 1)
    assert numbers(index.search(NEW[0], 1)) == [1]
    assert opened().model == "new"


def test_old_vectors_stay_while_only_they_know_a_document(index: VectorIndex, tmp_path: Path) -> None:
    take(index, OLD, model="old")
    take(index, NEW, first=COUNT, model="new")
    assert (index.model, folders(tmp_path)) == ("new", 2)
    assert list(index.numbers()) == list(range(1, 2 * COUNT))
    index.apply(batch([], gone=range(1, COUNT)))
    index.commit()
    assert folders(tmp_path) == 1


def test_a_document_may_go_back_to_the_old_model(index: VectorIndex) -> None:
    take(index, OLD, model="old")
    take(index, NEW[:9], model="new")
    take(index, OLD[:3], model="old")
    assert index.model == "old"
    assert index.states([1]) == {1: state_of(present(1, OLD[0], "old"))}
    assert index.states([9]) == {9: state_of(present(9, NEW[8], "new"))}


def test_the_same_model_with_other_dimensions_is_another(index: VectorIndex) -> None:
    take(index, OLD, model="one")
    take(index, NEW[:1], first=COUNT + 1, model="one")
    assert (index.model, index.documents) == ("one", COUNT)
    assert numbers(index.search(OLD[4], 1)) == [5]
    assert index.search(NEW[0], 5) == []


@pytest.mark.parametrize("commits", [True, False])
def test_models_that_somebody_makes_up_take_no_room(opened: Open, tmp_path: Path, commits: bool) -> None:
    index = opened()
    take(index, OLD, model="honest")
    take(index, NEW[:5], model="coming")
    for turn in range(20):
        index.apply(batch([present(1_000 + turn, OLD[turn], f"made up {turn}")]))
        if commits:
            index.commit()
    index.commit()
    assert folders(tmp_path) == MODELS_MAX
    assert (index.model, index.documents) == ("honest", COUNT)
    take(index, NEW[5:], first=6, model="coming")
    assert (index.model, index.documents) == ("coming", COUNT)
    assert index.ignored == (0 if commits else 20 - MODELS_MAX + 1)
    assert opened().documents == COUNT
