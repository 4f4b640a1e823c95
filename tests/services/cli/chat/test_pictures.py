"""A line of a chat on the screen, whatever is in it."""

import io
from datetime import UTC, datetime

import pytest
from rich.console import Console

from services.cli.chat.conversation import Line
from services.cli.chat.pictures import TEXT_CHARACTERS, picture

AT = datetime(2026, 1, 1, 12, tzinfo=UTC)


def seen(line: Line, width: int = 60) -> list[str]:
    file = io.StringIO()
    Console(file=file, width=width, color_system=None, emoji=False, highlight=False).print(picture(line, "ada"))
    # The time is that of the place where somebody looks.
    return [each[6:].rstrip() for each in file.getvalue().splitlines()]


@pytest.mark.parametrize(
    ("line", "lines"),
    [
        (Line(AT, "ada", "hello"), ["ada          hello"]),
        (Line(AT, "a" * 40, "hello"), ["aaaaaaaaaaa\N{HORIZONTAL ELLIPSIS} hello"]),
        # Each of them is as wide as two.
        (Line(AT, "\N{CJK UNIFIED IDEOGRAPH-4E2D}" * 8, "hello"), ["\N{CJK UNIFIED IDEOGRAPH-4E2D}" * 6 + " hello"]),
        (Line(AT, "a\nb\x1b[2J", "[bold]x :smile:"), ["a b\N{SYMBOL FOR ESCAPE}[2J      [bold]x :smile:"]),
        (Line(AT, "postil", "42", None, True, True), ["postil       for you alone: 42"]),
        (Line(AT, "", "two\nlines\n"), ["             two", "             lines"]),
        (Line(AT, "grace", "waves", "action"), ["*            grace waves"]),
        (Line(AT, "grace", "", "left"), ["*            grace has left"]),
        (Line(AT, "grace", "tea", "topic"), ["*            grace has set the topic: tea"]),
        (Line(AT, "grace", "a notice", "notice"), ["grace        a notice"]),
        (Line(AT, "grace", "unheard of", "dance"), ["grace        unheard of"]),
    ],
)
def test_everything_has_its_place(line: Line, lines: list[str]) -> None:
    assert seen(line) == lines


def test_what_is_too_wide_goes_on_below_itself() -> None:
    assert seen(Line(AT, "ada", "one two three four"), width=30) == ["ada          one two", "             three four"]
    assert all(each.startswith(" " * 13) for each in seen(Line(AT, "", "x" * 100), width=30))


def test_a_megabyte_is_cut() -> None:
    text = "".join(seen(Line(AT, "ada", "x" * 1024**2), width=200))
    assert text.count("x") == TEXT_CHARACTERS
    assert text.endswith("\N{HORIZONTAL ELLIPSIS}")
