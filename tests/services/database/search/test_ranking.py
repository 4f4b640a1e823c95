"""Rankings made one, and cursors, without any index."""

from services.database.search.ranking import Ranked, Shown, behind, cursor_of, fused, nearest_until, place_of
from services.database.search.text.ranking import Place
from shared.contracts.search import Search

PLACE = Place(no=7, key=1.5, rank=3, until_no=99, total=40)
SEARCH = Search(query="apple")


def test_what_both_find_comes_before_what_one_finds_and_of_equals_the_newer() -> None:
    assert [each.no for each in fused([[1, 2, 3], [4, 2, 5]])] == [2, 4, 1, 5, 3]
    assert fused([[], []]) == []


def test_a_cursor_brings_back_its_place() -> None:
    for place in (PLACE, Shown(1 << 42, 40, (1 << 41, 5)), Shown(0, 0)):
        after = cursor_of(place, SEARCH)
        assert place_of(Search(query="apple", after=after, limit=3, explain=True, facets=("tag",))) == place
    assert place_of(SEARCH) is None


def test_reading_on_is_behind_what_was_passed() -> None:
    passed = [Ranked(5, 0.9), Ranked(3, 0.8)]
    assert behind(PLACE, passed) == Place(no=3, key=0.8, rank=5, until_no=99, total=40)
    assert behind(Shown(99, 40, (9,)), passed) == Shown(99, 40, (9, 5, 3))


def test_newer_ones_take_no_place_from_those_that_were_there() -> None:
    ranking = [Ranked(no, 0.0) for no in (100, 101, 102, 103, 104, 1, 2, 3)]
    asked: list[int] = []

    def look(count: int) -> list[Ranked]:
        asked.append(count)
        return ranking[:count]

    assert [each.no for each in nearest_until(look, 99, 2)] == [1, 2]
    assert asked == [2, 8]
    assert nearest_until(look, 0, 2) == []
