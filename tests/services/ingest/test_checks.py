"""What a document may hold. Each row is a payload that somebody will send one day, and what they are told."""

from datetime import timedelta

import pytest

from shared.errors import Invalid, PostilError, TooLarge
from shared.limits import Limits
from tests.services.ingest.door import LIMITS, NOW, only, put, reason, take

SMALL = Limits(
    document_bytes_max=200,
    text_bytes_max=20,
    data_bytes_max=20,
    depth_max=3,
    tags_max=2,
    parents_max=2,
    documents_max=3,
)
DEEP = '{"data":' + "[" * 1_000 + "]" * 1_000 + "}"


@pytest.mark.parametrize(
    ("payload", "said"),
    [
        ("{}", "the document is empty: it needs a text, a title or data"),
        ('{"text":"","title":"","data":null,"tags":["a"]}', "the document is empty"),
        ('{"txt":"a"}', "unknown field 'txt'"),
        ('{"text":"a","place":"z"}', "unknown field 'place'"),
        ('{"text":"a","place":null}', "unknown field 'place'"),
        ('{"text":"a","tenant":"other"}', "unknown field 'tenant'"),
        ('{"text":1,"tags":"a"}', "'text' should be a valid string; 'tags' should be a valid array"),
        ('{"text":"a","ttl_seconds":1.5}', "'ttl_seconds' should be a valid integer"),
        ('{"text":"a","ttl_seconds":true}', "'ttl_seconds' should be a valid integer"),
        ('{"text":"a","collection":"b c"}', "'collection' must be non-empty words"),
        ('{"text":"a","collection":"other"}', "'collection' is 'other', but the subject says 'notes'"),
        ('{"text":"a","id":"postil.audit.1"}', "'id' begins with 'postil.', as only those of collections of the house"),
        ('{"text":"a\\u0000b"}', "'text' holds a NUL character (U+0000)"),
        ('{"data":{"a":["\\u0000"]}}', "'data' holds a NUL character (U+0000)"),
        ('{"data":{"a":{"b\\u0000":1}}}', "'data' holds a NUL character (U+0000)"),
        ('{"data":NaN}', "'data' holds a number that JSON doesn't know"),
        ('{"data":[-Infinity]}', "'data' holds a number that JSON doesn't know"),
        ('{"data":{"a":1e400}}', "'data' holds a number that JSON doesn't know"),
        ('{"data":9223372036854775808}', "'data' holds an integer that doesn't fit into 64 bits: send it as a string"),
        ('{"data":[-9223372036854775809]}', "'data' holds an integer that doesn't fit into 64 bits"),
        ('{"data":' + "9" * 5_000 + "}", "not valid JSON: number out of range"),
        ('{"text":"a","if_version":9223372036854775808}', "'if_version' is no version: it doesn't fit into 64 bits"),
        (DEEP, "not valid JSON: it is nested too deeply"),
        ('{"text":"a","id":" b"}', "' b' is no id: an id neither begins nor ends with a space"),
        ('{"text":"a","parents":["b","c\\u00a0"]}', "is no id"),
        ('{"text":"\\ud800"}', "a \\u escape between d800 and dfff is only half a character"),
        ('{"text":"\\udc00 "}', "a \\u escape between d800 and dfff is only half a character"),
        ('{"text":"a"', "not valid JSON: EOF while parsing an object"),
        ('{"text":"a\nb"}', "not valid JSON: control character"),
        ('{"text":"a"} b', "not valid JSON: trailing characters at line 1 column 14"),
        ('{"' + "x" * 500 + '":1}', "unknown field '" + "x" * 80 + "'"),
    ],
)
def test_it_is_refused_with_the_reason(payload: str, said: str) -> None:
    refusal = reason(take(payload))
    assert said in refusal.detail
    assert type(refusal) is Invalid


@pytest.mark.parametrize(
    ("payload", "said"),
    [
        ('{"text":"' + "a" * 21 + '"}', "'text' has 21 bytes; the limit is 20"),
        ('{"text":"' + "ä" * 11 + '"}', "'text' has 22 bytes; the limit is 20"),
        ('{"data":[1234567890,1234567890]}', "'data' has 23 bytes as compact JSON; the limit is 20"),
        ('{"data":[[{"a":{}}]]}', "'data' is nested too deeply: the limit is 3 levels"),
        ('{"text":"a","tags":["b","c","d"]}', "there are 3 tags; the limit is 2"),
        ('{"text":"a","parents":["b","c","d"]}', "there are 3 parents; the limit is 2"),
        ('{"text":"a","ttl_seconds":3153600001}', "'ttl_seconds' is above its limit of 3153600000"),
        ('{"text":"a","title":"' + "b" * 180 + '"}', "the document has 203 bytes; the limit is 200"),
        ('[{"text":"a"},{"text":"a"},{"text":"a"},{"text":"a"}]', "the message has 4 documents; the limit is 3"),
        ("[1,2,3,4]", "the message has 4 documents; the limit is 3"),
        ('{"text":"a"}\n' * 4, "the message has 4 documents; the limit is 3"),
        ("a" * 201, "the document has 201 bytes; the limit is 200"),
    ],
)
def test_what_is_too_large_is_told_its_limit(payload: str, said: str) -> None:
    refusal = reason(take(payload, limits=SMALL))
    assert said in refusal.detail
    assert type(refusal) is TooLarge


