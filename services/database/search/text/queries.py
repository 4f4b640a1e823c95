"""From the tree of a query to a query of the engine.

Only words have a say in the order of hits: everything else says whether, not how well. A word without a letter or digit
in it says nothing at all, and the query is answered as if it weren't there.
"""

from collections.abc import Iterator
from datetime import datetime

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
from services.database.search.text import engine, leaves
from services.database.search.text.engine import Query, Snapshot, Token
from services.database.search.text.entries import entity, exact, microseconds
from services.database.search.text.fields import stems_field
from services.database.search.text.words import prepared, stands_alone
from shared.contracts.house import is_kept_apart
from shared.errors import Invalid

EVERYTHING = Everything()

TITLE_WEIGHT = 2.0
# A word in another form than the one that was asked for.
STEM_WEIGHT = 0.4

# Of a phrase whose last word is a beginning: its most frequent ends.
BEGINNINGS_MAX = 64

# A longer beginning is looked up in the dictionary instead; few values have the same.
PATTERN_LENGTH_MAX = 64
LONG_ENDS_MAX = 10_000

# What is longer is known by its beginning: every word is looked for at every place of the one before.
PHRASE_WORDS_MAX = 64

DEPTH_MAX = 100


def query_of(node: Node, snapshot: Snapshot, condition: Node = EVERYTHING) -> Query:
    """The condition has to hold, too, but it has no say in the order."""
    translation = _Translation(snapshot)
    found = [translation.of(each, 0) or engine.nothing() for each in (node, condition)]
    the_house = engine.all_of([engine.term("house", True)], [*translation.named(node), *translation.named(condition)])
    return engine.all_of([found[0], engine.silent(found[1])] if condition != EVERYTHING else found[:1], [the_house])


def ranks(node: Node) -> bool:
    """Whether one hit can be better than another."""
    return any(isinstance(each, Word | Phrase) and looked_up(each) for each in spoken(node))


def spoken(node: Node) -> Iterator[Spoken]:
    """The words that are wanted."""
    return (each for each in _wanted(node) if isinstance(each, Word | Phrase | Prefix))


def looked_up(node: Spoken) -> list[Token]:
    """What the index makes of it: several words are a phrase, none says nothing."""
    return engine.tokens(prepared(node.text))[:PHRASE_WORDS_MAX]


def _wanted(node: Node, depth: int = 0) -> Iterator[Node]:
    if depth > DEPTH_MAX:
        raise Invalid(f"query: nested more than {DEPTH_MAX} deep")
    match node:
        case All(nodes) | Any(nodes):
            for each in nodes:
                yield from _wanted(each, depth + 1)
        case Not(Not(inner)):
            yield from _wanted(inner, depth + 2)
        case Not():
            pass
        case _:
            yield node


