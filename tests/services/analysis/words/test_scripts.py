"""Which script bears a text."""

import pytest

from services.analysis.words.scripts import dominant_script, script_of


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("plain", "Latn"),
        ("12 ... 👍", "Zyyy"),
        ("нужен deploy на production сервере", "Cyrl"),
        ("重启 nginx", "Hani"),
        ("再起動してください", "Jpan"),
        ("我の朋友们今天都在这里等你", "Hani"),
        ("서버 restart", "Kore"),
        ("السلام", "Arab"),
        ("שלום", "Hebr"),
        ("ไทย", "Thai"),
        ("Ελλάδα", "Grek"),
    ],
)
def test_the_script_is_the_one_that_bears_the_text(text: str, script: str) -> None:
    assert dominant_script(text) == script


def test_every_character_has_one() -> None:
    assert all(len(script_of(chr(code))) == 4 for code in range(0, 0x110000, 97))
