"""The index as its owner knows it: told, committed, asked by many, left alone, opened again."""

import threading
from pathlib import Path

import pytest

from services.database.search.index import Batch, Index, Outdated, Present
from services.database.search.language.syntax import All, Any, Everything, Is, Not, Word
from services.database.search.text import engine
from services.database.search.text.entries import state_of
from services.database.search.text.index import SHAPE_FILE, TextIndex
from shared.errors import Unavailable
from tests.services.database.search.text.ground import found, present, spoken_in, told


def test_told_twice_is_told_once(index: TextIndex) -> None:
    documents = [present(no, "fox") for no in range(20)]
    told(index, *documents)
    told(index, *documents)
    # A longer stretch that begins earlier, and holds one of them twice.
    told(index, *documents[5:], present(30, "fox"), present(30, "dog"), gone=(3,))
    assert list(index.numbers()) == [0, 1, 2, *range(4, 20), 30]
    assert index.documents == 20
    assert found(index, Word("dog")) == [30]


def test_it_is_an_index(index: TextIndex) -> None:
    seam: Index = index
    seam.apply(Batch(1, [present(1, "fox")]))
    seam.commit()
    assert seam.documents == 1
    assert seam.bytes > 0


def test_what_changes_is_replaced_also_before_a_commit(index: TextIndex) -> None:
    index.apply(Batch(1, [present(1, "one"), present(2, "two")]))
    index.apply(Batch(2, [present(1, "uno"), present(3, "three")], gone=[2]))
    index.apply(Batch(3, [present(3, "tres")], gone=[1]))
    index.apply(Batch(4, [present(1, "eins")], gone=[2, 77]))
    assert index.documents == 0
    index.commit()
    assert [found(index, Word(word)) for word in ("one", "uno", "eins", "two", "three", "tres")] == [
        [],
        [],
        [1],
        [],
        [],
        [3],
    ]
    assert index.documents == 2


def test_what_was_not_committed_is_gone(tmp_path: Path) -> None:
    index = told(TextIndex.open(tmp_path), present(1, "fox"), present(2, "fox"))
    index.apply(Batch(2, [present(1, "dog"), present(3, "fox")], gone=[2]))
    index.close()
    again = TextIndex.open(tmp_path)
    assert found(again, Word("fox")) == [1, 2]
    told(again, present(1, "dog"), present(3, "fox"), gone=(2,))
    assert found(again, Word("fox")) == [3]
    assert again.documents == 2
    again.close()


def test_states_agree_with_the_store(index: TextIndex) -> None:
    documents = [present(no, f"fox {no}", notes=spoken_in("en")) for no in range(50)]
    told(index, *documents)
    changed = present(7, "fox 7", notes=spoken_in("de"))
    told(index, changed)
    expected = {each.no: state_of(each) for each in [*documents[:7], changed, *documents[8:]]}
    assert index.states([*range(60)]) == expected
    assert index.states([]) == {}
    assert list(index.numbers()) == list(range(50))


def test_facets(index: TextIndex) -> None:
    told(index, *(present(no, "fox", author=f"a{no % 3}", tags=[f"t{no % 2}", "all"]) for no in range(10)))
    told(index, present(10, "fox", collection="postil.queries", author="house"))
    assert index.facets(Word("fox"), ("author", "tag", "kind", "collection"), 2) == {
        "author": [("a0", 4), ("a1", 3)],
        "tag": [("all", 10), ("t0", 5)],
        "kind": [],
        "collection": [("notes", 10)],
    }
    assert index.facets(All((Is("author", "a1"), Not(Is("tag", "t0")))), ("author",), 5) == {"author": [("a1", 2)]}
    assert index.facets(Everything(), (), 5) == {}


def test_facets_add_up_over_many_values(index: TextIndex) -> None:
    for first in range(0, 900, 300):
        told(
            index,
            *(present(no, author=f"once{no}") for no in range(first, first + 299)),
            present(first + 299, author="z"),
        )
    assert index.facets(Everything(), ("author",), 1) == {"author": [("z", 3)]}