class _Translation:
    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    def named(self, node: Node) -> list[Query]:
        """Collections of the house that are asked for by name."""
        return [
            self._is(each)
            for each in _wanted(node)
            if isinstance(each, Is) and each.field == "collection" and is_kept_apart(each.value)
        ]

    def of(self, node: Node, depth: int) -> Query | None:
        """None is for what says nothing."""
        if depth > DEPTH_MAX:
            raise Invalid(f"query: nested more than {DEPTH_MAX} deep")
        match node:
            case All(nodes):
                return self._all(nodes, depth + 1)
            case Any(nodes):
                return self._any(nodes, depth + 1)
            case Not(inner):
                found = self.of(inner, depth + 1)
                return None if found is None else engine.all_of([], [found])
            case Word() | Phrase() | Prefix():
                parts = self._parts(node)
                return engine.any_of(parts) if parts else None
            case _:
                return engine.silent(self._filter(node))

    def _all(self, nodes: tuple[Node, ...], depth: int) -> Query | None:
        wanted: list[Query] = []
        unwanted: list[Query] = []
        for node in nodes:
            found = self.of(node.node if isinstance(node, Not) else node, depth)
            if found is not None:
                (unwanted if isinstance(node, Not) else wanted).append(found)
        if nodes and not wanted and not unwanted:
            return None
        return engine.all_of(wanted or [engine.everything()], unwanted)

    def _any(self, nodes: tuple[Node, ...], depth: int) -> Query | None:
        found: list[Query] = []
        for node in nodes:
            if isinstance(node, Word | Phrase | Prefix):
                # Side by side with their fields: the engine is faster with one flat list.
                found += self._parts(node)
            elif (other := self.of(node, depth)) is not None:
                found.append(other)
        return None if nodes and not found else engine.any_of(found)

    def _parts(self, node: Spoken) -> list[Query]:
        """Any of them will do."""
        words = looked_up(node)
        if not words:
            return []
        if isinstance(node, Prefix) and not stands_alone(node.text):
            return [self._beginning(field, words) for field in _fields(node)]
        found = [_exactly(field, words) for field in _fields(node)]
        if isinstance(node, Word) and node.field is None and len(words) == 1:
            found += self._other_forms(node.text)
        return found

    def _other_forms(self, text: str) -> Iterator[Query]:
        for field, language in {stems_field(each): each for each in self._snapshot.languages}.items():
            for stem in engine.stems(prepared(text), language):
                yield engine.weighted(engine.term(field, stem), STEM_WEIGHT)

    def _beginning(self, field: str, words: list[Token]) -> Query:
        last = words[-1]
        if len(words) == 1:
            # All of them, however many: they are one stretch of the dictionary.
            return engine.silent(engine.matching(field, f"{leaves.literally(last.text)}.*"))
        before = [(word.position, word.text) for word in words[:-1]]
        found = self._snapshot.beginning(field, last.text, BEGINNINGS_MAX)
        return engine.silent(engine.any_of([engine.phrase(field, [*before, (last.position, end)]) for end in found]))

    def _filter(self, node: Everything | Is | Data | Between) -> Query:
        match node:
            case Is():
                return self._is(node)
            case Data():
                return _data(node)
            case Between(field, since, until):
                return _between(field, since, until)
            case Everything():
                return engine.everything()

    def _is(self, node: Is) -> Query:
        value = _value(node)
        if not node.beginning:
            return engine.term(node.field, value)
        if len(value) <= PATTERN_LENGTH_MAX:
            return engine.matching(node.field, f"{leaves.literally(value)}(?s:.*)")
        return engine.one_of_terms(node.field, self._snapshot.beginning(node.field, value, LONG_ENDS_MAX))


def _value(node: Is) -> str:
    match node.field:
        case "entity":
            return entity(node.value)
        case "language":
            return exact(node.value).lower()
        case _:
            return exact(node.value)


def _fields(node: Spoken) -> tuple[str, ...]:
    return ("title", "text") if node.field is None else (node.field,)


def _exactly(field: str, words: list[Token]) -> Query:
    places = [(word.position - words[0].position, word.text) for word in words]
    found = engine.term(field, words[0].text) if len(words) == 1 else engine.phrase(field, places)
    return engine.weighted(found, TITLE_WEIGHT) if field == "title" else found


def _between(field: str, since: datetime | None, until: datetime | None) -> Query:
    if since is None and until is None:
        return engine.everything()
    first = None if since is None else microseconds(since)
    last = None if until is None else microseconds(until) - 1
    return engine.between(field, first, last)


def _data(node: Data) -> Query:
    value = node.value
    if isinstance(value, list | dict):
        raise Invalid(f"data.{node.path}: compare it with a text, a number, true, false or null")
    same = engine.term("data", leaves.equal(node.path, value))
    if node.comparison == "=":
        return same
    if node.comparison == "!=":
        there = engine.term("data", leaves.there(node.path))
        return engine.any_of([engine.all_of([there], [same]), engine.term("data", leaves.several(node.path))])
    if value is None or isinstance(value, bool):
        raise Invalid(f"data.{node.path}: only numbers and texts are greater or smaller than others")
    patterns = leaves.beyond(
        node.path, value, below=node.comparison.startswith("<"), or_equal=node.comparison.endswith("=")
    )
    return engine.any_of([engine.matching("data", pattern) for pattern in patterns])
