"""Throwing dice: what fell, what of it counts, and how that is said."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from postil_dice.notation import Dice, Term


@dataclass(frozen=True, slots=True)
class Die:
    value: int
    counts: bool

    def __str__(self) -> str:
        return str(self.value) if self.counts else f"({self.value})"


@dataclass(frozen=True, slots=True)
class Thrown:
    """A term with what fell for it; a plain number is a term of no dice."""

    term: Term
    dice: Sequence[Die]

    @property
    def total(self) -> int:
        value = self.term.value
        return value if isinstance(value, int) else sum(die.value for die in self.dice if die.counts)

    def __str__(self) -> str:
        return f"[{' '.join(map(str, self.dice))}]" if self.dice else str(self.total)


@dataclass(frozen=True, slots=True)
class Throw:
    terms: Sequence[Thrown]

    @property
    def total(self) -> int:
        return sum(-each.total if each.term.minus else each.total for each in self.terms)

    def __str__(self) -> str:
        """`4d6kh3+1: [6 5 (1) 3] + 1 = 15`: each die as it fell, in brackets what does not count."""
        written = _joined([(each.term.minus, each.term.written) for each in self.terms], "{}")
        fell = _joined([(each.term.minus, str(each)) for each in self.terms], " {} ")
        return f"{written}: {fell} = {self.total}"


def throw(terms: Sequence[Term], chance: Random) -> Throw:
    return Throw([Thrown(term, _fallen(term.value, chance) if isinstance(term.value, Dice) else ()) for term in terms])


def _fallen(dice: Dice, chance: Random) -> Sequence[Die]:
    values = [chance.randint(1, dice.sides) for _ in range(dice.count)]
    best_first = sorted(range(dice.count), key=values.__getitem__, reverse=not dice.lowest)
    kept = set(best_first[: dice.keep])
    return [Die(value, counts=place in kept) for place, value in enumerate(values)]


def _joined(parts: Sequence[tuple[bool, str]], sign: str) -> str:
    first_minus, first = parts[0]
    rest = (sign.format("-" if minus else "+") + text for minus, text in parts[1:])
    return ("-" if first_minus else "") + first + "".join(rest)
