"""Reads the sets: lines with a label, and lines in which what is to be found is marked."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
_MARK = re.compile(r"\[\[(\w+)\|([^|]*?)(?:\|([^|]*?))?\]\](?!\])")
# It stands inside of made-up credentials, so that nobody takes the file for one that holds real ones.
BREAK = "·"


@dataclass(frozen=True, slots=True)
class Mark:
    kind: str
    start: int
    end: int
    value: str | None = None


@dataclass(frozen=True, slots=True)
class Marked:
    text: str
    marks: tuple[Mark, ...]


def lines(name: str) -> list[str]:
    """Without those that are empty, or a comment."""
    every = (HERE / name).read_text("utf-8").split("\n")
    return [line for line in every if line and not line.startswith("# ")]


def labelled(name: str) -> list[tuple[str, str]]:
    return [(label, text) for label, _, text in (line.partition("\t") for line in lines(name))]


def marked(name: str) -> list[Marked]:
    """`[[kind|written]]`, or `[[kind|written|value]]`; a line break inside of a line is written as ⏎."""
    return [_marked(line.replace(BREAK, "").replace("⏎", "\n")) for line in lines(name)]


def _marked(line: str) -> Marked:
    text, marks, last = "", [], 0
    for match in _MARK.finditer(line):
        text += line[last : match.start()]
        marks.append(Mark(match[1], len(text), len(text) + len(match[2]), match[3]))
        text += match[2]
        last = match.end()
    return Marked(text + line[last:], tuple(marks))


@dataclass(slots=True)
class Score:
    """How much of what was found is right, and how much of what is there was found."""

    right: int = 0
    found: int = 0
    there: int = 0

    def add(self, expected: Collection[object], found: Collection[object]) -> Iterator[object]:
        """Tells what is missing or too much."""
        self.right += len(set(expected) & set(found))
        self.found += len(set(found))
        self.there += len(set(expected))
        yield from set(expected) ^ set(found)

    @property
    def precision(self) -> float:
        return self.right / self.found

    @property
    def recall(self) -> float:
        return self.right / self.there
