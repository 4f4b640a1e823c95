"""The colours of the page, in both schemes: text can be read, lines can be seen, and every colour in use has a name."""

import re
from importlib.resources import files

import pytest

from benchmarks.report.chart import SERIES_COUNT, series

STYLE = files("benchmarks.report").joinpath("style.css").read_text()
TEXT_CONTRAST_MIN = 4.5
LINE_CONTRAST_MIN = 3.0
# What is written or drawn upon what.
TEXTS = [
    *((text, ground) for text in ("text", "quiet", "accent") for ground in ("page", "card")),
    *((verdict, "card") for verdict in ("reached", "missed")),
    ("missed", "page"),
    ("failed", "failed-ground"),
    ("text", "absent-ground"),
]
LINES = [
    *((series(index), "card") for index in range(SERIES_COUNT)),
    *((block, ground) for block in ("reached", "missed", "s0", "text") for ground in ("card", "ground")),
]


def colours(scheme: str) -> dict[str, str]:
    light, dark = re.findall(r":root \{(.*?)\}", STYLE, re.DOTALL)
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", light if scheme == "light" else dark))


def contrast(one: str, other: str) -> float:
    """As the Web Content Accessibility Guidelines reckon it."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[begin : begin + 2], 16) / 255 for begin in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_contrast_is_reckoned_as_it_should_be() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_can_be_read_and_lines_can_be_seen(scheme: str) -> None:
    named = colours(scheme)
    pale = [pair for pair in TEXTS if contrast(*(named[name] for name in pair)) < TEXT_CONTRAST_MIN]
    faint = [pair for pair in LINES if contrast(*(named[name] for name in pair)) < LINE_CONTRAST_MIN]
    assert (pale, faint) == ([], [])


def test_both_schemes_name_the_same_colours_and_no_other_is_used() -> None:
    assert colours("light").keys() == colours("dark").keys() >= {series(index) for index in range(SERIES_COUNT)}
    rules = re.sub(r":root \{.*?\}", "", STYLE, flags=re.DOTALL)
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b|rgb|hsl", rules) == []
    assert set(re.findall(r"var\(--([\w-]+)\)", rules)) <= colours("light").keys()


def test_every_series_has_its_rules() -> None:
    for index in range(SERIES_COUNT):
        assert f".line.{series(index)}, .whisker.{series(index)} {{ stroke: var(--{series(index)}); }}" in STYLE
        assert f".dot.{series(index)} {{ fill: var(--{series(index)}); }}" in STYLE
