"""What becomes of a CloudEvent, in both of its modes."""

import base64
from collections.abc import Mapping
from datetime import UTC, datetime

import orjson
import pytest
from pydantic import JsonValue

from tests.services.ingest.door import Kept, only, put, reason, take

ID = "A234-2630d7261c58e356aaebc3f9"
ATTRIBUTES = {
    "specversion": "1.0",
    "id": "A234",
    "source": "https://shop.example/orders",
    "type": "example.shop.order.paid",
    "subject": "order 17",
    "time": "2026-01-31T11:59:59.5+02:00",
}
STRUCTURED = {"Content-Type": "application/cloudevents+json"}


def event(**more: JsonValue) -> bytes:
    return orjson.dumps({**ATTRIBUTES, **more})


def binary(payload: bytes, content_type: str | None = None, **more: str) -> tuple[bytes, Mapping[str, str]]:
    headers = {f"ce-{name}": value for name, value in {**ATTRIBUTES, **more}.items()}
    return payload, headers | ({"Content-Type": content_type} if content_type else {})


def encoded(content: bytes) -> str:
    return base64.b64encode(content).decode()


def content_of(draft: Kept) -> tuple[str | None, JsonValue]:
    return draft.text, draft.data


def test_its_attributes_have_their_fields() -> None:
    draft = only(take(event(data={"amount": 3}), STRUCTURED))
    assert draft.id == ID
    assert draft.source == "https://shop.example/orders"
    assert draft.kind == "example.shop.order.paid"
    assert draft.title == "order 17"
    assert draft.occurred_at == datetime(2026, 1, 31, 9, 59, 59, 500_000, tzinfo=UTC)
    assert (draft.text, draft.data) == (None, {"amount": 3})
    assert (draft.collection, draft.tags) == ("notes", ())


def test_both_modes_are_the_same_document() -> None:
    structured = only(take(event(data={"amount": 3}, datacontenttype="application/json"), STRUCTURED))
    assert only(take(*binary(b'{"amount":3}', "application/json"))) == structured
    assert only(take(*binary(b'{"amount":3}', datacontenttype="application/json"))) == structured


def test_it_is_known_by_its_specversion_without_any_header() -> None:
    assert only(take(event(data="a"))).id == ID
    mixed = take(b"[" + event(data="a") + b',{"id":"b","text":"c"}]')
    assert [each.id for each in mixed if isinstance(each, Kept)] == [ID, "b"]
    assert only(take(event(data="a") + b"\n" + b"\n")).text == "a"


def test_a_batch_is_an_array_of_events() -> None:
    headers = {"content-type": "application/cloudevents-batch+json"}
    taken = take(b"[" + event(data="a") + b"," + event(id="B", data="b") + b',{"text":"c"}]', headers)
    assert [each.text if isinstance(each, Kept) else each.reason.detail for each in taken] == [
        "a",
        "b",
        "'specversion' is missing; 'id' is missing; 'source' is missing; 'type' is missing",
    ]


def test_an_id_is_unique_within_its_source_only() -> None:
    elsewhere = only(take(event(data="a", source="https://other.example")))
    assert elsewhere.id is not None
    assert elsewhere.id.startswith("A234-")
    assert elsewhere.id != ID


@pytest.mark.parametrize(
    ("more", "content"),
    [
        ({"data": "hello"}, ("hello", None)),
        ({"data": "<a/>", "datacontenttype": "application/xml"}, ("<a/>", None)),
        ({"data": [1, None]}, (None, [1, None])),
        ({"data": False}, (None, False)),
        ({"data": None}, (None, None)),
        ({}, (None, None)),
        ({"data_base64": encoded(b"hello")}, ("hello", None)),
        ({"data_base64": encoded(b" [1]")}, (None, [1])),
        ({"data_base64": encoded(b"\xff")}, (None, {"data_base64": "/w=="})),
        ({"data_base64": encoded(b"")}, (None, None)),
        ({"data_base64": encoded(b"a,b"), "datacontenttype": "text/csv"}, ("a,b", None)),
        ({"data_base64": encoded(b'{"a":1}'), "datacontenttype": "application/vnd.a+json"}, (None, {"a": 1})),
        ({"data_base64": encoded(b"hello"), "datacontenttype": "image/png"}, (None, {"data_base64": "aGVsbG8="})),
    ],
)
def test_its_data_is_a_text_or_data(more: dict[str, JsonValue], content: tuple[str | None, JsonValue]) -> None:
    assert content_of(only(take(event(**more), STRUCTURED))) == content


