"""The keywords of a document: those that a reader would underline are among the first."""

import json
from typing import TypedDict, cast

import pytest
from pydantic import JsonValue

from services.analysis.step import Finding, Noted
from services.analysis.steps import secrets
from services.analysis.steps.keywords import step
from tests.services.analysis.language_model.desk import desk_without_model
from tests.services.analysis.steps.sets.documents import HOSTILE, Members, document, listed, value_of
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


def test_what_was_told_to_a_bot_is_about_nothing() -> None:
    command = document("!search the printer").model_copy(update={"collection": "chat.irc.office"})
    assert step.annotate is not None
    finding = step.annotate(command)
    assert isinstance(finding, Finding)
    assert (finding.status, finding.value) == ("skipped", None)
    # Elsewhere it is a text like any other.
    assert "printer" in str(step.annotate(command.model_copy(update={"collection": "notes"})))


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


HUNTED = "hunter2secret"
KEY = "AKIA" + "Q7RZ5T2LW9XK3VBN"


@pytest.mark.parametrize(
    ("text", "hidden", "said"),
    [
        (f"password={HUNTED} of the mail server", HUNTED, "server"),
        (f"The key {KEY} is for the backup", KEY.lower(), "backup"),
        (f"password = {HUNTED}\n" * 3 + "the mail server", HUNTED, "server"),
        ("password=hunter2-secret-words for the mail server", "hunter2-secret-words", "server"),
    ],
)
async def test_what_only_a_secret_says_is_none(text: str, hidden: str, said: str) -> None:
    assert hidden in _words(text)
    words = await _finished_words(text)
    assert said in words
    assert not any(hidden in str(word) for word in words)


async def test_what_is_said_elsewhere_too_stays() -> None:
    text = (
        "password=lighthouse7 is the password of the lighthouse7 printer. The printer jams, says the lighthouse7 keeper"
    )
    assert {"lighthouse7", "printer"} <= set(await _finished_words(text))
    assert "lighthouse7" not in await _finished_words("password=lighthouse7 of the printer", title="A printer")
    assert "lighthouse7" in await _finished_words("password=lighthouse7 of the printer", title="The lighthouse7")


@pytest.mark.parametrize("secrets_found", [None, {}, {"secrets": []}, {"secrets": "x"}, {"secrets": [1, {"span": 1}]}])
async def test_without_secrets_nothing_is_taken_out(secrets_found: JsonValue) -> None:
    half = Finding(value_of(step, f"password={HUNTED}"))
    noted = Noted(document(f"password={HUNTED}"), {"keywords": half, "secrets": Finding(secrets_found)})
    assert step.finish is not None
    assert await step.finish([noted], desk_without_model()) == [half]
    alone = Noted(noted.document, {"keywords": Finding(None)})
    assert await step.finish([alone], desk_without_model()) == [Finding(None)]


@pytest.mark.timeout(60)
async def test_hostile_texts_come_to_an_end_with_their_secrets() -> None:
    for text in HOSTILE:
        assert set(map(str, await _finished_words(text))) <= set(map(str, _words(text)))


async def _finished_words(text: str, title: str | None = None) -> list[object]:
    noted = Noted(
        document(text, title),
        {"keywords": Finding(value_of(step, text, title)), "secrets": Finding(value_of(secrets.step, text, title))},
    )
    assert step.finish is not None
    [finding] = await step.finish([noted], desk_without_model())
    assert isinstance(finding.value, dict)
    return [each["word"] for each in cast(list[Members], finding.value["keywords"])]


def _words(text: str, title: str | None = None) -> list[object]:
    return [each["word"] for each in listed(step, "keywords", text, title)]
