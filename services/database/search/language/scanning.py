"""A query's characters: what is a space, a quote, a word, and where one ends. Knows no field and builds no tree.

Every pattern here reads a character once and never goes back, so a query costs what its length costs.
"""

import re
from dataclasses import dataclass
from unicodedata import category

from services.database.search.language.mistakes import QueryMistake

QUOTES = '"“”„‟\uff02'
# Marks of direction come along with right-to-left text that was copied; they belong to no word.
SPACES = r"\s\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff"
STOPS = rf"{SPACES}{QUOTES}()|"
# In Hebrew the quote is also a letter's neighbour, in abbreviations.
INNER_QUOTE = r'(?<=[\u05d0-\u05ea])"(?=[\u05d0-\u05ea])'

_SPACE = re.compile(rf"[{SPACES}]*+")
# Parentheses belong to the word that they touch if there is no space in them: main(), f(x), .../Foo_(bar).
BARE = re.compile(rf"[^{STOPS}](?:[^{STOPS}]|(?<=\w)\([^{STOPS}]*+\)|{INNER_QUOTE})*+")
_QUOTED = re.compile(rf"[{QUOTES}]((?:[^\\{QUOTES}]|\\.|{INNER_QUOTE})*+)[{QUOTES}]", re.DOTALL)
_ESCAPED = re.compile(rf"\\([\\{QUOTES}])")
_OPERATOR = re.compile(rf"(?:AND|OR|NOT)(?=[{STOPS}]|\Z)")
_EITHER = re.compile(rf"\|\|?|OR(?=[{STOPS}]|\Z)")
_MINUS = re.compile(rf"-(?=[^{SPACES})|-])")

NO_WORD = {"Cc", "Cf", "Sc", "Sk", "Sm"}


def says_something(text: str) -> bool:
    """There is a letter, a digit or a picture in it."""
    return any(not (kind in NO_WORD or kind[0] in "PZ") for kind in map(category, text))


def quoted(text: str) -> str:
    """Between quotes, so that it is read as it is."""
    return '"' + re.sub(rf"[\\{QUOTES}]", r"\\\g<0>", text) + '"'


@dataclass(frozen=True, slots=True)
class Value:
    """A word or what stands in quotes. `beginning`: a star follows."""

    text: str
    quoted: bool
    beginning: bool
    end: int


class Scanner:
    def __init__(self, query: str) -> None:
        self.query = query
        self.position = 0

    def mistake(self, what: str, start: int, end: int | None = None) -> QueryMistake:
        return QueryMistake(what, self.query, start, end)

    @property
    def at_end(self) -> bool:
        return self.position >= len(self.query)

    @property
    def is_blank(self) -> bool:
        return _SPACE.fullmatch(self.query) is not None

    @property
    def next(self) -> str:
        """The next character; none at the end."""
        return self.query[self.position : self.position + 1]

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.match(self.query, self.position)
        if found is not None:
            self.position = found.end()
        return found

    def skip(self) -> None:
        """To the next thing that says something: `a - b & c` is three words."""
        self.take(_SPACE)
        while (run := BARE.match(self.query, self.position)) is not None and self._is_noise(run):
            self.position = run.end()
            self.take(_SPACE)

    def _is_noise(self, run: re.Match[str]) -> bool:
        if run[0] in {"*", "-*"}:
            return False
        follower = self.query[run.end() : run.end() + 1]
        if run[0] == "-" and follower and follower in QUOTES + "(":
            return False
        return not says_something(run[0])

    def either(self) -> str | None:
        """`OR` or `|`, as typed."""
        found = self.take(_EITHER)
        return found[0] if found else None

    def operator(self, *expected: str) -> str | None:
        found = _OPERATOR.match(self.query, self.position)
        if found is None or found[0] not in expected:
            return None
        self.position = found.end()
        return found[0]

    def minus(self) -> str | None:
        found = self.take(_MINUS)
        return found[0] if found else None

    def value(self) -> Value | None:
        """None where something else stands, or nothing."""
        start = self.position
        if self.next and self.next in QUOTES:
            found = self.take(_QUOTED)
            if found is None:
                raise self.mistake("this quote isn't closed", start, start + 1)
            beginning = self.next == "*"
            self.position += beginning
            return Value(_ESCAPED.sub(r"\1", found[1]), True, beginning, self.position)
        found = self.take(BARE)
        if found is None:
            return None
        text = found[0].removesuffix("*")
        if "*" in text:
            raise self.mistake("'*' can only end a word; quote it to search for it as it is", start, found.end())
        return Value(text, False, text != found[0], self.position)
