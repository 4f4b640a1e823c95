"""The language of a document: right for chat lines, and not guessed where there is none."""

import pytest

from services.analysis.steps.language import step
from tests.services.analysis.steps.sets.documents import HOSTILE, value_of
from tests.services.analysis.steps.sets.reading import labelled

LINES = labelled("language.tsv")
RIGHT_SHARE_MIN = 0.96


def test_the_set_is_large_and_wide_enough() -> None:
    assert len(LINES) >= 300
    assert len({language for language, _ in LINES}) >= 40


def test_short_lines_are_told_apart() -> None:
    wrong = [(language, line, told) for language, line in LINES if (told := _told(line)) != language]
    assert 1 - len(wrong) / len(LINES) >= RIGHT_SHARE_MIN, wrong


def test_what_is_no_language_is_never_called_one() -> None:
    assert [line for language, line in LINES if language == "und" and _told(line) != "und"] == []


def test_the_big_languages_are_right_nearly_always() -> None:
    for one in ("en", "de", "fr", "es", "it", "pt", "nl", "pl", "ru", "zh", "ja", "ko", "ar"):
        lines = [line for language, line in LINES if language == one]
        assert sum(_told(line) == one for line in lines) / len(lines) >= 0.85, one


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("wo ist der Server", "Latn"),
        ("привет всем", "Cyrl"),
        ("サーバーが落ちた", "Jpan"),
        ("서버가 죽었어요", "Kore"),
        ("12", "Zyyy"),
    ],
)
def test_the_script_is_told(text: str, script: str) -> None:
    assert value_of(step, text)["script"] == script


def test_the_title_speaks_for_the_text_and_code_for_nothing() -> None:
    assert (
        value_of(step, "```if not found: return default```", title="Warum startet der Dienst nicht?")["language"]
        == "de"
    )
    assert value_of(step, None) == {"language": "und", "confidence": 0.0, "script": "Zyyy"}


def test_names_of_things_in_english_make_no_text_english() -> None:
    assert _told("nach dem deploy ist der worker auf staging im crash loop, kann das wer prüfen?") == "de"
    assert _told("après le deploy le worker est en crash loop sur staging") == "fr"


@pytest.mark.timeout(60)
def test_hostile_texts_have_some_language_or_none() -> None:
    for text in HOSTILE:
        value = value_of(step, text)
        assert isinstance(value["confidence"], float)
        assert 0 <= value["confidence"] <= 1


def _told(line: str) -> object:
    return value_of(step, line)["language"]
