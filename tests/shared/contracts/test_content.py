"""What of a draft is content, and when two contents are the same."""

from datetime import datetime, timedelta, timezone

import pytest

from shared.contracts.content import ABOUT_DELIVERY, CONTENT_FIELDS, content_of
from shared.contracts.documents import GIVEN_BY_POSTIL, Document, Draft
from shared.errors import Invalid


def test_every_field_of_a_draft_is_content_or_about_its_delivery() -> None:
    assert set(CONTENT_FIELDS) | ABOUT_DELIVERY == set(Draft.model_fields)
    assert set(CONTENT_FIELDS) | GIVEN_BY_POSTIL | {"idempotency_key"} == set(Document.model_fields)


def test_what_is_about_delivery_makes_no_difference() -> None:
    bare = content_of(Draft(text="1"), "d", "news")
    assert content_of(Draft(text="1", id="x", idempotency_key="k", if_version=3), "d", "news") == bare
    assert content_of(Draft(text="1", ttl_seconds=3), "d", "news") != bare
    assert content_of(Draft(text="1"), "e", "news") != bare
    assert content_of(Draft(text="1"), "d", "old") != bare


def test_the_order_of_what_a_publisher_made_up_makes_no_difference_to_the_digest() -> None:
    one = content_of(Draft(data={"a": 1, "b": {"c": 2, "d": 3}}), "d", "news")
    other = content_of(Draft(data={"b": {"d": 3, "c": 2}, "a": 1}), "d", "news")
    assert one[0] != other[0]
    assert one[1] == other[1]


def test_a_moment_that_utc_does_not_have_is_refused() -> None:
    first = datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=3)))
    with pytest.raises(Invalid):
        content_of(Draft(text="a", occurred_at=first), "d", "news")


def test_a_number_that_json_does_not_carry_is_refused() -> None:
    with pytest.raises(Invalid):
        content_of(Draft(data=2**70), "d", "news")