@pytest.mark.parametrize(
    ("payload", "content_type", "content"),
    [
        (b"hello", "text/plain; charset=utf-8", ("hello", None)),
        (b"[hello", "text/plain", ("[hello", None)),
        (b"hello", None, ("hello", None)),
        (b'"hello"', "application/json", ("hello", None)),
        (b"42", "application/json", (None, 42)),
        (b'{"a":1}', None, (None, {"a": 1})),
        (b"<a/>", "application/atom+xml", ("<a/>", None)),
        (b"\x89PNG", "image/png", (None, {"data_base64": "iVBORw=="})),
        (b"\xff\xfe", None, (None, {"data_base64": "//4="})),
        (b"", None, (None, None)),
        (b"", "application/json", (None, None)),
    ],
)
def test_its_payload_is_a_text_or_data(
    payload: bytes, content_type: str | None, content: tuple[str | None, JsonValue]
) -> None:
    assert content_of(only(take(*binary(payload, content_type)))) == content


def test_other_attributes_become_tags() -> None:
    more: dict[str, JsonValue] = {"traceparent": "00-af-01", "attempt": 2, "sampled": True, "unset": None}
    draft = only(take(event(dataschema="https://a.example/s", datacontenttype="text/csv", data="a,b", **more)))
    assert draft.tags == (
        "attempt=2",
        "datacontenttype=text/csv",
        "dataschema=https://a.example/s",
        "sampled=true",
        "traceparent=00-af-01",
    )


def test_without_data_and_subject_its_type_is_its_title() -> None:
    attributes = {name: value for name, value in ATTRIBUTES.items() if name != "subject"}
    assert only(take(orjson.dumps(attributes))).title == "example.shop.order.paid"
    assert only(take(orjson.dumps({**attributes, "data": 1}))).title is None


def test_it_names_its_collection_where_the_subject_does_not() -> None:
    assert only(put(event(data="a", collection="orders"))).collection == "orders"
    assert only(put(*binary(b"a", collection="orders"))).collection == "orders"
    assert reason(put(event(data="a"))).detail.startswith("'collection' is missing")


def test_headers_are_percent_encoded_and_their_case_does_not_matter() -> None:
    payload, headers = binary(b"a", subject="Gr%C3%BC%C3%9Fe", route="a%2520b")
    draft = only(take(payload, {name.upper(): value for name, value in headers.items()}))
    assert (draft.title, draft.tags) == ("Grüße", ("route=a%20b",))


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"specversion": "0.3"}, "'specversion' should be '1.0'"),
        ({"id": ""}, "'id' should have at least 1 character"),
        ({"id": "x" * 151}, "'id' should have at most 150 characters"),
        ({"id": "a\nb"}, "'id' holds the control character U+000A"),
        ({"id": 7}, "'id' should be a valid string"),
        ({"time": "2026-01-31T12:00:00"}, "'time' has no time zone"),
        ({"time": "1700000000"}, "'time' must be a date"),
        ({"data": 1, "data_base64": "YQ=="}, "either 'data' or 'data_base64'"),
        ({"data_base64": "a"}, "'data_base64' is not base64"),
        ({"data_base64": "ä"}, "'data_base64' is not base64"),
        ({"data_base64": encoded(b"\xff"), "datacontenttype": "text/plain"}, "the event's data is not valid UTF-8"),
        ({"data_base64": encoded(b"{"), "datacontenttype": "application/json"}, "the event's data is not valid JSON"),
        ({"data_base64": encoded(b"a"), "datacontenttype": "text/plain; charset=utf-16"}, "charset 'utf-16'"),
        ({"data": {"a": "\0"}}, "'data' holds a NUL character"),
        ({"data_base64": encoded(b"a\0b"), "datacontenttype": "text/plain"}, "'text' holds a NUL character"),
        ({"extension": {"a": 1}}, "the attribute 'extension' should be a string, a number or a boolean"),
        ({"extension": "x" * 200}, "the attribute 'extension' can't be kept as a tag: it should have at most 200"),
        ({"collection": 7}, "'collection' should be a string"),
        ({"collection": "a b"}, "'collection' must be non-empty words"),
    ],
)
def test_it_is_refused_with_the_reason(more: dict[str, JsonValue], said: str) -> None:
    assert said in reason(take(event(**more))).detail


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("ce-id", "", "'id' should have at least 1 character"),
        ("ce-subject", "%FF", "the header 'ce-subject' is not percent-encoded UTF-8"),
        ("ce-subject", "\udcff", "a ce- header is not valid UTF-8"),
        ("ce-data", "a", "an event's data is the payload"),
        ("ce-specversion", "2.0", "'specversion' should be '1.0'"),
        ("content-type", "application/json", "the event's data is not valid JSON: expected value"),
    ],
)
def test_wrong_headers_are_refused_with_the_reason(name: str, value: str, said: str) -> None:
    payload, headers = binary(b"hello")
    assert said in reason(take(payload, {**headers, name: value})).detail


def test_a_lonely_attribute_is_told_what_is_missing() -> None:
    assert "'specversion' is missing" in reason(take(b"a", {"ce-id": "1"})).detail
