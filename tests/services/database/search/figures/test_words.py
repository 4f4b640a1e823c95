"""The table of words is cut back to the frequent ones."""

import pytest

from services.database.search.figures import words
from services.database.search.figures.index import FiguresIndex
from shared.contracts.figures import GetFigures
from tests.services.database.search.figures.ground import batch, document, keywords


def test_rare_words_leave_first(index: FiguresIndex) -> None:
    with index._file.writing() as connection:
        words.write(connection, {1: {f"rare{number}": 1 for number in range(100)}, 2: {"often": 9, "sometimes": 2}})
        words.cut_back(connection, rows_max=200)
        assert len(words.top(connection, 1, 1_000)) == 100
        words.cut_back(connection, rows_max=50)
        assert words.top(connection, 1, 1_000) == []
        assert words.top(connection, 2, 1_000) == [("often", 9), ("sometimes", 2)]
        # What was cut back can be taken away all the same.
        words.write(connection, {1: {"rare7": -1}, 2: {"sometimes": -2, "often": -1}})
        assert words.top(connection, 1, 10) + words.top(connection, 2, 10) == [("often", 8)]


def test_words_seen_once_follow_the_others(index: FiguresIndex) -> None:
    with index._file.writing() as connection:
        words.write(connection, {1: {"once": 1, "twice": 2, "also": 1}})
        assert words.top(connection, 1, 2)[0] == ("twice", 2)
        assert sorted(words.top(connection, 1, 9)) == [("also", 1), ("once", 1), ("twice", 2)]


def test_it_is_looked_after_many_new_words_how_many_there_are(
    index: FiguresIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(words, "LOOKED_AFTER_COUNT", 20)
    monkeypatch.setattr(words, "ROWS_MAX", 30)
    for no in range(1, 21):
        index.apply(batch(document(no, notes=keywords("often", f"rare{no}"))))
    index.commit()
    found = index.figures(GetFigures(top=100)).top_keywords
    assert found[0].count == 20
    assert len(found) < 15
