"""What each form of the language means."""

import pytest

from services.database.search.language.parsing import parse
from services.database.search.language.syntax import All, Any, Data, Everything, Is, Node, Not, Phrase, Prefix, Word
from tests.services.database.search.language.trees import NOW

A, B, C, D = Word("a"), Word("b"), Word("c"), Word("d")
ANN, BOB = Is("author", "ann"), Is("author", "bob")

COMBINED: dict[str, Node] = {
    "": Everything(),
    " \t\u3000\u200f ": Everything(),
    "*": Everything(),
    "* *": Everything(),
    "* a": A,
    "a": A,
    "a b": All((A, B)),
    "a AND b": All((A, B)),
    "a\nb": All((A, B)),
    "a OR b": Any((A, B)),
    "a | b": Any((A, B)),
    "a|b||c": Any((A, B, C)),
    "a OR b c": Any((A, All((B, C)))),
    "a b OR c AND d": Any((All((A, B)), All((C, D)))),
    "(a OR b) c": All((Any((A, B)), C)),
    "(a b) (c d)": All((A, B, C, D)),
    "(a OR (b OR c))": Any((A, B, C)),
    "(((a)))": A,
    "NOT a": Not(A),
    "-a": Not(A),
    "-*": Not(Everything()),
    "NOT NOT a": A,
    "NOT -a": A,
    "NOT a b": All((Not(A), B)),
    "NOT(a b)": Not(All((A, B))),
    "-(a OR b)": Not(Any((A, B))),
    "a -b": All((A, Not(B))),
    "a AND NOT b": All((A, Not(B))),
    "a OR -b": Any((A, Not(B))),
    '-"a b"': Not(Phrase("a b")),
    "-author:ann": Not(ANN),
    "a OR *": Any((A, Everything())),
}

PLAIN = [
    "http://x.y/z?a=b&c=d#e", "https://en.wikipedia.org/wiki/Foo_(bar)", "10:30", "foo@bar.com", "C++", "don't",
    "don\u2019t", "#123", "ABC-123", "a.b.c", "std::map", "localhost:8080", "error:404", "main()", "f(x)", "C:\\temp",
    "c:x", "note:", "mailto:a@b.c", "data.frame", "data.", "a=b", "and", "or", "not", "Or", "ANDROID", "NOTE",
    "--verbose", "x-y", "key=value", "a_b:c", "注意:火", "внимание:огонь", "सूचना", "שלום", "سلام", 'צה"ל', "日本語",
    "🔥", "e\u0301", "می\u200cکنیم", "a\0b", "occurred", "R&D", "and/or", "😀:x", "٣",
    "note:/x", "=a", "@ann", "smile:-",
]  # fmt: skip

SPOKEN: dict[str, Node] = {
    '"two words"': Phrase("two words"),
    "“two words”": Phrase("two words"),
    "„two words“": Phrase("two words"),
    '"a \\"b\\" \\\\ \\n"': Phrase('a "b" \\ \\n'),
    '"a\nOR -b:(c*"': Phrase("a\nOR -b:(c*"),
    '"שלום צה"ל"': Phrase('שלום צה"ל'),
    "connect*": Prefix("connect"),
    '"two wo"*': Prefix("two wo"),
    "title:word": Word("word", "title"),
    "TITLE:word": Word("word", "title"),
    'text:"two words"': Phrase("two words", "text"),
    "title:conn*": Prefix("conn", "title"),
    "title:OR": Word("OR", "title"),
    "title:http://x": Word("http://x", "title"),
    "title:(a OR -b)": Any((Word("a", "title"), Not(Word("b", "title")))),
    "title:(a since:x)": All((Word("a", "title"), Word("since:x", "title"))),
    'a"b c"d': All((A, Phrase("b c"), D)),
    "a - b & c -> d ?": All((A, B, C, D)),
    "\u200fa\u202c b": All((A, B)),
}

FILTERED: dict[str, Node] = {
    "author:ann": ANN,
    "Author:ann": ANN,
    'author:"Ann \\"A\\" Smith"': Is("author", 'Ann "A" Smith'),
    "author:(ann OR bob)": Any((ANN, BOB)),
    "author:(ann | bob) a": All((Any((ANN, BOB)), A)),
    "author:(a* NOT ann)": All((Is("author", "a", beginning=True), Not(ANN))),
    "author:*": Is("author", "", beginning=True),
    'author:"a*"': Is("author", "a*"),
    'author:"a b"*': Is("author", "a b", beginning=True),
    "collection:tickets": Is("collection", "tickets"),
    "collection:chat.*": Is("collection", "chat.", beginning=True),
    "kind:bug": Is("kind", "bug"),
    "tag:(red blue)": All((Is("tag", "red"), Is("tag", "blue"))),
    "tag:#1": Is("tag", "#1"),
    "lang:EN": Is("language", "en"),
    "language:de": Is("language", "de"),
    "entity:a@b.c": Is("entity", "a@b.c"),
    "thread:t-1": Is("thread", "t-1"),
    "source:https://x.y/z?a=b": Is("source", "https://x.y/z?a=b"),
    "source:(http://a OR http://b)": Any((Is("source", "http://a"), Is("source", "http://b"))),
    "id:42": Is("id", "42"),
    "id:-1": Is("id", "-1"),
}

DATA: dict[str, Node] = {
    'data.priority = "high"': Data("priority", "=", "high"),
    "data.priority=high": Data("priority", "=", "high"),
    "data.priority == high": Data("priority", "=", "high"),
    "data.priority:high": Data("priority", "=", "high"),
    "data.build.number >= 7": Data("build.number", ">=", 7),
    "data.n<-1.5": Data("n", "<", -1.5),
    "data.n <= 1e3": Data("n", "<=", 1000.0),
    "data.n > 0": Data("n", ">", 0),
    "data.due < 2026-01-31": Data("due", "<", "2026-01-31"),
    "data.x != true": Data("x", "!=", True),
    "data.x:false": Data("x", "=", False),
    "data.x = null": Data("x", "=", None),
    'data.x = "null"': Data("x", "=", "null"),
    'data.x = ""': Data("x", "=", ""),
    "data.x = 007": Data("x", "=", "007"),
    "data.x = -": Data("x", "=", "-"),
    f"data.x = {10**30}": Data("x", "=", 1e30),
    "data.x:(1 OR -2 OR high)": Any((Data("x", "=", 1), Data("x", "=", -2), Data("x", "=", "high"))),
    'data."a b.c!" = 1': Data("a b.c!", "=", 1),
    "data.größe > 1": Data("größe", ">", 1),
    "a data.x>1 b": All((A, Data("x", ">", 1), B)),
    "-data.x:1": Not(Data("x", "=", 1)),
    "data.x AND =a": All((Word("data.x"), Word("=a"))),
}


def same(left: Node, right: Node) -> bool:
    """`==` takes 1 for True and for 1.0, which is what these tables are about."""
    return repr(left) == repr(right)


@pytest.mark.parametrize(("query", "node"), [*COMBINED.items(), *SPOKEN.items(), *FILTERED.items(), *DATA.items()])
def test_a_query_means(query: str, node: Node) -> None:
    assert same(parse(query, NOW), node)


@pytest.mark.parametrize("word", PLAIN)
def test_a_word_that_only_looks_like_syntax_is_a_word(word: str) -> None:
    assert parse(word, NOW) == Word(word)
    assert parse(f"a {word} b", NOW) == All((A, Word(word), B))
    assert parse(f"({word})", NOW) == Word(word)
