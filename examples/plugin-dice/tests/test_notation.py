"""What players may write, and what they are told about the rest."""

import pytest
from postil_dice.notation import CHARACTERS_MAX, DICE_MAX, TERMS_MAX, Dice, Term, parse

from shared.errors import Invalid


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("d6", [Term("d6", Dice(1, 6, keep=1))]),
        ("6", [Term("6", 6)]),
        ("2D6 + 3", [Term("2d6", Dice(2, 6, keep=2)), Term("3", 3)]),
        ("d%", [Term("d%", Dice(1, 100, keep=1))]),
        ("4d6kh3", [Term("4d6kh3", Dice(4, 6, keep=3))]),
        ("4d6kl", [Term("4d6kl", Dice(4, 6, keep=1, lowest=True))]),
        ("adv", [Term("adv", Dice(2, 20, keep=1))]),
        ("dis-1", [Term("dis", Dice(2, 20, keep=1, lowest=True)), Term("1", 1, minus=True)]),
        (
            "-2d6+1d4 -007",
            [
                Term("2d6", Dice(2, 6, keep=2), minus=True),
                Term("1d4", Dice(1, 4, keep=1)),
                Term("7", 7, minus=True),
            ],
        ),
    ],
)
def test_dice_are_read(text: str, terms: list[Term]) -> None:
    assert parse(text) == terms


@pytest.mark.parametrize(
    "text",
    ["", " ", "+", "2d6+", "2d6 3", "2d6--1", "d", "2x6", "2d6kh3kl1", "advdis", "\u0662d6", "2d6\n!quit", "kh3"],
)
def test_what_is_no_dice_is_told_how_they_are_written(text: str) -> None:
    with pytest.raises(Invalid, match="Write them as in 2d6"):
        parse(text)


@pytest.mark.parametrize(
    ("text", "because"),
    [
        ("0d6", f"1 to {DICE_MAX} dice"),
        (f"{DICE_MAX + 1}d6", f"1 to {DICE_MAX} dice"),
        (f"{DICE_MAX}d6+d4", "too many dice"),
        ("d1", "2 to 1000 sides"),
        ("d1001", "2 to 1000 sides"),
        ("4d6kh5", "Of 4 dice, 1 to 4 can be kept"),
        ("4d6kl0", "Of 4 dice, 1 to 4 can be kept"),
        ("1000001", "at most 1000000"),
        ("9" * CHARACTERS_MAX, "at most 1000000"),
        ("+".join(["1"] * (TERMS_MAX + 1)), "too many terms"),
        ("d6" * 1_000_000, "too long"),
    ],
)
def test_beyond_a_limit_the_limit_is_told(text: str, because: str) -> None:
    with pytest.raises(Invalid, match=because):
        parse(text)
