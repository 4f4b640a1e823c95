"""Dice as players write them: `2d6+3`, `4d6kh3` for the highest three of four, `adv` for the better of two d20.

Reading them is all that happens here; nothing is rolled.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from shared.errors import Invalid

DICE_MAX = 50
SIDES_MAX = 1_000
TERMS_MAX = 10
NUMBER_MAX = 1_000_000
# Far below the number of digits that Python refuses to read.
CHARACTERS_MAX = 200

_TERM = re.compile(
    r"\s*(?P<sign>[+-]?)\s*(?P<written>"
    r"(?P<count>[0-9]*)d(?P<sides>[0-9]+|%)(?:k(?P<which>[hl])(?P<keep>[0-9]*))?"
    r"|(?P<named>adv|dis)|(?P<number>[0-9]+))(?=\s*(?:[+-]|\Z))"
)


@dataclass(frozen=True, slots=True)
class Dice:
    count: int
    sides: int
    # How many of them count: the highest, or the lowest.
    keep: int
    lowest: bool = False


# By players' words: the better and the worse of two.
_NAMED = {"adv": Dice(2, 20, keep=1), "dis": Dice(2, 20, keep=1, lowest=True)}


@dataclass(frozen=True, slots=True)
class Term:
    """Dice or a number, to be added or taken away."""

    written: str
    value: Dice | int
    minus: bool = False


def parse(text: str) -> Sequence[Term]:
    """Raises `Invalid` in words for whoever typed it."""
    if len(text) > CHARACTERS_MAX:
        raise Invalid(f"That is too long: dice are at most {CHARACTERS_MAX} characters.")
    text = text.strip().lower()
    terms: list[Term] = []
    position = 0
    while position < len(text) or not terms:
        found = _TERM.match(text, position)
        if found is None:
            raise Invalid("Those are no dice. Write them as in 2d6+3, 4d6kh3, 2d6+1d4-1 or adv+5.")
        terms.append(_term_of(found))
        position = found.end()
    if len(terms) > TERMS_MAX:
        raise Invalid(f"Those are too many terms: at most {TERMS_MAX} are added up.")
    if sum(term.value.count for term in terms if isinstance(term.value, Dice)) > DICE_MAX:
        raise Invalid(f"Those are too many dice: at most {DICE_MAX} are rolled at once.")
    return terms


def _term_of(found: re.Match[str]) -> Term:
    minus, written = found["sign"] == "-", found["written"]
    if found["named"]:
        return Term(written, _NAMED[written], minus)
    if found["number"]:
        number = int(found["number"])
        if number > NUMBER_MAX:
            raise Invalid(f"That number is too large: it is at most {NUMBER_MAX}.")
        return Term(str(number), number, minus)
    return Term(written, _dice_of(found), minus)


def _dice_of(found: re.Match[str]) -> Dice:
    count = int(found["count"] or "1")
    sides = 100 if found["sides"] == "%" else int(found["sides"])
    if not 1 <= count <= DICE_MAX:
        raise Invalid(f"1 to {DICE_MAX} dice can be rolled at once.")
    if not 2 <= sides <= SIDES_MAX:
        raise Invalid(f"A die has 2 to {SIDES_MAX} sides.")
    if not found["which"]:
        return Dice(count, sides, keep=count)
    keep = int(found["keep"] or "1")
    if not 1 <= keep <= count:
        raise Invalid(f"Of {count} dice, 1 to {count} can be kept.")
    return Dice(count, sides, keep, lowest=found["which"] == "l")
