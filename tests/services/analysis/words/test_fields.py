"""The parts of a document that are read, and spots in them."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from services.analysis.words.fields import Spot, fields_of, without_overlaps
from tests.services.analysis.steps.sets.documents import document

SPOTS = st.lists(st.tuples(st.integers(0, 40), st.integers(1, 9)), max_size=12)


def test_empty_fields_are_left_out() -> None:
    assert list(fields_of(document("b", "a"))) == [("title", "a"), ("text", "b")]
    assert list(fields_of(document(None, ""))) == []


@given(SPOTS)
def test_the_first_of_two_that_overlap_stays(places: list[tuple[int, int]]) -> None:
    spots = [Spot("x", start, start + length) for start, length in places]
    kept = without_overlaps(spots)
    assert all(one.end <= other.start for one, other in pairwise(kept))
    for spot in spots:
        earlier = [each for each in kept if each.start < spot.end and spot.start < each.end]
        assert earlier
    assert spots[:1] == [spot for spot in kept if spot in spots[:1]][:1]
