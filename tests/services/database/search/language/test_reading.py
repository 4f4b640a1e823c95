"""Words for the embedding, conditions for the filter, and a text that means the tree again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.database.search.language.parsing import parse
from services.database.search.language.reading import conditions, shown, spoken, words_of
from services.database.search.language.syntax import All, Any, Between, Everything, Is, Node, Phrase, Prefix, Word
from shared.errors import Invalid
from tests.services.database.search.language.trees import NOW, trees

# Pieces that meet in ways that nobody thinks of.
PIECES = [
    "a", "b*", '"c d"', "e:f", "title:", "author:", "tag:", "data.x", "data.", 'data."y z"', "occurred", "since:7d",
    "OR", "AND", "NOT", "-", "(", ")", "|", "=", "!=", ">", "<=", ":", "7", "-7", "null", "*", '"', "“", "\\", ".",
    "..", "://", " ", "  ", " (", ") ", "today", "2026", "kind:x", 'צה"ל', "\u200f", "🔥", "\0", "(x)",
]  # fmt: skip
SHOWN = {
    "": "*",
    "a AND b": "a b",
    "a | b c": "a OR b c",
    "(a OR b) -c": "(a OR b) NOT c",
    "-(a b)": "NOT (a b)",
    "title:(a OR “b c”)": 'title:a OR title:"b c"',
    "lang:EN author:(ann OR 'bob')": "language:en (author:ann OR author:\"'bob'\")",
    "collection:chat.*": "collection:chat.*",
    "data.n=7 data.x:high data.y!=null": 'data.n = 7 data.x = "high" data.y != null',
    "since:1d": "occurred >= 2026-02-09T15:30:00Z",
    "created:2026-01": "created:2026-01-01T00:00:00Z..2026-02-01T00:00:00Z",
}


@pytest.mark.parametrize(("query", "text"), SHOWN.items())
def test_a_tree_is_shown(query: str, text: str) -> None:
    assert shown(parse(query, NOW)) == text


@given(trees)
def test_what_is_shown_means_the_same_tree(tree: Node) -> None:
    assert parse(shown(tree), NOW) == tree


def read(query: str) -> Node | str:
    """The tree, or what is wrong."""
    try:
        return parse(query, NOW)
    except Invalid as error:
        return error.detail


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join) | st.text(max_size=40))
def test_any_text_is_a_tree_or_invalid(query: str) -> None:
    found = read(query)
    assert found.isprintable() if isinstance(found, str) else parse(shown(found), NOW) == found


def test_a_tree_that_no_query_makes_is_shown_all_the_same() -> None:
    assert shown(Word("two words")) == '"two words"'
    assert shown(All(())) == "*"
    assert shown(Between("created")) == "*"


def test_words_are_those_that_must_be_said() -> None:
    tree = parse('fire title:(smoke* OR "red alert") -water NOT (a OR b) author:ann', NOW)
    assert words_of(tree) == (Word("fire"), Prefix("smoke", "title"), Phrase("red alert", "title"))
    assert spoken(tree) == "fire smoke red alert"
    assert spoken(parse("author:ann -water", NOW)) == ""


@pytest.mark.parametrize(
    ("query", "left"),
    [
        ("fire", "*"),
        ("fire author:ann", "author:ann"),
        ("fire author:ann kind:bug", "author:ann kind:bug"),
        ("author:ann OR fire", "*"),
        ("author:ann OR (fire author:bob)", "author:ann OR author:bob"),
        ("kind:bug (author:ann OR (fire smoke))", "kind:bug"),
        ("fire -water", "-water"),
        ("fire -(water OR author:ann)", "-(water OR author:ann)"),
        ("author:ann OR -water", "author:ann OR -water"),
        ("*", "*"),
    ],
)
def test_conditions_leave_the_words_out(query: str, left: str) -> None:
    assert conditions(parse(query, NOW)) == parse(left, NOW)


@given(trees)
def test_conditions_say_nothing_to_rank(tree: Node) -> None:
    left = conditions(tree)
    assert words_of(left) == ()
    assert conditions(left) == left


def test_everything_in_a_choice_leaves_no_condition() -> None:
    assert conditions(Any((Is("author", "ann"), Everything()))) == Everything()