@pytest.mark.parametrize(
    "payload",
    [
        '{"text":"' + "a" * 20 + '","tags":["b","c"],"parents":["d","e"],"ttl_seconds":3153600000}',
        '{"data":[[{"a":"bcdefgh"}]]}',
        '{"title":"' + "a" * 188 + '"}',
    ],
)
def test_what_just_fits_is_taken(payload: str) -> None:
    assert only(take(payload, limits=SMALL)).place


@pytest.mark.parametrize(
    "payload",
    [
        '{"data":[9223372036854775807,-9223372036854775808,1.7e308,true,null,""]}',
        '{"data":0}',
        '{"data":false}',
        '{"data":{}}',
        '{"title":"a"}',
        '{"text":"a\\tb\\nc\\u0007"}',
        '{"text":"a","title":"\\ud83d\\udc69\\u200d\\ud83d\\ude80 \\u00a0b\\u2028","tags":["\\u200d"]}',
        '{"text":"a","id":"b c/d?e=f"}',
        '{"text":"a","text":"b"}',
    ],
)
def test_what_is_unusual_is_taken(payload: str) -> None:
    assert only(take(payload)).place


@pytest.mark.parametrize("field", ["id", "kind", "title", "author", "source", "thread", "idempotency_key"])
@pytest.mark.parametrize("escape", ["\\u0000", "\\n", "\\u007f", "\\u009f"])
def test_a_control_character_in_a_short_field_is_named(field: str, escape: str) -> None:
    said = reason(take(f'{{"text":"a","{field}":"b{escape}c"}}')).detail
    assert said.startswith(f"'{field}' holds the control character U+00")


@pytest.mark.parametrize("field", ["tags", "parents"])
def test_a_control_character_in_a_list_is_named(field: str) -> None:
    said = reason(take(f'{{"text":"a","{field}":["b","c\\td"]}}')).detail
    assert said == f"'{field}' holds the control character U+0009"


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ('"2026-01-31T12:00:00"', "'occurred_at' has no time zone: add one, as in '2026-01-31T12:00:00Z'"),
        ('"2026-01-31"', "'occurred_at' has no time zone"),
        ('"1700000000"', "'occurred_at' must be a date, a time and a zone in a string"),
        ('"20260131"', "'occurred_at' must be a date, a time and a zone in a string"),
        ("1700000000", "'occurred_at' must be a date, a time and a zone in a string"),
        ('"2026-02-30T00:00:00Z"', "'occurred_at' should be a valid datetime or date, day value is outside"),
        ('"yesterday"', "'occurred_at' must be a date, a time and a zone in a string"),
        ('"0001-01-01T00:00:00+23:59"', "the first year that is taken is 2"),
        ('"9999-12-31T23:59:59-23:59"', "at most 86400 seconds ahead are taken"),
    ],
)
def test_a_moment_that_can_not_be_meant_is_refused(written: str, said: str) -> None:
    assert said in reason(take(f'{{"text":"a","occurred_at":{written}}}')).detail


def test_a_clock_that_is_far_ahead_is_told_both_times() -> None:
    latest = NOW + timedelta(seconds=LIMITS.clock_ahead_seconds_max)
    assert only(take(f'{{"text":"a","occurred_at":"{latest.isoformat()}"}}')).occurred_at == latest
    said = reason(take('{"text":"a","occurred_at":"2026-02-01T14:00:01+02:00"}')).detail
    assert "2026-02-01T14:00:01+02:00" in said
    assert "2026-01-31T12:00:00+00:00" in said


@pytest.mark.parametrize("collection", ["", "a b", "a..b", "x" * 201, "a\u200bb"])
def test_a_subject_that_names_no_collection_is_refused(collection: str) -> None:
    refusal: PostilError = reason(take('{"text":"a"}', collection=collection))
    assert refusal.detail.startswith("the subject names no collection: it ")


def test_a_request_has_to_name_the_collection_itself() -> None:
    assert only(put('{"text":"a","collection":"b"}')).collection == "b"
    assert only(put('{"text":"a","collection":"postil.b","id":"postil.a"}')).id == "postil.a"
    assert reason(put('{"text":"a"}')).detail.startswith("'collection' is missing")
    assert reason(put("plain text")).detail.startswith("'collection' is missing")
