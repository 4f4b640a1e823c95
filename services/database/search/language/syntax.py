"""The tree that a query is: what the parser makes, and what an index understands."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import JsonValue

TextField = Literal["title", "text"]
NamedField = Literal["collection", "kind", "author", "tag", "language", "entity", "thread", "source", "id"]
TimeField = Literal["occurred", "created", "updated"]
Comparison = Literal["=", "!=", "<", "<=", ">", ">="]


@dataclass(frozen=True, slots=True)
class Everything:
    """Every document of the tenant that isn't the house's own."""


@dataclass(frozen=True, slots=True)
class Word:
    """As typed; in any text field unless one is named. What the index makes several words of is a phrase."""

    text: str
    field: TextField | None = None


@dataclass(frozen=True, slots=True)
class Phrase:
    text: str
    field: TextField | None = None


@dataclass(frozen=True, slots=True)
class Prefix:
    """Words that begin like this."""

    text: str
    field: TextField | None = None


@dataclass(frozen=True, slots=True)
class Is:
    """A field has this value; with `beginning`, one that begins like this."""

    field: NamedField
    value: str
    beginning: bool = False


@dataclass(frozen=True, slots=True)
class Data:
    """A value in the document's own data, by its path: `build.number`. In a list, any of its items will do."""

    path: str
    comparison: Comparison
    value: JsonValue


@dataclass(frozen=True, slots=True)
class Between:
    """From `since` on, and before `until`. A document that says nothing of when it occurred did when it came."""

    field: TimeField
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class All:
    nodes: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Any:
    nodes: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Not:
    node: "Node"


Spoken = Word | Phrase | Prefix
Node = Everything | Spoken | Is | Data | Between | All | Any | Not
