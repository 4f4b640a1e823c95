"""Passages have the promised size, and something in them to be found."""

import orjson

from benchmarks.passages import CHARACTERS, payload_of, texts


def test_each_has_the_same_length_and_says_something_else() -> None:
    said = texts(40)
    assert {len(text) for text in said} == {CHARACTERS}
    assert len(set(said)) == 40
    assert texts(3) == said[:3]


def test_a_message_holds_them_all() -> None:
    first, second = orjson.loads(payload_of(["a", "b"], ["one", "two"], "chat"))
    assert first == {"id": "a", "collection": "chat", "author": "bench", "text": "one"}
    assert second["text"] == "two"
    assert "collection" not in orjson.loads(payload_of(["a"], ["one"]))[0]
