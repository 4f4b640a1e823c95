"""What the bot says, as one harmless line, in pieces, and in words."""

import re
import unicodedata
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.bot.wording import ago, clean, counted, cut, listed, moment, short, span_in_words, the_last

ANYTHING = st.text(st.characters(min_codepoint=0))
# What is most likely to go wrong, more often than chance would have it.
TRICKY = st.text(st.sampled_from("ab !/@#1\u0301\u200b\u200c\u200d\u2060\ufe0f\u202e\n\x03é👩🇩🇪क\u094d<\U000e0065"))
MENTION = re.compile(r"[@\uff20\ufe6b][^\w]*(everyone|here|channel|all|room)|<![a-z]", re.IGNORECASE)


@given(ANYTHING | TRICKY)
@example("a\r\n/quit")
def test_a_clean_line_is_one_line_that_stays_as_it_is(text: str) -> None:
    line = clean(text)
    kinds = {unicodedata.category(character) for character in line}

    assert not kinds & {"Cc", "Cs", "Zl", "Zp"}
    assert not set(line) & set("\u200b\u200e\u200f\u202a\u202e\u2066\ufeff\U000e0065")
    assert not line.startswith(("!", "/", "@", "."))
    assert clean(line) == line


@given(ANYTHING | TRICKY, st.integers(20, 60))
def test_a_line_is_no_longer_than_it_may_be(text: str, bytes_max: int) -> None:
    assert len(clean(text, bytes_max).encode()) <= bytes_max
    assert len(short(text, bytes_max)) <= bytes_max


@pytest.mark.parametrize("word", ["everyone", "here", "channel", "all", "room"])
@pytest.mark.parametrize("hidden", ["", "\u200b", "\u2060\u200d", "\ufe0f", "\xad", "\U000e0020"])
@pytest.mark.parametrize("at", ["@", "\uff20"])
def test_everybody_is_mentioned_by_no_spelling(word: str, hidden: str, at: str) -> None:
    for spelt in (word, word.upper(), word.title()):
        line = clean(f"hello {at}{hidden}" + hidden.join(spelt) + f" and <!{hidden}{spelt}>").replace("\ufe0f", "")
        assert f"{at}\u2060{spelt}" in line
        assert f"<!\u2060{spelt}" in line


def test_who_is_named_is_mentioned() -> None:
    assert clean("ask @ada, or mail <bob@example.org>") == "ask @ada, or mail <bob@example.org>"


@pytest.mark.parametrize("first", "!./\\~$%&+-?@;,:=*^|>`")
def test_a_line_that_somebody_would_take_for_a_command_is_marked(first: str) -> None:
    assert clean(f" {first}roll") == f"» {first}roll"
    assert clean(f"\u200b{first}roll") == f"» {first}roll"
    assert clean(f"x {first}roll") == f"x {first}roll"


def test_so_is_one_that_we_would_take_for_one_ourselves() -> None:
    assert clean("Hey roll", prefix="hey") == "» Hey roll"
    assert clean("hello", prefix="hey") == "hello"


@pytest.mark.parametrize(
    "text",
    ["Grüße", "می‌خواهم", "क्‍ष", "שָׁלוֹם", "สวัสดี", "Tiếng Việt", "👩‍👩‍👧", "❤️‍🔥", "1️⃣", "🇩🇪", "한국어", "日本語"],
)
def test_every_script_stays_readable(text: str) -> None:
    assert clean(text) == text
    assert clean(unicodedata.normalize("NFD", text)) == unicodedata.normalize("NFD", text)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a\x02b\x03" + "4c", "a␂b␃4c"),
        ("\x01ACTION x\x01", "␁ACTION x␁"),
        ("a\x00b\x7f", "a␀b␡"),
        ("one\n two\u2028three\x85four", "one two three four"),
        ("a\u202eb\u061c", "a�b�"),
        ("e" + "\u0301" * 50 + "x", "e" + "\u0301" * 6 + "x"),
        ("a\u200db c\u200d d", "ab c d"),
        ("\ud800", "�"),
        ("x\U000e0068\U000e0069", "x"),
        ("\u3164 \u200b", ""),
    ],
)
def test_what_is_a_trick_is_seen_or_gone(text: str, line: str) -> None:
    assert clean(text) == line