def test_numbers_for_others(index: TextIndex) -> None:
    told(index, *(present(no, "fox" if no % 2 else "dog") for no in range(100)))
    assert index.matching_numbers(Word("fox"), 3) == ([99, 97, 95], 50)
    assert index.matching_numbers(Word("fox"), 0) == ([], 50)
    assert index.keep(Word("fox"), range(90, 200)) == {91, 93, 95, 97, 99}
    assert index.keep(Word("fox"), []) == set()


@pytest.mark.parametrize("what", ["another shape", "no shape", "another schema", "damaged"])
def test_what_is_of_another_kind_is_outdated(tmp_path: Path, what: str) -> None:
    told(TextIndex.open(tmp_path), present(1, "fox")).close()
    match what:
        case "another shape":
            (tmp_path / SHAPE_FILE).write_text("postil text 0\n")
        case "no shape":
            (tmp_path / SHAPE_FILE).unlink()
        case "another schema":
            meta = (tmp_path / "meta.json").read_text()
            (tmp_path / "meta.json").write_text(meta.replace('"thread"', '"threat"'))
        case _:
            (tmp_path / "meta.json").write_text("{")
    with pytest.raises(Outdated):
        TextIndex.open(tmp_path)


def test_rest_lets_go_and_leaves_nothing_behind(index: TextIndex, tmp_path: Path) -> None:
    for no in range(16):
        told(index, present(no, "fox"), present(0, f"fox {no}"))
    index.apply(Batch(1, [present(99, "fox")]))
    other = TextIndex.open(tmp_path / "text")
    with pytest.raises(Unavailable):
        other.apply(Batch(1, [present(100, "fox")]))
    index.rest()
    index.rest()
    assert found(index, Word("fox")) == [*range(16), 99]
    kinds = {file.suffix for file in (tmp_path / "text").iterdir() if file.suffix not in (".json", ".lock", "")}
    segments = {file.name.split(".")[0] for file in (tmp_path / "text").iterdir() if file.suffix in kinds}
    assert len(segments) < 10
    # Only one writes at a time, and it isn't this one any more.
    told(other, present(100, "fox")).rest()
    told(index, present(101, "fox"))
    assert index.documents == 19
    other.close()


def test_a_writer_that_fails_is_replaced(index: TextIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    told(index, present(1, "fox"))

    def broken(*_: object) -> None:
        raise engine.Error("the disk is full")

    index.apply(Batch(1, [present(1, "dog"), present(2, "fox")]))
    with monkeypatch.context() as patched:
        patched.setattr(engine.Engine, "commit", broken)
        with pytest.raises(Unavailable, match="could not be written"):
            index.commit()
    assert found(index, Word("fox")) == [1]
    told(index, present(1, "dog"), present(2, "fox"))
    assert [found(index, Word("fox")), found(index, Word("dog"))] == [[2], [1]]
    assert index.documents == 2


def test_many_ask_while_one_writes(index: TextIndex) -> None:
    """Every document is there once, or not yet: never halfway, never twice."""
    node = Any((Word("fox"), Is("author", "ada")))
    wrong: list[object] = []
    done = threading.Event()

    def ask() -> None:
        try:
            while not done.is_set():
                hits = index.search(node, limit=1_000)
                numbers = [no for no, _ in hits.hits]
                if (
                    len(set(numbers)) != len(numbers)
                    or hits.total % 20
                    or len(index.states(numbers)) > len(numbers) + 20
                ):
                    wrong.append(numbers)
                index.facets(node, ("author",), 3)
        # Whatever it is, the test has to hear of it.
        except Exception as error:
            wrong.append(error)

    askers = [threading.Thread(target=ask) for _ in range(3)]
    for asker in askers:
        asker.start()
    for turn in range(8):
        batch = [present(turn * 20 + at, "fox", author="ada") for at in range(20)]
        again: list[Present] = [present(at, f"fox {turn}", author="ada") for at in range(turn * 20)][:20]
        told(index, *again, *batch)
    done.set()
    for asker in askers:
        asker.join()
    assert wrong == []
    assert len(found(index, node)) == 160
