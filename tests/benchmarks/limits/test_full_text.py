"""SQLite's full text answers as the scenario understands it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.limits.full_text import FullText


@pytest.fixture
def peer(tmp_path: Path) -> Iterator[FullText]:
    opened = FullText(tmp_path / "fts5.db")
    opened.add([(1, {"title": "Bay", "text": "harbour lights", "collection": "notes", "kind": "note"})])
    opened.add([(2, {"text": "harbour harbour", "collection": "chat", "kind": "message"})])
    opened.add([(3, {"text": "a long way from any lights", "collection": "notes", "kind": "note"})])
    yield opened
    opened.close()


def test_the_best_first_with_the_number_of_all(peer: FullText) -> None:
    assert peer.best('"harbour"', 1) == ([2], 2)
    assert peer.best('"harbour" OR "lights"', 10)[1] == 3
    assert peer.best('"harbour" AND "bay"', 10) == ([1], 1)
    assert peer.best('"nothing"', 10) == ([], 0)


def test_in_a_collection(peer: FullText) -> None:
    assert peer.best('"harbour"', 10, "notes") == ([1], 1)


def test_the_newest_first(peer: FullText) -> None:
    assert peer.newest('"lights"', 1) == ([3], 2)
    assert peer.newest('"harb" *', 10) == ([2, 1], 2)


def test_counts_by_field(peer: FullText) -> None:
    assert peer.facets('"harbour"', ["collection", "kind"]) == {
        "collection": {"notes": 1, "chat": 1},
        "kind": {"note": 1, "message": 1},
    }
    assert peer.bytes > 0
