"""Any tree that the parser could make, for tests about all of them."""

from datetime import UTC, datetime

from hypothesis import strategies as st

from services.database.search.language.combining import all_of, any_of, negated
from services.database.search.language.syntax import (
    Between,
    Data,
    Everything,
    Is,
    NamedField,
    Node,
    Phrase,
    Prefix,
    TextField,
    TimeField,
    Word,
)

NOW = datetime(2026, 2, 10, 15, 30, tzinfo=UTC)

TEXT_FIELDS: tuple[TextField | None, ...] = (None, "title", "text")
NAMED_FIELDS: tuple[NamedField, ...] = (
    "collection", "kind", "author", "tag", "language", "entity", "thread", "source", "id",
)  # fmt: skip
TIME_FIELDS: tuple[TimeField, ...] = ("occurred", "created", "updated")

# Plain words can be spelled in many ways, and the parser has its own tests for them; quoted, anything goes.
PLAIN = [
    "fire", "C++", "don't", "#123", "ABC-123", "http://x.y/z?a=b", "10:30", "main()", "f(x)", "שלום", 'צה"ל', "日本語",
    "=x", "!=y", "--verbose", "note:", "data.frame", "occurred", "or", "a@b.c", "std::map", "🔥", "سلام", "e\u0301",
]  # fmt: skip
plain = st.sampled_from(PLAIN)
anything = st.text(max_size=12)
speaking = anything.map(lambda text: f"{text}x")
text_fields = st.sampled_from(TEXT_FIELDS)
moments = st.datetimes(timezones=st.just(UTC))
numbers = st.integers(-(2**63) + 1, 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
paths = st.lists(st.text(min_size=1, max_size=5).filter(lambda name: "." not in name), min_size=1, max_size=3).map(
    ".".join
)


@st.composite
def between(draw: st.DrawFn) -> Node:
    first, second = sorted((draw(moments), draw(moments)))
    ends = draw(st.sampled_from([(first, None), (None, second), (first, second)]))
    return Between(draw(st.sampled_from(TIME_FIELDS)), *ends)


def _is(field: NamedField, value: str, beginning: bool) -> Is:
    return Is(field, value.lower() if field == "language" else value, beginning)


leaves: st.SearchStrategy[Node] = st.one_of(
    st.builds(Word, plain, text_fields),
    st.builds(Phrase, speaking, text_fields),
    st.builds(Prefix, speaking, text_fields),
    st.builds(_is, st.sampled_from(NAMED_FIELDS), speaking, st.booleans()),
    st.builds(Data, paths, st.sampled_from(["=", "!="]), st.none() | st.booleans() | numbers | anything),
    st.builds(Data, paths, st.sampled_from(["<", "<=", ">", ">="]), numbers | anything),
    between(),
)


def _combined(nodes: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    several = st.lists(nodes, min_size=2, max_size=4)
    return several.map(all_of) | several.map(any_of) | nodes.map(negated)


trees: st.SearchStrategy[Node] = st.just(Everything()) | st.recursive(leaves, _combined, max_leaves=12)
