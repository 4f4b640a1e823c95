"""What somebody types to see what breaks. Nothing here asserts a time: what isn't linear would not end."""

from unicodedata import name

import pytest

from services.database.search.language.parsing import parse
from services.database.search.language.reading import shown, words_of
from services.database.search.language.syntax import Not, Phrase, Word
from shared.errors import Invalid
from tests.services.database.search.language.trees import NOW

MANY = 100_000
REFUSED = {
    "parentheses that open": "(" * MANY,
    "parentheses that close": ")" * MANY,
    "parentheses in pairs": "()" * MANY,
    "parentheses around one word": "(" * MANY + "a" + ")" * MANY,
    "parentheses after words": "a(" * MANY,
    "fields in fields": "author:(" * MANY,
    "negated parentheses": "-(" * MANY,
    "words": "a " * MANY,
    "choices": "a|" * MANY,
    "operators": "OR " * MANY,
    "negations of nothing": "NOT " * MANY,
    "quotes": '"' * (MANY + 1),
    "a quote that stays open": '"' + "a " * MANY,
    "escapes": '"' + "\\" * MANY,
    "escaped quotes": '"' + '\\"' * MANY,
    "stars": "a" + "*" * MANY,
    "path": "data." + "a." * MANY + "=1",
    "number": "data.a=" + "9" * MANY,
    "fraction": "data.a>1." + "0" * MANY,
    "exponent": "data.a=1e" + "9" * MANY,
    "date": "since:" + "2026-" * MANY,
    "span": "since:" + "9" * MANY + "d",
    "zone": "since:2026-01-31T12:00" + "Z" * MANY,
    "field that nobody knows": "autor:" + "x" * MANY,
    "noise": "? " * MANY,
    "noise without spaces": "-" * MANY,
}


@pytest.mark.parametrize("query", REFUSED.values(), ids=list(REFUSED))
def test_a_hostile_query_is_refused_in_a_line(query: str) -> None:
    with pytest.raises(Invalid) as caught:
        parse(query, NOW)
    assert len(caught.value.detail) < 500
    assert caught.value.detail.isprintable()


@pytest.mark.parametrize("character", ["a", "é", "日", "🔥", "\u0301", "٣", ":", "=", ".", "'", "\0", "\u200d"])
def test_a_megabyte_of_one_character_is_a_word(character: str) -> None:
    word = "a" + character * 1_000_000
    assert parse(word, NOW) == Word(word)


@pytest.mark.parametrize(
    "word", ["a" * MANY + ":b", "a:" * MANY, "data." + "a." * MANY, "f(x)" * MANY, "a()" * MANY, 'א"' * MANY + "א"]
)
def test_what_nearly_is_syntax_is_a_word(word: str) -> None:
    assert parse(word, NOW) == Word(word)


def test_a_long_row_of_negations_is_one_or_none() -> None:
    assert parse("NOT " * 10_000 + "a", NOW) == Word("a")
    assert parse("NOT " * 10_001 + "a", NOW) == Not(Word("a"))


def test_spaces_cost_nothing() -> None:
    assert parse(" " * MANY + "a" + "\u200f" * MANY, NOW) == Word("a")
    assert parse("data.x" + " " * MANY + "y", NOW) == parse("data.x y", NOW)


SCRIPTS = [
    "Ελλάδα", "Україна", "Հայերեն", "עברית", "العربية", "فارسی", "हिन्दी", "বাংলা", "தமிழ்", "తెలుగు", "ไทย", "ລາວ", "မြန်မာ",
    "ქართული", "አማርኛ", "ភាសាខ្មែរ", "ᠮᠣᠩᠭᠣᠯ", "日本語", "中文", "한국어", "Tiếng", "𐍈𐌰𐌹𐍂𐌷𐍄", "𓀀𓂀", "👩‍👩‍👧", "ﬁn", "Ⅻ",
]  # fmt: skip


@pytest.mark.parametrize("word", SCRIPTS, ids=lambda word: name(word[0]).split()[0])
def test_words_of_every_script_are_words(word: str) -> None:
    tree = parse(f'{word} title:{word} "{word} {word}" {word}*', NOW)
    assert [each.text for each in words_of(tree)] == [word, word, f"{word} {word}", word]
    assert parse(shown(tree), NOW) == tree


def test_marks_of_direction_are_no_part_of_a_word_and_stay_in_a_quote() -> None:
    assert parse("\u2067شكر\u2069 \u200fauthor:ann", NOW) == parse("شكر author:ann", NOW)
    assert parse('"\u2067شكر\u2069"', NOW) == Phrase("\u2067شكر\u2069")
