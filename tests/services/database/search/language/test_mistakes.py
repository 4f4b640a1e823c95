"""Every mistake is told in one line, at its place, with what to do about it."""

import pytest

from services.database.search.language.mistakes import QueryMistake
from services.database.search.language.parsing import DEPTH_MAX, TERMS_COUNT_MAX, parse
from shared.errors import Invalid
from tests.services.database.search.language.trees import NOW

WHOLE = {
    "hello author:": "at 14: a value is missing after 'author:' in 'hello author:⟨here⟩'",
    "hello author: ann": "at 14: a value is missing after 'author:' in 'hello author:⟨here⟩ ann'",
    "autor:ann x": "at 1: there is no field 'autor'; did you mean 'author:'? "
    "Or quote it to search for it as it is: \"autor:ann\" in '⟨autor:⟩ann x'",
    "x foo:bar": "at 3: there is no field 'foo' (there are title, text, collection, kind, author, tag, lang, language, "
    "entity, thread, source, id, since, until, occurred, created, updated and data.<path>); "
    "quote it to search for it as it is: \"foo:bar\" in 'x ⟨foo:⟩bar'",
    'say "hi': "at 5: this quote isn't closed in 'say ⟨\"⟩hi'",
}

PLACES = {
    # operators
    "a OR": (5, "missing after 'OR'"),
    "OR a": (1, "missing before 'OR'"),
    "| a": (1, "missing before '|'"),
    "a OR OR b": (6, "missing after 'OR'"),
    "a OR ?": (7, "missing after 'OR'"),
    "AND a": (1, "missing before 'AND'"),
    "a AND": (6, "missing after 'AND'"),
    "a AND AND b": (7, "missing after 'AND'"),
    "a AND OR b": (7, "missing after 'AND'"),
    "NOT": (4, "missing after 'NOT'"),
    "a -OR b": (4, "missing after '-'"),
    "NOT AND a": (5, "missing after 'NOT'"),
    "(OR a)": (2, "missing before 'OR'"),
    "?": (1, "no word to search for"),
    "a OR (b": (6, "isn't closed"),
    "(a": (1, "isn't closed"),
    "author:(ann": (8, "isn't closed"),
    "a)": (2, "no parenthesis is open"),
    ")": (1, "no parenthesis is open"),
    "a () b": (4, "nothing between the parentheses"),
    "-(": (2, "isn't closed"),
    # words
    "“abc": (1, "quote isn't closed"),
    '"abc\\"': (1, "quote isn't closed"),
    '""': (1, "no word here"),
    'title:"?"': (7, "no word here"),
    "title:*": (7, "no word here"),
    "x a*b": (3, "'*' can only end a word"),
    "*a": (1, "'*' can only end a word"),
    # fields
    "author:)": (8, "missing after 'author:'"),
    "author:|x": (8, "missing after 'author:'"),
    'author:""': (8, "nothing between the quotes"),
    "author:(ann bob)": (13, "write OR between them"),
    "colection:x": (1, "did you mean 'collection:'?"),
    "tags:7": (1, "did you mean 'tag:'?"),
    "from:ann": (1, "did you mean 'author:'?"),
    "before:today": (1, "did you mean 'until:'?"),
    "foo:(a)": (1, "there is no field 'foo'"),
    'foo:"a"': (1, "there is no field 'foo'"),
    "data:high": (1, "a path is missing"),
    # data
    "data.=3": (6, "a path is missing after 'data.'"),
    "data.:3": (6, "a path is missing after 'data.'"),
    "data.x..y = 3": (1, "the path 'x..y'"),
    'data."" = 3': (1, "the path ''"),
    'data."x"': (9, "a comparison is missing"),
    "data.x =": (9, "missing after 'data.x ='"),
    "data.x: a": (8, "missing after 'data.x:'"),
    "data.x => 3": (9, "missing after 'data.x ='"),
    "data.x:>3": (8, "missing after 'data.x:'"),
    "data.x > null": (10, "neither large nor small"),
    "data.x <= true": (11, "neither large nor small"),
    "data.x > (1)": (10, "takes one value"),
    "data.x = 1e999": (10, "too large"),
    f"data.x = {'9' * 350}": (10, "too large"),
    f"data.x = {'9' * 5_000}": (10, "too long"),
    "data.x:(1 OR >3)": (14, "missing after 'data.x:'"),
    "data.x:a*": (8, "by their beginning"),
    # times
    "since:": (7, "missing after 'since:'"),
    "since:soon": (7, "'soon' is not a time"),
    "since:2026-13-01": (7, "no such time"),
    "since:2026-02-30": (7, "no such time"),
    "since:0000-01-01": (7, "no such time"),
    "since:2026-01-31T25:00Z": (7, "no such time"),
    "since:2026-01-31T12:00": (7, "no zone"),
    "since:2026-01-31T12:00x": (7, "not a zone"),
    "since:0001-01-01T00:00+14:00": (7, "no such time"),
    "since:999999999w": (7, "no such time"),
    "since:(7d OR 8d)": (7, "takes one value"),
    "since:2026*": (7, "by their beginning"),
    "created > ": (11, "missing after 'created >'"),
    "created > 2026..2027": (11, "can't be compared by '>'"),
    "created:..": (9, "missing before or after '..'"),
    "created:2027..2026": (9, "ends before it begins"),
    # limits
    "(" * (DEPTH_MAX + 1): (DEPTH_MAX + 1, "nested deeper"),
    "a " * (TERMS_COUNT_MAX + 1): (2 * TERMS_COUNT_MAX + 1, f"more than {TERMS_COUNT_MAX} terms"),
}


@pytest.mark.parametrize(("query", "message"), WHOLE.items())
def test_a_mistake_reads_as_one_line(query: str, message: str) -> None:
    with pytest.raises(Invalid) as caught:
        parse(query, NOW)
    assert caught.value.detail == message


@pytest.mark.parametrize(("query", "place"), PLACES.items())
def test_a_mistake_is_told_at_its_place(query: str, place: tuple[int, str]) -> None:
    position, words = place
    with pytest.raises(QueryMistake) as caught:
        parse(query, NOW)
    assert caught.value.position == position
    assert words in caught.value.detail
    assert caught.value.query == query


def test_only_the_surroundings_are_shown_and_in_one_line() -> None:
    with pytest.raises(QueryMistake) as caught:
        parse("a\nb\u202e\0" * 10 + "author:" + ")" * 1_000, NOW)
    said = caught.value.detail
    assert said.isprintable()
    assert len(said) < 200
    assert "'…" in said
    assert said.endswith("…'")


def test_a_long_culprit_is_cut() -> None:
    with pytest.raises(QueryMistake) as caught:
        parse("since:" + "x" * 1_000, NOW)
    assert len(caught.value.detail) < 250


def test_what_is_at_the_limits_is_fine() -> None:
    assert parse("(" * DEPTH_MAX + "a" + ")" * DEPTH_MAX, NOW) == parse("a", NOW)
    assert repr(parse("a " * TERMS_COUNT_MAX, NOW)).count("Word") == TERMS_COUNT_MAX
