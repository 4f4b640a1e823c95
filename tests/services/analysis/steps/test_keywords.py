"""The keywords of a document: those that a reader would underline are among the first."""

import json
from typing import TypedDict

import pytest

from services.analysis.steps.keywords import step
from tests.services.analysis.steps.sets.documents import HOSTILE, listed
from tests.services.analysis.steps.sets.reading import HERE

TOP = 5
FOUND_SHARE_MIN = 0.95


class Example(TypedDict):
    title: str | None
    text: str
    expected: list[str]


EXAMPLES: list[Example] = json.loads((HERE / "keywords.json").read_text("utf-8"))


def test_what_must_be_there_is_among_the_first() -> None:
    assert len(EXAMPLES) >= 20
    missing = [
        (word, _words(example["text"], example["title"]))
        for example in EXAMPLES
        for word in example["expected"]
        if word not in _words(example["text"], example["title"])[:TOP]
    ]
    assert 1 - len(missing) / sum(len(example["expected"]) for example in EXAMPLES) >= FOUND_SHARE_MIN, missing


def test_each_has_a_score_and_a_count_and_they_are_in_order() -> None:
    keywords = listed(step, "keywords", "Broker, broker! The broker lost a message; one message of many.")
    assert keywords[0]["word"] == "broker"
    assert keywords[0]["count"] == 3
    scores = [each["score"] for each in keywords]
    assert all(isinstance(score, float) for score in scores)
    assert scores == sorted(scores, key=lambda score: -float(str(score)))


def test_there_are_ten_at_the_most_and_always_the_same() -> None:
    text = " ".join(f"word{chr(97 + number)}thing" for number in range(26))
    assert len(_words(text)) == 10
    assert listed(step, "keywords", text) == listed(step, "keywords", text)


@pytest.mark.parametrize("text", ["", "the and of", "12 345 6.7 10ms", "https://example.com/a/b", "!!! ???", "@anna"])
def test_some_texts_have_none(text: str) -> None:
    assert _words(text) == []


def test_names_are_kept_whole() -> None:
    assert {"k8s", "max_ack_pending", "follow-up"} <= set(_words("k8s and max_ack_pending need a follow-up"))
    assert "ui" in _words("the UI is old")
    assert "देवनागरी" in _words("देवनागरी")


def test_a_phrase_says_its_words() -> None:
    words = _words("The retry budget is spent. Who spends a retry budget?")
    assert words[0] == "retry budget"
    assert "retry" not in words


@pytest.mark.timeout(60)
def test_hostile_texts_have_few_or_none() -> None:
    assert all(len(_words(text)) <= 10 for text in HOSTILE)


def _words(text: str, title: str | None = None) -> list[object]:
    return [each["word"] for each in listed(step, "keywords", text, title)]
