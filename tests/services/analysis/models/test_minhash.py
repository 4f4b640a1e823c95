"""Signatures: what counts as the same text, in every script and at every length."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.analysis.models.minhash import CHARACTERS_MAX, SHINGLES_AT_ONCE, signature_of
from shared.fingerprints import PERMUTATIONS, Signature, similarity

WORDS = [f"word{chr(97 + number // 26)}{chr(97 + number % 26)}" for number in range(600)]


def sign(text: str) -> Signature:
    signed = signature_of(text)
    assert signed is not None
    return signed[0]


def shingles_in(text: str) -> int:
    signed = signature_of(text)
    return 0 if signed is None else signed[1]


@pytest.mark.parametrize("text", ["", " ", "\n\t ", "\u3000"])
def test_nothing_has_no_signature(text: str) -> None:
    assert signature_of(text) is None


@pytest.mark.parametrize(
    ("text", "count"),
    [("one", 1), ("one two", 1), ("one two three", 1), ("one two three four", 2), ("a b c a b c a b c", 3), ("!", 1)],
)
def test_shingles_are_runs_of_three_words_and_of_fewer_where_there_are_no_more(text: str, count: int) -> None:
    assert shingles_in(text) == count


@pytest.mark.parametrize("text", ["数据库磁盘空间不足", "データベースの容量", "พรุ่งนี้ปิด"])
def test_where_no_spaces_are_put_every_character_is_a_word(text: str) -> None:
    assert shingles_in(text) == len(text) - 2
    assert similarity(sign(text), sign(f"x{text}")) > 0.4


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hello, world: it works!", "hello world   IT\nWORKS"),
        ("café", "cafe\u0301"),
        ("\uff26\uff35\uff2c\uff2c\u3000width", "full width"),
        ("👍 🎉", "👍🎉"),
        ("> quoted\n> line", "quoted line"),
    ],
)
def test_signs_cases_and_ways_to_write_don_t_count(one: str, other: str) -> None:
    assert similarity(sign(one), sign(other)) == 1


def test_similarity_is_about_the_share_of_common_shingles() -> None:
    for common in range(0, 300, 25):
        one, other = " ".join(WORDS[:300]), " ".join([*WORDS[:common], *WORDS[300 : 600 - common]])
        exact = max(common - 2, 0) / (2 * 298 - max(common - 2, 0))
        assert abs(similarity(sign(one), sign(other)) - exact) < 0.2


def test_words_with_digits_count_for_more() -> None:
    def with_one_word_changed(one: str, other: str) -> float:
        return similarity(*(sign(" ".join([*WORDS[:60], word, *WORDS[60:120]])) for word in (one, other)))

    assert with_one_word_changed("alpha", "beta") > 0.85
    assert with_one_word_changed("host17", "host18") < 0.8


def test_a_signature_stays_as_it_is() -> None:
    """They are kept and compared for years."""
    assert sign("The backup of host db-03 failed at 02:13").tolist()[:3] == [258819663, 274020984, 120180023]


def test_long_texts_are_read_in_portions_and_to_a_bound() -> None:
    words = [f"{first}{second}" for first in WORDS[:120] for second in WORDS[:120]]
    long = " ".join(words)
    assert shingles_in(long) > SHINGLES_AT_ONCE
    assert len(long) > CHARACTERS_MAX
    assert (sign(long) == sign(long[:CHARACTERS_MAX])).all()
    assert shingles_in("a" * 1024**2) == 1
    assert shingles_in("1 " * 1024**2) <= 1 + 16


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=300))
def test_any_text_has_a_signature_that_depends_on_it_alone(text: str) -> None:
    signed = signature_of(text)
    assert (signed is None) == (not text.split())
    if signed is not None:
        assert (sign(text) == signed[0]).all()
        assert signed[0].shape == (PERMUTATIONS,)
        assert signed[0].dtype == np.uint32
        assert signed[1] >= 1
