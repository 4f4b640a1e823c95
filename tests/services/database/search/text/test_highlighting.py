"""What is marked is what was found: `text[begin:end]`, in every script."""

import random

import pytest

from services.database.search.language.syntax import Phrase, Prefix, Spoken, Word
from services.database.search.text.highlighting import SPANS_MAX, highlights


def marked(text: str, *words: Spoken, language: str | None = None) -> list[str]:
    found = highlights({"text": text, "title": None}, words, language)
    return [text[begin:end] for each in found for begin, end in each.spans]


@pytest.mark.parametrize(
    ("text", "word", "expected"),
    [
        ("A fox, a Fox; foxes.", Word("fox"), ["fox", "Fox"]),
        ("A fox, a Fox; foxes.", Prefix("fo"), ["fox", "Fox", "foxes"]),
        ("quick  brown, quick fox", Phrase("Quick brown"), ["quick  brown"]),
        ("a a b a a a b", Phrase("a a b"), ["a a b", "a a b"]),
        ("a a a", Phrase("a a"), ["a a a"]),
        ("foo-bar foo bat", Prefix("foo ba"), ["foo-bar", "foo bat"]),
        ("end with foo", Prefix("foo ba"), []),
        ("cafe\u0301s cafe\u0301 CAFÉ", Word("café"), ["cafe\u0301", "CAFÉ"]),
        ("x\u030cy x\u030c", Word("x"), ["x\u030c"]),
        ("qa\u0323\u0307z ok", Word("qaz"), ["qa\u0323\u0307z"]),
        ("👩\u200d👩 ok 🏳\ufe0f ok", Word("ok"), ["ok", "ok"]),
        ("אמר שָׁלוֹם לכולם", Word("שלום"), ["שָׁלוֹם"]),
        (
            "\u202e\u0645\u064e\u0631\u062d\u0628\u202c بك",
            Word("\u0645\u0631\u062d\u0628"),
            ["\u0645\u064e\u0631\u062d\u0628\u202c"],
        ),
        ("これは日本語です", Word("日本"), ["日本"]),
        ("これは日本語です", Prefix("日本"), ["日本"]),
        ("ภาษาไทย", Word("ไทย"), ["ไทย"]),
        ("हिन्दी में", Word("हिन्दी"), ["हिन्दी"]),
        ("\u1112\u1161\u11ab글 한글", Word("한글"), ["\u1112\u1161\u11ab글", "한글"]),
        ("co\u00adop coop", Word("coop"), ["co\u00adop", "coop"]),
        ("İstanbul", Word("istanbul"), ["İstanbul"]),
        ("a\0needle\0b", Word("needle"), ["needle"]),
        ("é" * 70 + " é", Word("e"), ["é"]),
        ("a " + "x" * 70 + " b a b", Phrase("a b"), ["a b"]),
        ("nothing here", Word("?!"), []),
        ("", Word("a"), []),
    ],
)
def test_marked(text: str, word: Spoken, expected: list[str]) -> None:
    assert marked(text, word) == expected


def test_other_forms_where_the_language_is_known() -> None:
    assert marked("Er rennt. Die Häuser, ein Haus", Word("haus"), language="de") == ["Häuser", "Haus"]
    assert marked("Er rennt. Die Häuser, ein Haus", Word("haus"), language="xx") == ["Haus"]
    assert marked("Er rennt. Die Häuser, ein Haus", Word("haus"), language=None) == ["Haus"]
    assert marked("Er rennt. Die Häuser, ein Haus", Phrase("haus"), language="de") == ["Haus"]
    assert marked("Er rennt. Die Häuser, ein Haus", Word("haus", "text"), language="de") == ["Haus"]


def test_each_field_has_its_own() -> None:
    document = {"title": "red fox", "text": "blue fox"}
    both = highlights(document, [Word("fox"), Word("red", "title"), Word("blue", "title")], None)
    assert [(each.field, each.spans) for each in both] == [("title", ((0, 3), (4, 7))), ("text", ((5, 8),))]
    assert highlights(document, [Word("green")], None) == ()
    assert highlights(document, [], None) == ()
    assert highlights({"title": 5}, [Word("5")], None) == ()


def test_what_overlaps_is_one() -> None:
    assert marked("one two three four", Phrase("one two three"), Phrase("two three four"), Word("two")) == [
        "one two three four"
    ]


def test_there_is_a_limit() -> None:
    assert len(marked("fox " * 10_000, Word("fox"))) == SPANS_MAX
    # Every phrase but for its last word, everywhere.
    assert marked("a " * 100_000, *(Phrase("a " * count + "b") for count in range(2, 60))) == []


def test_spans_hold_the_word_in_any_surroundings() -> None:
    chance = random.Random(11)
    around = ["é", "e\u0301", "漢", "ไ", "\u0301", "\u200d", "😀", "م", "न\u094d", "a", " ", "\n", "\0", "한", "İ", "ß"]
    for _ in range(500):
        before, after = ("".join(chance.choices(around, k=chance.randrange(12))) for _ in range(2))
        text = f"{before} Näh-Needle {after}"
        assert "Needle" in marked(text, Word("needle"))
        assert "Näh-Needle" in marked(text, Phrase("nah needle"))
