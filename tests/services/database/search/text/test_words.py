"""Every script, and what is done to it before the tokenizer sees it."""

import random

import pytest

from services.database.search.text.engine import tokens
from services.database.search.text.words import prepared, stands_alone, traced

# A few characters of every kind that melts into its neighbours, is left out, or stands alone.
STRANGE = [
    *range(0x250),
    *range(0x300, 0x370),
    *range(0x590, 0x700),
    *range(0x900, 0xDFF),
    *range(0xE00, 0x1200),
    *range(0x1E00, 0x2070),
    *range(0x3040, 0x3100),
    *range(0xAC00, 0xAC20),
    *(0x958, 0x212B, 0x1F600, 0xFE0F, 0x200D, 0xFB1D, 0x2F868, 0x1D15E, 0x1133E, 0x11347, 0x1F468),
]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("It's fine, foo_bar-baz.qux", ["it", "s", "fine", "foo", "bar", "baz", "qux"]),
        ("Ünïcode STRASSE Straße", ["unicode", "strasse", "strasse"]),
        ("he\u0301llo x\u030c y", ["hello", "x", "y"]),
        ("日本語 テスト", ["日", "本", "語", "テ", "ス", "ト"]),
        ("GPU高速", ["gpu", "高", "速"]),
        ("שָׁלוֹם", ["שלום"]),
        ("مَرْحَبًا", ["مرحبا"]),
        ("हिन्दी", ["हिनदी"]),
        ("ที่", ["ท", "ี"]),
        ("한국어 \u1112\u1161\u11ab", ["한국어", "한"]),
        ("co\u00adoperate zero\u200bwidth", ["cooperate", "zerowidth"]),
        ("ИСТОРИЯ Ελλάδα", ["история", "ελλάδα"]),
        ("İstanbul", ["istanbul"]),
        ("a\0b 😀 ok👍🏽", ["a", "b", "ok"]),
        ("x" * 65 + " " + "y" * 63, ["y" * 63]),
        ("", []),
        ("?! ...", []),
    ],
)
def test_words(text: str, words: list[str]) -> None:
    assert [token.text for token in tokens(prepared(text))] == words


@pytest.mark.parametrize(("text", "alone"), [("日", True), ("ab日", True), ("日a", False), ("", False), ("é", False)])
def test_a_character_that_is_a_word(text: str, alone: bool) -> None:
    assert stands_alone(text) is alone


def test_what_is_traced_is_what_is_prepared() -> None:
    chance = random.Random(7)
    for _ in range(3_000):
        original = "".join(chr(chance.choice(STRANGE)) for _ in range(chance.randrange(1, 14)))
        trace = traced(original)
        assert trace.text == (original if original.isascii() else prepared(original))
        for token in tokens(trace.text):
            begin, end = trace.span(token.begin, token.end)
            assert 0 <= begin < end <= len(original)
            # What a span covers is made of the same word.
            assert token.text in {each.text for each in tokens(prepared(original[begin:end]))}


@pytest.mark.parametrize(
    "text",
    ["a\u0301\u0323" * 3, "\u0301\u0323" * 500_000, "a" + "\u0316\u0301" * 250_000, "\u200d" * 1_000_000, "a" * 2**20],
    ids=["few", "marks", "one letter with marks", "joiners", "letters"],
)
def test_hostile_text_takes_no_time(text: str) -> None:
    # The square of its length would take hours: the limit of this test is that of any other.
    assert len(prepared(text)) <= len(text)
    assert traced(text).text == (text if text.isascii() else prepared(text))
