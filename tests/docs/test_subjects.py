"""docs/SUBJECTS.md names every subject, stream and field that the contracts have, and no other subject."""

import re
from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules

import pytest

import shared.contracts
from services.cli.roster import ServiceName
from shared.bus.streams import CONSUMERS, STREAMS
from shared.contracts.changes import PREVIOUS_SEQ_HEADER, Change, Changes
from shared.contracts.chat import Say
from shared.contracts.dead import DeadLetter
from shared.contracts.documents import Draft
from shared.contracts.message import Contract, Event, Query, subject_for
from shared.contracts.standing import Match
from shared.errors import KINDS
from tests.tidy.source import PROJECT

PAGE = (PROJECT / "docs" / "SUBJECTS.md").read_text()
# What stands in an address is told by an example; the class can't say which part of it is a variable.
EVENT_ADDRESSES: dict[type[Event], str] = {
    Changes: "changes.<collection>",
    Say: "say.<network>.<channel>",
    DeadLetter: "dead",
    Match: "matches.<name>",
}
OTHER_ADDRESSES = {"docs.<collection>"}


def below(kind: type[Contract]) -> Iterator[type[Contract]]:
    for subclass in kind.__subclasses__():
        yield subclass
        yield from below(subclass)


def contracts(kind: type[Contract]) -> list[type[Contract]]:
    """Every message of a kind that the house has; the generic forms of pydantic are none."""
    for module in iter_modules(shared.contracts.__path__):
        import_module(f"shared.contracts.{module.name}")
    found = [each for each in below(kind) if each.__module__.startswith("shared.") and "[" not in each.__name__]
    return sorted(found, key=lambda each: each.__name__)


QUERIES = [each for each in contracts(Query) if issubclass(each, Query)]


def row_of(address: str) -> str:
    rows = [line for line in PAGE.splitlines() if line.startswith(f"| `{subject_for('<tenant>', address)}` |")]
    assert len(rows) == 1, f"{address} stands in {len(rows)} rows of the page"
    return rows[0]


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.verb)
def test_every_query_has_a_row_with_its_fields(query: type[Query[Contract]]) -> None:
    row = row_of(query.verb)
    if query.verb not in {"put", "save"}:
        missing = {name for name in (*query.model_fields, *query.reply.model_fields) if f'"{name}"' not in row}
        assert not missing or "the document" in row


@pytest.mark.parametrize("event", contracts(Event), ids=lambda event: event.__name__)
def test_every_event_has_a_row_with_its_fields(event: type[Event]) -> None:
    row = row_of(EVENT_ADDRESSES[event])
    fields = Change.model_fields if event is Changes else event.model_fields
    assert {name for name in fields if f'"{name}"' not in row} == set()


def test_every_stream_has_a_row_with_its_subject_and_reader() -> None:
    for stream in STREAMS:
        rows = [line for line in PAGE.splitlines() if line.startswith(f"| `{stream.name}` | `{stream.subject}` |")]
        assert len(rows) == 1, stream.name
        readers = [consumer.name for consumer in CONSUMERS if consumer.stream == stream]
        assert all(f"`{reader}`" in rows[0] for reader in readers)


def test_no_subject_is_named_that_does_not_exist() -> None:
    real = {*(query.verb for query in QUERIES), *EVENT_ADDRESSES.values(), *OTHER_ADDRESSES}
    named = set(re.findall(r"postil\.<tenant>\.([^`\s]+)", PAGE))
    assert named == real


def test_what_a_document_may_say_and_how_a_request_may_fail_is_told() -> None:
    assert {name for name in Draft.model_fields if f"`{name}`" not in PAGE} == set()
    assert {kind for kind in KINDS if f"`{kind}`" not in PAGE.replace("urn:postil:", "")} == set()
    assert f"`{PREVIOUS_SEQ_HEADER}`" in PAGE
    assert {name for name in ServiceName if f"`{name.calling}`" not in PAGE} == set()
