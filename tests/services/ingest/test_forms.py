"""Which form a payload has, and where its elements are."""

import pytest

from services.ingest.forms import Form, elements_of, form_of, split_array, split_lines, why_not_json
from shared.errors import Invalid

PRETTY = b'{\n  "text": "a",\n  "data": [\n    {"n": 1},\n    {"n": 2}\n  ]\n}\n'


@pytest.mark.parametrize(
    ("payload", "form"),
    [
        (b'{"text":"a"}', Form.DOCUMENT),
        (b'\n\t {"text":"a"}\n', Form.DOCUMENT),
        (PRETTY, Form.DOCUMENT),
        (PRETTY[:-3], Form.DOCUMENT),
        (b'{"data":\n{"n":1}}', Form.DOCUMENT),
        (b'{"text":"a"} {"text":"b"}', Form.DOCUMENT),
        (b'{"text":"a"\n"title":"b"}', Form.DOCUMENT),
        (b'{"text":"a"}\n{"text":"b"}', Form.LINES),
        (b'{"text":"a"}\r\n\r\n{"text":"b"}\r\n', Form.LINES),
        (b'{"text":"a"}\nno object', Form.LINES),
        (b'{"text":\n{"text":"b"}\n{"text":"c"}', Form.LINES),
        (b'{"text":"\\ud800"}\n{"text":"b"}', Form.LINES),
        (b'[{"text":"a"}]', Form.ARRAY),
        (b" [", Form.ARRAY),
        (b"hello", Form.TEXT),
        (b'"hello"', Form.TEXT),
        (b"42", Form.TEXT),
    ],
)
def test_without_headers_the_form_is_what_it_looks_like(payload: bytes, form: Form) -> None:
    assert form_of(payload, {}) is form


@pytest.mark.parametrize(
    ("content_type", "payload", "form"),
    [
        ("text/plain", b'{"text":"a"}', Form.TEXT),
        ("Text/Plain; Charset=UTF-8", b"[12:00] hello", Form.TEXT),
        ('text/markdown; charset="utf-8"', b"# a", Form.TEXT),
        ("application/json", b'{"text":"a"}\n{"text":"b"}', Form.DOCUMENT),
        ("application/json", b" [1]", Form.ARRAY),
        ("application/json", b"hello", Form.DOCUMENT),
        ("application/vnd.acme.note+json", b"{}", Form.DOCUMENT),
        ("application/x-ndjson", b"{}", Form.LINES),
        ("application/jsonl", PRETTY, Form.LINES),
        ("application/cloudevents+json; charset=utf-8", b"{}", Form.EVENT),
        ("application/cloudevents-batch+json", b"[]", Form.EVENT_ARRAY),
        ("application/cloudevents-batch+json", b"{}", Form.EVENT),
    ],
)
def test_a_content_type_decides(content_type: str, payload: bytes, form: Form) -> None:
    assert form_of(payload, {"content-type": content_type}) is form


def test_attributes_in_headers_make_an_event_whatever_its_data_is() -> None:
    headers = {"ce-id": "1", "content-type": "image/png"}
    assert form_of(b"[]", headers) is Form.EVENT_IN_HEADERS
    assert form_of(b"{}", headers | {"content-type": "application/cloudevents+json"}) is Form.EVENT


def test_other_headers_decide_nothing() -> None:
    assert form_of(b"{}", {"x-trace": "1"}) is Form.DOCUMENT


@pytest.mark.parametrize("content_type", ["image/png", "application/octet-stream", "application/cloudevents+avro"])
def test_a_foreign_content_type_is_refused_by_name(content_type: str) -> None:
    with pytest.raises(Invalid, match="send application/json") as caught:
        form_of(b"{}", {"content-type": content_type})
    assert repr(content_type) in caught.value.detail


def test_another_charset_is_refused_by_name() -> None:
    with pytest.raises(Invalid, match="charset 'iso-8859-1' is not taken: send UTF-8"):
        form_of(b"a", {"content-type": "text/plain; charset=ISO-8859-1"})


@pytest.mark.parametrize(
    ("payload", "elements"),
    [
        (b"[]", []),
        (b" [ \n ] ", []),
        (b"[1]", [b"1"]),
        (b'[ {"a" : [1, 2]} ,\n"x,y" ]\n', [b'{"a" : [1, 2]}', b'"x,y"']),
        (b'["\\"],[\\\\", 2]', [b'"\\"],[\\\\"', b"2"]),
        (b"[1,,2,]", [b"1", b"", b"2", b""]),
        (b'[oops, {"a":}, 3]', [b"oops", b'{"a":}', b"3"]),
        (b"[" + b"[" * 5_000 + b"]" * 5_000 + b",1]", [b"[" * 5_000 + b"]" * 5_000, b"1"]),
    ],
)
def test_an_array_is_cut_into_the_exact_bytes_of_its_elements(payload: bytes, elements: list[bytes]) -> None:
    assert split_array(payload) == elements


@pytest.mark.parametrize(
    "payload",
    [
        b"[",
        b'[{"a":1}',
        b'[{"a":1},',
        b'["a',
        b'["a\\',
        b'["a\\"]',
        b"[1] 2",
        b"[1]]",
        b'[{"a":1]',
        b"]1[",
        b"",
        b"x[1]",
        b",",
        b'[{"a":]}]',
    ],
)
def test_a_broken_array_is_refused_as_a_whole_in_the_parsers_words(payload: bytes) -> None:
    with pytest.raises(Invalid, match=r"^not valid JSON: .* at line 1 column .*Content-Type: text/plain"):
        split_array(payload)


@pytest.mark.parametrize("payload", [b'{"a":1}', b'"a"', b"1"])
def test_what_is_no_array_can_not_be_cut(payload: bytes) -> None:
    with pytest.raises(Invalid, match="not the JSON that was expected"):
        split_array(payload)


def test_lines_are_cut_without_what_ends_them() -> None:
    assert split_lines(b' {"a":1} \r\n\n\t\n{"b":2}') == [b'{"a":1}', b'{"b":2}']
    assert elements_of(b"1\n2", Form.LINES) == [b"1", b"2"]
    assert elements_of(b"1\n2", Form.TEXT) == [b"1\n2"]


def test_bytes_that_are_no_text_are_named_with_their_offset() -> None:
    assert why_not_json(b'{"a":"\xff"}') == "not valid UTF-8: byte 0xff at offset 6 (invalid start byte)"
