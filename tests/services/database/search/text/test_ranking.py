"""Pages: all hits, each once, in one order; also while documents come, change and go."""

import random
from collections.abc import Iterator

import pytest

from services.database.search.language.syntax import All, Any, Everything, Is, Node, Not, Prefix, Word
from services.database.search.text import ranking
from services.database.search.text.index import TextIndex
from services.database.search.text.ranking import Place, Sort
from tests.services.database.search.text.ground import moment, present, told

COUNT = 120


@pytest.fixture(autouse=True)
def few_are_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that the engine has to be asked again."""
    monkeypatch.setattr(ranking, "TIES_COUNT", 1)


@pytest.fixture
def library(index: TextIndex) -> TextIndex:
    return filled(index)


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TextIndex]:
    """Only asked: no test changes it."""
    index = filled(TextIndex.open(tmp_path_factory.mktemp("lasting")))
    yield index
    index.close()


def filled(index: TextIndex) -> TextIndex:
    """Many that are equally good, in several segments, and many at the same moment."""
    chance = random.Random(5)
    documents = [
        present(
            no,
            "fox " * chance.choice([1, 1, 1, 2, 5]) + "and some more words" * chance.choice([1, 1, 3]),
            occurred_at=moment(chance.randrange(10)).isoformat(),
            collection=f"c{no % 3}",
        )
        for no in range(COUNT)
    ]
    for first in range(0, COUNT, 30):
        told(index, *documents[first : first + 30])
    return index


def pages(index: TextIndex, node: Node, sort: Sort, limit: int = 7) -> list[list[int]]:
    found: list[list[int]] = []
    after: Place | None = None
    while True:
        page = index.search(node, limit=limit, after=after, sort=sort)
        found.append([no for no, _ in page.hits])
        assert len(page.hits) <= limit
        after = page.next
        if after is None:
            return found


def flat(found: list[list[int]]) -> list[int]:
    return [no for page in found for no in page]


QUERIES: list[Node] = [
    Word("fox"),
    Prefix("fo"),
    Everything(),
    Is("collection", "c1"),
    Not(Is("collection", "c1")),
    All((Word("fox"), Is("collection", "c2"))),
    Any((Word("fox"), Is("collection", "c2"))),
]


@pytest.mark.parametrize("sort", ["relevance", "time"])
@pytest.mark.parametrize("node", QUERIES, ids=str)
@pytest.mark.parametrize("limit", [1, 7, COUNT])
def test_every_hit_once_and_in_order(lasting: TextIndex, node: Node, sort: Sort, limit: int) -> None:
    whole = lasting.search(node, limit=1_000, sort=sort)
    assert whole.next is None
    assert whole.total == len(whole.hits) == lasting.count(node)
    assert flat(pages(lasting, node, sort, limit)) == [no for no, _ in whole.hits]


def test_the_order(library: TextIndex) -> None:
    hits = library.search(Word("fox"), limit=1_000).hits
    assert hits == sorted(hits, key=lambda hit: (-hit[1], -hit[0]))
    assert len({score for _, score in hits}) < len(hits) / 5
    # Nothing to rank by: the newest first.
    assert [no for no, _ in library.search(Everything(), limit=5).hits] == [119, 118, 117, 116, 115]


def test_time_is_when_it_occurred(index: TextIndex) -> None:
    told(
        index,
        present(1, "x", occurred_at=moment(50).isoformat()),
        present(2, "x"),
        present(3, "x", occurred_at="1789-07-14T10:00:00+00:00"),
        present(4, "x", occurred_at="9999-12-31T23:59:59.999999+00:00"),
        present(5, "x", occurred_at="0001-01-01T00:00:00+00:00"),
        present(6, "x", occurred_at="2026-01-01T01:00:50+01:00"),
        present(7, "x", occurred_at="2026-01-01T00:00:50.000001Z"),
    )
    hits = index.search(Word("x"), limit=9, sort="time").hits
    assert [no for no, _ in hits] == [4, 7, 6, 1, 2, 3, 5]
    assert flat(pages(index, Word("x"), "time", 1)) == [4, 7, 6, 1, 2, 3, 5]


@pytest.mark.parametrize("sort", ["relevance", "time"])
@pytest.mark.parametrize("node", [Word("fox"), Everything(), Prefix("fo")], ids=str)
def test_what_comes_between_the_pages_disturbs_nobody(library: TextIndex, node: Node, sort: Sort) -> None:
    expected = flat(pages(library, node, sort))
    found: list[int] = []
    after: Place | None = None
    for turn in range(COUNT):
        page = library.search(node, limit=25, after=after, sort=sort)
        assert page.total == COUNT
        found += [no for no, _ in page.hits]
        after = page.next
        if after is None:
            break
        told(library, *(present(1_000 + turn * 5 + at, "fox and some more words") for at in range(5)))
    assert found == expected


def test_a_place_survives_its_document(library: TextIndex) -> None:
    first = library.search(Word("fox"), limit=10)
    assert first.next is not None
    told(library, gone=(first.hits[-1][0],))
    second = library.search(Word("fox"), limit=1_000, after=first.next)
    expected = set(range(COUNT)) - {no for no, _ in first.hits}
    assert expected == {no for no, _ in second.hits}


def test_ranked_hits_have_an_end(library: TextIndex) -> None:
    page = library.search(Word("fox"), limit=10, depth_max=20)
    assert page.next is not None
    page = library.search(Word("fox"), limit=10, depth_max=20, after=page.next)
    assert (len(page.hits), page.total, page.next) == (10, COUNT, None)


def test_more_equals_than_can_be_put_in_order(library: TextIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ranking, "TIES_MAX", 20)
    page = library.search(Word("fox"), limit=5)
    assert [score for _, score in page.hits] == sorted((score for _, score in page.hits), reverse=True)
    again = library.search(Word("fox"), limit=5)
    assert again.hits == page.hits
    assert page.total == COUNT


def test_only_some(library: TextIndex) -> None:
    some = library.search(All((Word("fox"), Is("collection", "c1"))), limit=99, only=range(10))
    assert sorted(no for no, _ in some.hits) == [1, 4, 7]
    assert some.total == 3
    assert library.search(Everything(), limit=99, only=[]).hits == []
    assert library.search(Everything(), limit=99, only={5, 5_000}).hits == [(5, 5)]
