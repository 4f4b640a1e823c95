"""A request's filter as a tree: it comes as an object of fields and values, or as one more query."""

from datetime import UTC, datetime

from pydantic import JsonValue

from services.database.search.language import values
from services.database.search.language.combining import all_of, any_of
from services.database.search.language.fields import is_node
from services.database.search.language.mistakes import Misread, QueryMistake
from services.database.search.language.parsing import TERMS_COUNT_MAX, parse
from services.database.search.language.syntax import Between, Everything, Is, NamedField, Node
from shared.contracts.search import Filter, Words
from shared.errors import Invalid


def node_of(filter: Filter | str | None, now: datetime) -> Node:  # noqa: A002  the word that requests use for it
    """Raises `Invalid`. What a query in the filter says has to be in a document, but ranks nothing."""
    if filter is None:
        return Everything()
    if isinstance(filter, str):
        try:
            return parse(filter, now)
        except QueryMistake as mistake:
            raise mistake.inside("filter") from mistake
    leaves = _leaves(filter)
    if sum(map(len, leaves)) > TERMS_COUNT_MAX:
        raise Invalid(f"in the filter, more than {TERMS_COUNT_MAX} values are too many")
    # A document has all of its tags at once, and of everything else one at a time.
    combined = [all_of(each) if _are_tags(each) else any_of(each) for each in leaves if each]
    return all_of(combined)


def _leaves(wanted: Filter) -> list[list[Node]]:
    """For each field the values that it may have."""
    return [
        _is("collection", wanted.collection),
        _is("kind", wanted.kind),
        _is("author", wanted.author),
        _is("tag", wanted.tag),
        _is("language", wanted.language),
        _is("entity", wanted.entity),
        _is("thread", wanted.thread),
        _between(wanted),
        *(_data(path, value) for path, value in wanted.data.items()),
    ]


def _is(field: NamedField, words: Words) -> list[Node]:
    return [_one(field, word) for word in ((words,) if isinstance(words, str) else words)]


def _one(field: NamedField, word: str) -> Node:
    # No collection's name holds a star, so it can mean only one thing there.
    if field == "collection" and word.endswith("*"):
        return Is(field, word.removesuffix("*"), beginning=True)
    return is_node(field, word)


def _are_tags(leaves: list[Node]) -> bool:
    return isinstance(leaves[0], Is) and leaves[0].field == "tag"


def _between(wanted: Filter) -> list[Node]:
    if wanted.since is None and wanted.until is None:
        return []
    try:
        since, until = (moment and moment.astimezone(UTC) for moment in (wanted.since, wanted.until))
    except OverflowError as error:
        raise Invalid("in the filter, 'since' or 'until' is beyond the years that there are") from error
    if since is not None and until is not None and until < since:
        raise Invalid("in the filter, 'until' is before 'since'")
    return [Between("occurred", since, until)]


def _data(path: str, value: JsonValue) -> list[Node]:
    several = value if isinstance(value, list) else [value]
    if not several:
        raise Invalid(f"in the filter, 'data' has no value for {path[:40]!r}")
    try:
        return [values.compared(path, "=", each) for each in several]
    except Misread as error:
        raise Invalid(f"in the filter, 'data' at {path[:40]!r}: {error}") from error
