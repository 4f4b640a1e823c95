"""From what somebody typed to a tree. OR binds less than AND, which may be left out; NOT binds most."""

from datetime import datetime

from services.database.search.language.combining import all_of, any_of, negated
from services.database.search.language.fields import WORDS, Field, begins_with_comparison, field_at
from services.database.search.language.mistakes import Misread, QueryMistake
from services.database.search.language.scanning import Scanner
from services.database.search.language.syntax import Everything, Is, Node

# More is nothing that a person writes, and each term costs a look-up.
TERMS_COUNT_MAX = 200
DEPTH_MAX = 50


def parse(query: str, now: datetime) -> Node:
    """Raises `QueryMistake`, which is `Invalid`. `now` is what `since:7d` counts back from."""
    return _Parser(Scanner(query), now).whole()


class _Parser:
    """Walks from left to right, once. A `field` that is handed on is the one whose parentheses we are in."""

    def __init__(self, scanner: Scanner, now: datetime) -> None:
        self._scanner = scanner
        self._now = now
        self._terms = 0
        # Where the parentheses that are open have been opened.
        self._opened: list[int] = []

    def whole(self) -> Node:
        scanner = self._scanner
        if scanner.is_blank:
            return Everything()
        node = self._either(None)
        if not scanner.at_end:
            raise self._unopened()
        return node

    def _either(self, field: Field | None) -> Node:
        nodes = [self._together(field, "")]
        while (operator := self._scanner.either()) is not None:
            nodes.append(self._together(field, operator))
        return any_of(nodes)

    def _together(self, field: Field | None, after: str) -> Node:
        """What has to be true at once. `after` is an operator whose right side is still missing."""
        scanner = self._scanner
        nodes: list[Node] = []
        while True:
            scanner.skip()
            start = scanner.position
            if scanner.at_end or scanner.next in ")|" or self._sees("OR"):
                break
            if operator := scanner.operator("AND"):
                if after or not nodes:
                    raise self._missing(after, operator, start)
                after = operator
                continue
            nodes.append(self._perhaps_negated(field))
            after = ""
            if field is not None and field.single and sum(map(_is_exact, nodes)) > 1:
                what = f"a document has one value for '{field.name}': write OR between them, or quote them all together"
                raise scanner.mistake(what, start, scanner.position)
        if after:
            raise self._missing(after)
        if not nodes:
            raise self._nothing()
        return all_of(nodes)

    def _sees(self, operator: str) -> bool:
        before = self._scanner.position
        found = self._scanner.operator(operator) is not None
        self._scanner.position = before
        return found

    def _perhaps_negated(self, field: Field | None) -> Node:
        scanner = self._scanner
        negative = False
        while operator := self._negation(field):
            negative = not negative
            scanner.skip()
            if scanner.at_end or scanner.next in ")|" or self._sees("OR") or self._sees("AND"):
                raise self._missing(operator)
        node = self._one(field)
        return negated(node) if negative else node

    def _negation(self, field: Field | None) -> str | None:
        scanner = self._scanner
        follower = scanner.query[scanner.position + 1 : scanner.position + 2]
        if field is not None and field.signed and follower.isdecimal():
            return None
        return scanner.operator("NOT") or scanner.minus()

    def _one(self, field: Field | None) -> Node:
        scanner = self._scanner
        if scanner.next == "(":
            return self._group(field)
        if field is None:
            named = field_at(scanner, self._now)
            if named is not None:
                return self._filtered(named)
        return self._leaf(field or WORDS)

    def _filtered(self, field: Field) -> Node:
        """What stands behind a field's name."""
        scanner = self._scanner
        start = scanner.position
        if scanner.next == "(":
            if not field.grouped:
                raise scanner.mistake(f"'{field.name}' takes one value, without parentheses", start, start + 1)
            return self._group(field)
        return self._leaf(field)

    def _leaf(self, field: Field) -> Node:
        scanner = self._scanner
        start = scanner.position
        value = scanner.value()
        if value is None or (field.compared and not value.quoted and begins_with_comparison(value.text)):
            raise scanner.mistake(f"a value is missing after '{field.name}'", start)
        self._terms += 1
        if self._terms > TERMS_COUNT_MAX:
            raise scanner.mistake(f"more than {TERMS_COUNT_MAX} terms are too many", start, value.end)
        try:
            return field.node_of(value)
        except Misread as error:
            raise scanner.mistake(str(error), start, value.end) from error

    def _group(self, field: Field | None) -> Node:
        scanner = self._scanner
        opening = scanner.position
        self._opened.append(opening)
        if len(self._opened) > DEPTH_MAX:
            raise scanner.mistake(f"parentheses are nested deeper than {DEPTH_MAX}", opening, opening + 1)
        scanner.position += 1
        node = self._either(field)
        if scanner.at_end:
            raise self._unclosed()
        scanner.position += 1
        self._opened.pop()
        return node

    def _nothing(self) -> QueryMistake:
        scanner = self._scanner
        start = scanner.position
        if operator := scanner.either():
            return self._missing("", operator, start)
        if self._opened:
            what = "there is nothing between the parentheses"
            return self._unclosed() if scanner.at_end else scanner.mistake(what, start)
        if scanner.at_end:
            return scanner.mistake("there is no word to search for", 0, len(scanner.query))
        return self._unopened()

    def _missing(self, after: str, before: str = "", start: int | None = None) -> QueryMistake:
        """Something to search for, on one side of an operator."""
        place = self._scanner.position if start is None else start
        if after:
            return self._scanner.mistake(f"a word is missing after '{after}'", place)
        return self._scanner.mistake(f"a word is missing before '{before}'", place, place + len(before))

    def _unclosed(self) -> QueryMistake:
        return self._scanner.mistake("this parenthesis isn't closed", self._opened[-1], self._opened[-1] + 1)

    def _unopened(self) -> QueryMistake:
        start = self._scanner.position
        what = "no parenthesis is open that this one could close; quote it to search for it as it is"
        return self._scanner.mistake(what, start, start + 1)


def _is_exact(node: Node) -> bool:
    return isinstance(node, Is) and not node.beginning
