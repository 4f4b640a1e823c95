"""What a document is called, and where its message stands.

Names that are written out here stand in databases: if one of them changes, a redelivery makes a second document.
"""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.names import CHANCE_BYTES, Naming, digest, sortable_name
from shared.bus.wire import Place
from shared.contracts.documents import Draft
from tests.services.ingest.door import NOW, PLACE, chance

UNNAMED = Draft(text="a")
UNSIGNED_64 = st.integers(min_value=0, max_value=2**64 - 1)
INDEX = st.integers(min_value=0, max_value=2**24 - 1)
STANDING = st.tuples(UNSIGNED_64, UNSIGNED_64, INDEX)


def naming(*, place: Place | None = PLACE, message_id: str | None = None, collection: str | None = "notes") -> Naming:
    return Naming(place=place, message_id=message_id, collection=collection, now=NOW, random_bytes=chance)


def test_its_own_id_comes_before_everything_else() -> None:
    draft = Draft(id="mine", idempotency_key="k", text="a")
    assert naming(message_id="m").id_for(draft, 3) == "mine"


def test_an_idempotency_key_names_the_same_document_from_any_message() -> None:
    draft = Draft(idempotency_key="order 17", text="a")
    name = naming(message_id="m").id_for(draft, 0)
    assert name == naming(place=None, collection=None).id_for(draft, 5)
    assert name == "key-62073e1d72cfe3fc95bd4de8"


def test_a_message_id_names_its_documents_by_their_number() -> None:
    names = naming(message_id="import-9")
    assert names.id_for(UNNAMED, 0) == "msg-a8171bd891d6bd2ee0d28cf3"
    assert names.id_for(UNNAMED, 1) == f"{names.id_for(UNNAMED, 0)}-1"
    assert naming(message_id="import-9", place=None).id_for(UNNAMED, 1) == names.id_for(UNNAMED, 1)


def test_publishers_of_different_collections_may_count_alike() -> None:
    tickets = naming(message_id="1", collection="tickets")
    assert tickets.id_for(UNNAMED, 0) != naming(message_id="1").id_for(UNNAMED, 0)


def test_a_place_in_the_stream_names_its_documents() -> None:
    names = naming()
    assert [names.id_for(UNNAMED, index) for index in range(3)] == ["1a2b-77", "1a2b-77-1", "1a2b-77-2"]


def test_a_stream_that_was_made_anew_names_nothing_as_the_old_one_did() -> None:
    anew = Place(stream="DOCS", epoch=PLACE.epoch + 1, seq=PLACE.seq, stamped_at=NOW)
    assert naming(place=anew).id_for(UNNAMED, 0) != naming().id_for(UNNAMED, 0)


def test_without_anything_else_chance_names_them() -> None:
    names = naming(place=None)
    first, second = names.id_for(UNNAMED, 0), names.id_for(UNNAMED, 1)
    assert first == "01kg9ys7g0000g40r40m30e209"
    assert second == f"{first}-1"


@given(first=st.binary(min_size=CHANCE_BYTES, max_size=CHANCE_BYTES), later_ms=st.integers(1, 10**12))
def test_a_name_by_chance_sorts_by_time(first: bytes, later_ms: int) -> None:
    later = NOW + timedelta(milliseconds=later_ms)
    assert sortable_name(NOW, first) < sortable_name(later, bytes(CHANCE_BYTES))


def test_a_request_has_no_place() -> None:
    assert naming(place=None).place_for(0) is None


@given(first=STANDING, second=STANDING)
def test_places_sort_as_the_stream_does(first: tuple[int, int, int], second: tuple[int, int, int]) -> None:
    one, other = (_place_text(*standing) for standing in (first, second))
    assert (one < other) == (first < second)
    assert len(one) == len(other)


@given(st.lists(st.text(max_size=3), max_size=3), st.lists(st.text(max_size=3), max_size=3))
def test_only_the_same_parts_have_the_same_digest(first: list[str], second: list[str]) -> None:
    assert (digest(*first) == digest(*second)) == (first == second)


@pytest.mark.parametrize("part", ["", "\ud800", "\x00", "ä" * 10_000])
def test_anything_has_a_digest(part: str) -> None:
    assert len(digest(part)) == 24


def _place_text(epoch: int, seq: int, index: int) -> str:
    text = naming(place=Place(stream="DOCS", epoch=epoch, seq=seq, stamped_at=NOW)).place_for(index)
    assert text is not None
    return text
