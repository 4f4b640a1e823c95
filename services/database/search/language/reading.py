"""What a tree says: its words, its conditions, and the whole of it in the search language again."""

from collections.abc import Iterator
from datetime import UTC, datetime
from re import fullmatch

from pydantic import JsonValue
from pydantic_core import to_json

from services.database.search.language.combining import all_of, any_of
from services.database.search.language.fields import begins_with_comparison
from services.database.search.language.scanning import BARE, quoted
from services.database.search.language.syntax import (
    All,
    Any,
    Between,
    Data,
    Everything,
    Is,
    Node,
    Not,
    Phrase,
    Prefix,
    Spoken,
    Word,
)


def words_of(node: Node) -> tuple[Spoken, ...]:
    """What a document is looked through for, in the order it was typed; what it must not say isn't among it."""
    return tuple(_words_of(node))


def _words_of(node: Node) -> Iterator[Spoken]:
    match node:
        case Word() | Phrase() | Prefix():
            yield node
        case All(nodes) | Any(nodes):
            for each in nodes:
                yield from _words_of(each)


def spoken(node: Node) -> str:
    """The text to compare meanings with; empty if the query only filters."""
    return " ".join(word.text for word in words_of(node))


def conditions(node: Node) -> Node:
    """What a document must be, whatever it says; but what it must not say stays."""
    match node:
        case Word() | Phrase() | Prefix():
            return Everything()
        case All(nodes):
            return all_of(map(conditions, nodes))
        case Any(nodes):
            branches = [conditions(each) for each in nodes]
            return Everything() if Everything() in branches else any_of(branches)
    return node


def shown(node: Node) -> str:
    """In the search language, written in one way only. What the parser made of something, it makes of this again."""
    match node:
        case All(nodes) if nodes:
            return _joined([_grouped(each) if isinstance(each, Any) else shown(each) for each in nodes])
        case Any(nodes) if nodes:
            return " OR ".join(map(shown, nodes))
        case Not(inner):
            return f"NOT {_grouped(inner) if isinstance(inner, All | Any) else shown(inner)}"
        case Word(text, field):
            return _behind(field, text if BARE.fullmatch(text) else quoted(text))
        case Phrase(text, field):
            return _behind(field, quoted(text))
        case Prefix(text, field):
            return _behind(field, f"{_value(text)}*")
        case Is(name, value, beginning):
            return f"{name}:{_value(value)}" + "*" * beginning
        case Data(path, comparison, value):
            return f"data.{_path(path)} {comparison} {_json(value)}"
        case Between():
            return _between(node)
    return "*"


def _joined(parts: list[str]) -> str:
    """The word `=x` behind the word `data.y` would be a comparison, if nothing stood between them."""
    apart = (" AND " if begins_with_comparison(part) else " " for part in parts[1:])
    return parts[0] + "".join(space + part for space, part in zip(apart, parts[1:], strict=True))


def _grouped(node: Node) -> str:
    return f"({shown(node)})"


def _behind(field: str | None, text: str) -> str:
    return f"{field}:{text}" if field else text


def _value(text: str) -> str:
    """Bare if nobody could take it for anything else."""
    return text if fullmatch(r"\w[\w.@/#+-]*+", text) else "" if not text else quoted(text)


def _path(path: str) -> str:
    return path if fullmatch(r"[\w-]++(?:\.[\w-]++)*+", path) else quoted(path)


def _json(value: JsonValue) -> str:
    return quoted(value) if isinstance(value, str) else to_json(value).decode()


def _between(node: Between) -> str:
    if node.since is not None and node.until is not None:
        return f"{node.field}:{_moment(node.since)}..{_moment(node.until)}"
    if node.since is not None:
        return f"{node.field} >= {_moment(node.since)}"
    return f"{node.field} < {_moment(node.until)}" if node.until is not None else "*"


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
