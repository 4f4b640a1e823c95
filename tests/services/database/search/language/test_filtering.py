"""A filter, as an object or as a query, is a tree like any other."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from services.database.search.language.filtering import node_of
from services.database.search.language.mistakes import QueryMistake
from services.database.search.language.parsing import TERMS_COUNT_MAX, parse
from services.database.search.language.reading import shown
from services.database.search.language.syntax import Between, Data, Everything, Is
from shared.contracts.search import Filter
from shared.errors import Invalid
from tests.services.database.search.language.trees import NOW

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


def test_no_filter_is_everything() -> None:
    assert node_of(None, NOW) == node_of(Filter(), NOW) == node_of("", NOW) == Everything()


@pytest.mark.parametrize(
    ("filter_", "query"),
    [
        (Filter(collection="tickets"), "collection:tickets"),
        (Filter(collection=("tickets", "chat.*")), "collection:(tickets OR chat.*)"),
        (Filter(author=("ann", "bob")), "author:(ann OR bob)"),
        (Filter(author="a*"), 'author:"a*"'),
        (Filter(tag=("red", "blue")), "tag:red tag:blue"),
        (Filter(entity=("a@b.c", "1.2.3.4")), "entity:a@b.c OR entity:1.2.3.4"),
        (Filter(language="EN", kind="bug", thread="t"), "kind:bug lang:en thread:t"),
        (Filter(since=NOON), "occurred >= 2026-01-31T12:00:00Z"),
        (Filter(until=NOON), "occurred < 2026-01-31T12:00:00Z"),
        (Filter(data={"priority": "high", "build.number": 7}), 'data.priority = "high" data.build.number = 7'),
        (Filter(data={"priority": ["high", "low", None]}), "data.priority:(high OR low OR null)"),
        (Filter(author=("ann", "bob"), tag=("x", "y")), "(author:ann OR author:bob) tag:x tag:y"),
    ],
)
def test_an_object_means_what_a_query_means(filter_: Filter, query: str) -> None:
    tree = node_of(filter_, NOW)
    assert tree == parse(query, NOW) == node_of(query, NOW)
    assert parse(shown(tree), NOW) == tree


def test_times_are_one_stretch_in_utc() -> None:
    there = timezone(timedelta(hours=2))
    assert node_of(Filter(since=NOON.astimezone(there), until=NOW), NOW) == Between("occurred", NOON, NOW)


def test_values_are_taken_as_they_are() -> None:
    assert node_of(Filter(author=' "OR" '), NOW) == Is("author", ' "OR" ')
    assert node_of(Filter(data={"a b": "null"}), NOW) == Data("a b", "=", "null")


@pytest.mark.parametrize(
    ("filter_", "words"),
    [
        (Filter(since=NOW, until=NOON), "'until' is before 'since'"),
        (Filter(since=datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14)))), "beyond the years"),
        (Filter(data={"": 1}), "'data' at ''"),
        (Filter(data={"a..b": 1}), "'data' at 'a..b'"),
        (Filter(data={"a": {"b": 1}}), "only a text, a number"),
        (Filter(data={"a": [[1]]}), "only a text, a number"),
        (Filter(data={"a": []}), "no value"),
        (Filter(data={"a": float("nan")}), "too large"),
        (Filter(author=tuple(str(each) for each in range(TERMS_COUNT_MAX + 1))), "too many"),
    ],
)
def test_a_filter_that_makes_no_sense_is_told_so(filter_: Filter, words: str) -> None:
    with pytest.raises(Invalid) as caught:
        node_of(filter_, NOW)
    assert caught.value.detail.startswith("in the filter, ")
    assert words in caught.value.detail


def test_a_mistake_says_that_it_is_in_the_filter() -> None:
    with pytest.raises(QueryMistake) as caught:
        node_of("author:", NOW)
    assert caught.value.detail == "in the filter, at 8: a value is missing after 'author:' in 'author:⟨here⟩'"
    assert caught.value.position == 8
