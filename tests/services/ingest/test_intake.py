"""From bytes to drafts and refusals: every form, and what a wrong element costs its neighbours."""

import pytest

from services.ingest.intake import Incoming, Refused, refused_later
from shared.errors import Conflict, Invalid
from shared.limits import Limits
from tests.services.ingest.door import NOW, PLACE, Kept, accepted, only, put, reason, take

TWO = [("1a2b-77", "a"), ("1a2b-77-1", "b")]


def names_and_texts(taken: list[Kept | Refused]) -> list[tuple[str | None, str | None]]:
    return [(draft.id, draft.text) for draft in accepted(taken)]


@pytest.mark.parametrize(
    ("payload", "content_type"),
    [
        ('[{"text":"a"},{"text":"b"}]', None),
        ('[{"text":"a"},{"text":"b"}]', "application/json"),
        ('\ufeff [\n{"text":"a"}\t,{"text":"b"}]\n', None),
        ('{"text":"a"}\n{"text":"b"}', None),
        ('{"text":"a"}\r\n\r\n{"text":"b"}\r\n', "application/x-ndjson"),
        ('\ufeff{"text":"a"}\n{"text":"b"}\n', "application/jsonl"),
    ],
)
def test_many_documents_in_one_message(payload: str, content_type: str | None) -> None:
    headers = {"Content-Type": content_type} if content_type else {}
    assert names_and_texts(take(payload, headers)) == TWO


@pytest.mark.parametrize(
    ("payload", "content_type", "text"),
    [
        ('{"text":"a"}', None, "a"),
        ('{\n  "text": "a"\n}\n', None, "a"),
        ('\ufeff{"text":"a"}', "application/json", "a"),
        ('[{"text":"a"}]', None, "a"),
        ("  hello\n", None, "  hello\n"),
        ("\ufeffhello", None, "hello"),
        ("hello\nworld", None, "hello\nworld"),
        ('"hello"', None, '"hello"'),
        ("größe 😀", "text/plain; charset=utf-8", "größe 😀"),
        ('{"text":"a"}', "text/plain", '{"text":"a"}'),
        ("[12:00] hello", "text/markdown", "[12:00] hello"),
    ],
)
def test_one_document_in_one_message(payload: str, content_type: str | None, text: str) -> None:
    headers = {"content-TYPE": content_type} if content_type else {}
    assert names_and_texts(take(payload, headers)) == [("1a2b-77", text)]


def test_a_draft_is_complete_when_it_leaves() -> None:
    draft = only(take('{"title":"a","occurred_at":"2026-01-31T12:00:00Z","tags":["b"],"data":{"c":[1.5,null]}}'))
    assert draft == Kept(
        id="1a2b-77",
        collection="notes",
        title="a",
        occurred_at=NOW,
        tags=("b",),
        data={"c": [1.5, None]},
        place="0000000000001a2b-000000000000004d-000000",
    )


def test_a_request_has_names_but_no_places() -> None:
    first, second = accepted(put('[{"text":"a","collection":"b"},{"text":"c","collection":"d","id":"e"}]'))
    assert (first.id, first.collection, first.place) == ("01kg9ys7g0000g40r40m30e209", "b", None)
    assert (second.id, second.collection, second.place) == ("e", "d", None)


def test_a_message_id_names_the_documents_of_a_batch_by_their_number() -> None:
    payload = '[{"text":"a"},{"txt":"b"},{"text":"c"}]'
    first, wrong, third = take(payload, {"nats-msg-id": "import-9"})
    assert isinstance(first, Kept)
    assert isinstance(wrong, Refused)
    assert isinstance(third, Kept)
    assert (first.id, third.id) == ("msg-a8171bd891d6bd2ee0d28cf3", "msg-a8171bd891d6bd2ee0d28cf3-2")


