"""Tokens are counted so that there are never more, and a text that is made to fit does fit."""

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.analysis.language_model.tokens import cost_of, fitting, sum_of, tokens_at_most
from shared.contracts.annotations import Cost
from shared.settings import LanguageModelSettings

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


@pytest.mark.parametrize(("text", "tokens"), [("", 0), ("a", 1), ("a word", 3), ("AB12", 4), ("ä", 2), ("日本", 6)])
def test_a_token_is_at_least_a_byte(text: str, tokens: int) -> None:
    assert tokens_at_most(text) == tokens


@given(TEXTS, st.integers(-5, 80))
def test_what_is_made_to_fit_fits(text: str, tokens_max: int) -> None:
    fitted = fitting(text, tokens_max)
    assert tokens_at_most(orjson.dumps(fitted).decode()) - 2 <= max(0, tokens_max)
    if tokens_at_most(orjson.dumps(text).decode()) - 2 <= tokens_max:
        assert fitted == text


def test_the_beginning_and_the_end_are_kept() -> None:
    fitted = fitting("begin " + "x" * 1_000_000 + " end", 400)
    assert fitted.startswith("begin ")
    assert fitted.endswith(" end")
    assert 300 < tokens_at_most(fitted) <= 400


def test_a_text_of_control_characters_is_counted_as_it_is_written() -> None:
    assert len(fitting("\x00" * 1_000_000, 300)) < 60


def test_a_price_is_rounded_up() -> None:
    settings = LanguageModelSettings(micro_usd_per_1k_in=150, micro_usd_per_1k_out=600)
    assert cost_of(settings, 1, 0) == Cost(tokens_in=1, micro_usd=1)
    assert cost_of(settings, 2_000, 1_000) == Cost(tokens_in=2_000, tokens_out=1_000, micro_usd=900)
    assert cost_of(LanguageModelSettings(), 2_000, 1_000).micro_usd == 0


def test_costs_add_up() -> None:
    one = Cost(tokens_in=1, tokens_out=2, micro_usd=3)
    assert sum_of(one, one) == Cost(tokens_in=2, tokens_out=4, micro_usd=6)