@given(ANYTHING | TRICKY, st.integers(20, 40))
def test_the_pieces_of_a_line_are_the_line(text: str, bytes_max: int) -> None:
    line = clean(text)
    pieces = cut(line, bytes_max)

    assert all(0 < len(piece.encode()) <= bytes_max for piece in pieces)
    assert not any(piece.startswith(("!", "/", "@")) for piece in pieces)
    assert not any(MENTION.search(piece.replace("\u2060", "X")) for piece in pieces)
    whole = "".join(pieces).replace(" ", "").replace("»", "")
    assert whole == line.replace(" ", "").replace("»", "")


def test_a_line_is_cut_between_words_and_a_word_that_is_too_long_anywhere() -> None:
    assert cut("one two three four", 9) == ["one two", "three", "four"]
    assert cut("one two", 7) == ["one two"]
    assert cut("a " + "x" * 20, 8) == ["a", "x" * 8, "x" * 8, "x" * 4]
    assert cut("", 80) == []
    assert cut("ä !b", 0) == ["ä", "» !", "b"]


def test_a_piece_in_the_middle_is_no_command_either() -> None:
    assert cut("aaaa bb !kick bob", 8) == ["aaaa bb", "» !kick", "bob"]
    assert cut("x" * 8 + "/quits", 8) == ["x" * 8, "» /quit", "s"]


@pytest.mark.parametrize("whole", ["e\u0301", "👩‍👩‍👧", "🇩🇪", "👍🏽", "क्ष", "1️⃣", "\u1100\u1161"])
def test_what_is_one_character_to_a_reader_is_not_torn(whole: str) -> None:
    pieces = cut(whole * 40, 64)
    assert len(pieces) > 1
    assert all(piece == whole * (len(piece) // len(whole)) for piece in pieces)
    assert short(whole * 9, 8) == whole * (7 // len(whole)) + "…"


@pytest.mark.parametrize("unit", ["x", "é", "\u0301", "\u200d", "a\u200d", "é\u200d\ufe0f", "🇩", "@all", "! "])
def test_a_megabyte_of_anything_is_soon_done_with(unit: str) -> None:
    line = clean(unit * (2**20 // len(unit)))
    assert len(line) <= 400_000
    assert sum(map(len, cut(line, 400))) <= 2 * len(line) + 2


def test_a_part_of_a_line_is_no_line_yet() -> None:
    assert short("  !a\n\x07 ", 10) == "!a ␇"
    assert short("one two three", 8) == "one two…"


def test_times_in_words() -> None:
    assert moment(datetime(2026, 1, 31, 13, 0, 59, tzinfo=timezone(timedelta(hours=1)))) == "2026-01-31 12:00 UTC"
    assert moment(datetime(1, 1, 1, tzinfo=UTC)).endswith("-01-01 00:00 UTC")
    spans = {0.0: "0 seconds", 1: "1 second", 90: "1 minute 30 seconds", 3_605: "1 hour", 86_400: "1 day"}
    for seconds, words in {**spans, 93_600: "1 day 2 hours", 800 * 86_400: "2 years 70 days"}.items():
        assert span_in_words(timedelta(seconds=seconds)) == words
    assert ago(timedelta(hours=5, minutes=59)) == "5 hours ago"
    lasts = [the_last(timedelta(minutes=minutes)) for minutes in (1_440, 2_880, 90)]
    assert lasts == ["the last day", "the last 2 days", "the last 1 hour 30 minutes"]
    assert ago(timedelta(seconds=-9)) == ago(timedelta(0)) == "just now"


def test_numbers_and_lists_in_words() -> None:
    assert [counted(count, "line") for count in (0, 1, 2, 1_234)] == ["0 lines", "1 line", "2 lines", "1,234 lines"]
    assert [listed("abc"[:count]) for count in range(4)] == ["", "a", "a and b", "a, b and c"]
    assert listed(["a", "b", "c", "d"], 2) == "a, b and 2 more"
