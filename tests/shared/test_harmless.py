"""Text of strangers, made harmless for a terminal."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.harmless import harmless, one_line


@given(st.text(st.characters(min_codepoint=0)))
def test_nothing_that_steers_a_terminal_is_left(text: str) -> None:
    left = {unicodedata.category(character) for character in harmless(text)} - {"Cc"}
    controls = {character for character in harmless(text) if unicodedata.category(character) == "Cc"}

    assert controls <= {"\n", "\t"}
    assert not left & {"Cs", "Zl", "Zp"}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b[31mb", "a␛[31mb"),
        ("a\x00\x7f\x9b", "a␀␡�"),
        ("a\r\nb\rc\td", "a\nb␍c\td"),
        ("a\u202eb", "a�b"),
        ("Grüße 👩‍👩‍👧", "Grüße 👩‍👩‍👧"),
    ],
)
def test_every_trick_is_seen(text: str, shown: str) -> None:
    assert harmless(text) == shown


@given(st.text(), st.integers(1, 30))
def test_one_line_is_one_and_no_longer_than_it_may_be(text: str, characters_max: int) -> None:
    line = one_line(text, characters_max)

    assert len(line) <= characters_max
    assert "\n" not in line


def test_a_line_that_was_cut_says_so() -> None:
    assert one_line("one\n two   three", 9) == "one two …"
    assert one_line("one\n two", 9) == "one two"