@pytest.mark.parametrize(
    ("element", "said"),
    [
        (b'{ "txt" : 1 }', "unknown field 'txt'"),
        (b'{"text":"a",}', "not valid JSON: trailing comma"),
        (b'{"text":"\xff"}', "not valid UTF-8: byte 0xff at offset 9"),
        (b'{"text":"\\ud800"}', "only half a character"),
        (b'{"text":"[,]{\\"\\u0000"}', "NUL"),
        (b'{"data":%b%b}' % (b"[" * 1_000, b"]" * 1_000), "nested too deeply"),
        (b'{"data":%d}' % 2**64, "64 bits"),
        (b'{"text":"a","collection":"other"}', "'other'"),
        (b'{"specversion":"1.0"}', "'id' is missing"),
        (b"oops", "not valid JSON: expected value"),
        (b"7", "it should be an object"),
        (b"null", "it should be an object"),
        (b"[]", "it should be an object"),
        (b'"text"', "it should be an object"),
    ],
)
@pytest.mark.parametrize("lines", [False, True])
def test_a_wrong_element_costs_its_neighbours_nothing(element: bytes, said: str, lines: bool) -> None:
    good = [b'{"text":"a"}', b'{"text":"b, ]}"}']
    parts = [good[0], element, good[1]]
    first, wrong, last = take(b"\n".join(parts) if lines else b"[ %b ]" % b" ,\n".join(parts))
    assert isinstance(first, Kept)
    assert isinstance(wrong, Refused)
    assert isinstance(last, Kept)
    assert (first.text, last.text, last.id) == ("a", "b, ]}", "1a2b-77-2")
    assert (wrong.original, wrong.index) == (element, 1)
    assert said in wrong.reason.detail


@pytest.mark.parametrize(
    ("payload", "said"),
    [
        (b"", "the message is empty"),
        (b" \r\n\t", "the message is empty"),
        (b"\xef\xbb\xbf", "the message is empty"),
        (b"[]", "the array is empty: there is nothing to keep"),
        (b'[{"text":"a"},{"text":"b"', "not valid JSON: EOF while parsing an object at line 1 column 25"),
        (b'[{"text":"a"}] {"text":"b"}', "not valid JSON: trailing characters"),
        (b'{"text":"a"', "not valid JSON: EOF while parsing an object"),
        (b'{"text":"a"\n"title":"b"}', "not valid JSON: expected `,` or `}` at line 2 column 1"),
        (b"[12:00] hello", "(plain text that begins with '[' needs the header Content-Type: text/plain)"),
        (b"hell\xf6", "not valid UTF-8: byte 0xf6 at offset 4"),
        (b"a\0b", "'text' holds a NUL character"),
        (b"\xff\xfeh\0i\0", "not valid UTF-8: byte 0xff at offset 0"),
    ],
)
def test_a_wrong_message_is_refused_whole(payload: bytes, said: str) -> None:
    (refused,) = take(payload)
    assert isinstance(refused, Refused)
    assert (refused.original, refused.index) == (payload, None)
    assert said in refused.reason.detail
    assert type(refused.reason) is Invalid


def test_json_is_not_taken_for_text_when_it_is_announced_as_json() -> None:
    headers = {"content-type": "application/json"}
    assert "expected value" in reason(take("hello", headers)).detail
    assert "trailing characters" in reason(take('{"text":"a"}\n{"text":"b"}', headers)).detail


def test_a_long_array_of_short_documents_is_no_long_document() -> None:
    limits = Limits(document_bytes_max=20)
    taken = take('[{"text":"a"},{"text":"b"},{"text":"%s"}]' % ("c" * 20), limits=limits)
    assert [isinstance(each, Kept) for each in taken] == [True, True, False]
    assert isinstance(taken[2], Refused)
    assert taken[2].reason.detail == "the document has 31 bytes; the limit is 20"


def test_a_refusal_remembers_no_more_than_it_needs() -> None:
    refusal = reason(take("[1]"))
    assert refusal.__traceback__ is None


@pytest.mark.parametrize(
    ("payload", "index", "refused"),
    [
        (b'[ {"text":"a"}, {"text": "b"} ]', 1, (b'{"text": "b"}', 1)),
        (b'{"text":"a"}\n {"text":"b"}', 1, (b'{"text":"b"}', 1)),
        (b' {"text":"a"}', 0, (b' {"text":"a"}', None)),
        (b"\xef\xbb\xbfhello", 0, (b"\xef\xbb\xbfhello", None)),
    ],
)
def test_what_the_database_refuses_later_is_refused_to_the_byte(
    payload: bytes, index: int, refused: tuple[bytes, int | None]
) -> None:
    conflict = Conflict("it lives in another collection")
    later = refused_later(Incoming(payload, {}, "notes", PLACE), index, conflict)
    assert (later.original, later.index) == refused
    assert later.reason is conflict
