"""What can't be taken in: each with its reason, the service unharmed, the neighbours kept."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.flow.stranger import Stranger

FUTURE = (datetime.now(UTC) + timedelta(days=400)).isoformat()

BAD: dict[str, tuple[bytes, str]] = {
    "invalid UTF-8": (b'{"text": "\xff"}', "UTF-8"),
    "invalid JSON": (b'{"text": ', "not valid JSON"),
    "a wrong type": (b'{"text": 5}', "text"),
    "an unknown field": (b'{"txt": "a"}', "unknown field 'txt'"),
    "deep nesting": (b'{"data": ' + b"[" * 1000 + b"]" * 1000 + b"}", "nest"),
    "a number beyond all bounds": (b'{"data": 1e999}', "data"),
    "an integer beyond 64 bits": (b'{"data": 123456789012345678901234567890}', "64"),
    "a NUL": (b'{"text": "a\\u0000b"}', "NUL"),
    "a lone surrogate": (b'{"text": "\\ud800"}', "half a character"),
    "a clock far ahead": (b'{"text": "a", "occurred_at": "' + FUTURE.encode() + b'"}', "occurred_at"),
    "a time without a zone": (b'{"text": "a", "occurred_at": "2026-01-01T00:00:00"}', "occurred_at"),
    "nothing to keep": (b"{}", ""),
    "too much text": (b'{"text": "' + b"x" * 600_000 + b'"}', "text"),
    "an empty message": (b"", "empty"),
}


@pytest.mark.parametrize("name", BAD)
async def test_it_becomes_a_letter_that_says_why(stranger: Stranger, name: str) -> None:
    payload, words = BAD[name]
    await stranger.publish(payload)
    await stranger.publish({"text": "neighbour"})
    [letter] = await stranger.letters(1)
    assert words in letter["problem"]["detail"]
    assert letter["problem"]["status"] in {400, 413}
    assert [document["text"] for document in await stranger.documents(1)] == ["neighbour"]


@pytest.mark.parametrize("name", [name for name in BAD if name != "an empty message"])
async def test_put_refuses_it_and_keeps_its_neighbours(stranger: Stranger, name: str) -> None:
    payload, words = BAD[name]
    element = payload[:-1] + b', "collection": "notes"}' if payload.endswith(b"}") and payload != b"{}" else payload
    neighbour = b'{"collection": "notes", "text": "neighbour"}'
    reply = await stranger.ask("put", b"[" + neighbour + b"," + element + b"," + neighbour + b"]")
    if "detail" in reply:
        # What breaks the array itself breaks the whole message.
        assert stranger.errors["Nats-Service-Error-Code"] == "400"
        assert words in reply["detail"]
        return
    first, bad, last = reply["results"]
    assert words in bad["error"]["detail"]
    assert first["outcome"] == last["outcome"] == "created"


async def test_a_collection_that_can_not_be_one_is_refused(stranger: Stranger) -> None:
    reply = await stranger.ask("put", {"collection": "a b", "text": "x"})
    assert "collection" in reply["detail"]
    await stranger.publish({"text": "x", "collection": "other"})
    [letter] = await stranger.letters(1)
    assert "'other'" in letter["problem"]["detail"]


NONSENSE: list[tuple[str, bytes | object]] = [
    ("get", {"idd": "a"}),
    ("list", {"limit": 0}),
    ("list", b"\xff"),
    ("changes", {"since": -1}),
    ("recent", {}),
    ("annotate", {"annotations": []}),
]


@pytest.mark.parametrize(("verb", "question"), NONSENSE, ids=str)
async def test_a_question_that_makes_no_sense_is_refused_in_words(
    stranger: Stranger, verb: str, question: bytes | object
) -> None:
    reply = await stranger.ask(verb, question)
    assert stranger.errors["Nats-Service-Error-Code"] == "400"
    assert reply["type"] == "urn:postil:invalid"
