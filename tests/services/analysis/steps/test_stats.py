"""How much text there is, in scripts with and without blanks."""

import pytest

from services.analysis.steps.stats import step
from tests.services.analysis.steps.sets.documents import HOSTILE, value_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("one two\nthree", 3),
        ("", 0),
        (None, 0),
        ("Wörter — mit Strich", 3),
        ("服务器又挂了", 6),
        ("サーバー down です", 7),
        ("сервер упал", 2),
        ("서버가 또 죽었어요", 3),
        ("हिन्दी में", 2),
        ("เซิร์ฟเวอร์ล่มอีกแล้ว", 5),
        ("👍 ok", 1),
    ],
)
def test_words_are_counted_as_people_count_them(text: str | None, words: int) -> None:
    assert value_of(step, text)["words"] == words


def test_characters_and_lines_are_counted() -> None:
    assert value_of(step, "a\u0301\n\nb") == {"characters": 5, "words": 2, "lines": 3}


@pytest.mark.timeout(60)
def test_hostile_texts_are_counted() -> None:
    assert all(value_of(step, text)["characters"] == len(text) for text in HOSTILE)
