"""Documents as JSON, and the digests by which contents are compared, also when they are read back."""

from datetime import datetime, timedelta, timezone

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import JsonValue

from services.database.content import (
    digest_of_note,
    document_json,
    note_of,
    notes_in,
    notes_then,
    with_notes,
)
from shared.contracts.content import content_of, digest_of_document
from shared.contracts.documents import Document, Draft
from tests.conformance.store.ground import note

NOW = "2024-01-01T00:00:00.000Z"

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
numbers = st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False)
json_values: st.SearchStrategy[JsonValue] = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=10,
)
# With offsets as they come in a text: a moment that a zone has twice equals no other.
offsets = st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(timezones=offsets).filter(lambda moment: 1 < moment.year < 9999)


@settings(max_examples=200, deadline=None)
@given(texts, json_values, st.none() | texts.filter(bool), st.none() | moments)
def test_a_document_reads_back_as_it_was_and_with_the_same_digest(
    text: str, data: JsonValue, key: str | None, occurred_at: datetime | None
) -> None:
    content, digest = content_of(Draft(text=text, data=data, occurred_at=occurred_at), "d", "news")
    body = document_json(content, key, "main", 3, 7, (NOW, NOW, NOW))
    document = Document.decode(body)
    assert (document.text, document.data, document.idempotency_key) == (text, data, key)
    assert document.occurred_at == occurred_at
    assert (document.version, document.seq) == (3, 7)
    assert digest_of_document(orjson.loads(body)) == digest


@settings(max_examples=100, deadline=None)
@given(json_values)
def test_a_note_reads_back_with_the_same_digest(value: JsonValue) -> None:
    text, digest = note_of(note("d", 1, value=value), NOW)
    [read] = notes_in(b"[" + text + b"]").values()
    assert read.get("value") == value
    assert digest_of_note(read) == digest


def test_notes_are_spliced_into_the_document() -> None:
    first = b'[{"step":"a","n":1},{"step":"b","n":1}]'
    second = b'[{"step":"a","n":2}]'
    assert with_notes(b'{"id":"d"}', []) == b'{"id":"d"}'
    spliced = with_notes(b'{"id":"d"}', notes_then([first, None, second]))
    assert spliced == b'{"id":"d","annotations":[{"step":"b","n":1},{"step":"a","n":2}]}'
