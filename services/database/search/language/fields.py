"""The names that a query may filter by: where one is meant, which word is none, and what a value of it asks for."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from typing import Final

from services.database.search.language import moments, values
from services.database.search.language.mistakes import Misread
from services.database.search.language.scanning import QUOTES, SPACES, STOPS, Scanner, Value, quoted, says_something
from services.database.search.language.syntax import (
    Comparison,
    Everything,
    Is,
    NamedField,
    Node,
    Phrase,
    Prefix,
    TextField,
    TimeField,
    Word,
)

TEXTS: Final[dict[str, TextField]] = {"title": "title", "text": "text"}
NAMED: Final[dict[str, NamedField]] = {
    "collection": "collection",
    "kind": "kind",
    "author": "author",
    "tag": "tag",
    "lang": "language",
    "language": "language",
    "entity": "entity",
    "thread": "thread",
    "source": "source",
    "id": "id",
}
TIMES: Final[dict[str, TimeField]] = {"occurred": "occurred", "created": "created", "updated": "updated"}
# Of these a document can have several.
MANIFOLD: Final[frozenset[NamedField]] = frozenset({"tag", "entity"})

ALL_NAMES = (*TEXTS, *NAMED, "since", "until", *TIMES)
_OTHER_WORDS = {"from": "author", "user": "author", "type": "kind", "label": "tag", "after": "since", "before": "until"}
# Addresses that have no `//` behind the colon.
_SCHEMES = {"mailto", "tel", "urn", "doi", "did", "magnet", "sip", "xmpp"}

_COMPARISON = r"!=|<=|>=|==?|<|>"
_NAME = re.compile(r"([A-Za-z]{2,30}):")
_TIME = re.compile(rf"(occurred|created|updated)[{SPACES}]*+({_COMPARISON})[{SPACES}]*+")
_DATA = re.compile(r"data\.")
_PATH = re.compile(rf"[^{STOPS}:=<>!*]++")
_BEHIND_PATH = re.compile(rf":|[{SPACES}]*+({_COMPARISON})[{SPACES}]*+")
_COMPARISON_FIRST = re.compile(_COMPARISON)


@dataclass(frozen=True, slots=True)
class Field:
    """`node_of` makes a condition of one value. `name` is the field as it was typed, for messages."""

    name: str
    node_of: Callable[[Value], Node]
    # Values may stand in parentheses.
    grouped: bool = True
    # A value may begin with a minus of its own.
    signed: bool = False
    # A value that begins with `<` or `=` is none: it is most likely a slip.
    compared: bool = False
    # A document has one value of it at the most.
    single: bool = False


def spoken(value: Value, field: TextField | None) -> Node:
    if value.beginning and not value.text and field is None and not value.quoted:
        return Everything()
    if not says_something(value.text):
        raise Misread("there is no word here")
    if value.beginning:
        return Prefix(value.text, field)
    return Phrase(value.text, field) if value.quoted else Word(value.text, field)


WORDS: Final = Field("", lambda value: spoken(value, None))


def is_node(field: NamedField, text: str, beginning: bool = False) -> Is:
    """Language codes are written small; everything else is as its publisher wrote it."""
    return Is(field, text.lower() if field == "language" else text, beginning)


def field_at(scanner: Scanner, now: datetime) -> Field | None:
    """The field that begins here, with its colon or comparison; None if what is here is an ordinary word."""
    if time := scanner.take(_TIME):
        comparison = _comparison(time[2])
        return _time(time[0].strip(), TIMES[time[1]], comparison, now)
    if data := _data_at(scanner):
        return data
    start = scanner.position
    name = scanner.take(_NAME)
    if name is None:
        return None
    known = _known(name[0], name[1].lower(), now)
    if known is None:
        _refuse_unknown(scanner, name[1], start)
        scanner.position = start
    return known


def _known(typed: str, name: str, now: datetime) -> Field | None:
    if text := TEXTS.get(name):
        return Field(typed, lambda value: spoken(value, text))
    if named := NAMED.get(name):
        return Field(typed, lambda value: _named(named, value), single=named not in MANIFOLD)
    if time := TIMES.get(name):
        return _time(typed, time, "=", now)
    if name == "since":
        return _time(typed, "occurred", ">=", now)
    if name == "until":
        return Field(typed, lambda value: moments.until("occurred", _exact(value), now), grouped=False, compared=True)
    return None


def _named(field: NamedField, value: Value) -> Node:
    if not value.text and not value.beginning:
        raise Misread("there is nothing between the quotes")
    return is_node(field, value.text, value.beginning)


def _time(typed: str, field: TimeField, comparison: Comparison, now: datetime) -> Field:
    def node_of(value: Value) -> Node:
        return moments.compared(field, comparison, _exact(value), now)

    return Field(typed, node_of, grouped=False, compared=True)


def _comparison(typed: str) -> Comparison:
    match typed:
        case "!=" | "<=" | ">=" | "<" | ">":
            return typed
    return "="


def _exact(value: Value) -> str:
    if value.beginning:
        raise Misread("only words and names can be searched by their beginning; quote a '*' that is meant as it is")
    return value.text


def _data_at(scanner: Scanner) -> Field | None:
    start = scanner.position
    if scanner.take(_DATA) is None:
        return None
    named = scanner.next
    path = scanner.value() if named and named in QUOTES else None
    bare = scanner.take(_PATH) if path is None else None
    behind = scanner.take(_BEHIND_PATH)
    typed = scanner.query[start : scanner.position].strip()
    if path is None and behind is None:
        # The end of a sentence, or a name such as data.frame.
        scanner.position = start
        return None
    if behind is None:
        raise scanner.mistake(f"a comparison is missing after '{typed}', as in {typed} = 7", scanner.position)
    if path is None and bare is None:
        raise scanner.mistake("a path is missing after 'data.', as in data.build.number", start + len("data."))
    dotted = path.text if path else bare[0] if bare else ""
    try:
        values.checked_path(dotted)
    except Misread as error:
        raise scanner.mistake(str(error), start, start + len(typed)) from error
    return _data(typed, dotted, _comparison(behind[1] or "="))


def _data(typed: str, path: str, comparison: Comparison) -> Field:
    def node_of(value: Value) -> Node:
        text = _exact(value)
        return values.compared(path, comparison, text if value.quoted else values.typed(text))

    return Field(typed, node_of, grouped=comparison == "=", signed=True, compared=True)


def begins_with_comparison(text: str) -> bool:
    return _COMPARISON_FIRST.match(text) is not None


def _refuse_unknown(scanner: Scanner, name: str, start: int) -> None:
    """Only what can hardly be anything but a field: http://x, std::map, note: and localhost:80 are words."""
    value = scanner.next
    if not value or not (value.isalnum() or value in QUOTES + "(") or name.lower() in _SCHEMES:
        return
    near = _OTHER_WORDS.get(name.lower()) or next(iter(get_close_matches(name.lower(), ALL_NAMES, 1, 0.8)), None)
    if value.isdecimal() and near is None:
        return
    if name.lower() == "data":
        advice = "; a path is missing, as in data.priority:high; or"
    elif near:
        advice = f"; did you mean '{near}:'? Or"
    else:
        advice = f" (there are {', '.join(ALL_NAMES)} and data.<path>);"
    literal = quoted(f"{name}:{_behind(scanner)}")
    what = f"there is no field '{name}'{advice} quote it to search for it as it is: {literal}"
    raise scanner.mistake(what, start, scanner.position)


def _behind(scanner: Scanner) -> str:
    found = _PATH.match(scanner.query, scanner.position)
    return found[0][:40] if found else "…"
