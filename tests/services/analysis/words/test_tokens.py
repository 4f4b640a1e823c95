"""Words, in any script."""

from hypothesis import given
from hypothesis import strategies as st

from services.analysis.words.tokens import tokens_of, word_count


def test_words_keep_what_is_inside_of_them() -> None:
    assert tokens_of("don't stop-gap max_size") == ["don't", "stop-gap", "max_size"]
    assert tokens_of("हिन्दी, a\u0301 é") == ["हिन्दी", ",", "a\u0301", "é"]
    assert tokens_of("می\u200cکند l’été") == ["می\u200cکند", "l’été"]  # noqa: RUF001  the apostrophe is a typographic one


def test_what_stands_between_words_is_a_token() -> None:
    assert tokens_of("one, two\nthree") == ["one", ",", "two", "\n", "three"]


@given(st.text())
def test_tokens_come_from_the_text_in_its_order(text: str) -> None:
    place = 0
    for token in tokens_of(text):
        place = text.index(token, place) + len(token)
    assert 0 <= word_count(text) <= len(text)
