"""Secrets in a document: found, never repeated, and told apart from what only looks like them."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.analysis.steps.secrets import step
from tests.services.analysis.steps.sets.documents import HOSTILE, listed, span_of
from tests.services.analysis.steps.sets.reading import Marked, Score, marked

LINES = marked("secrets.txt")
PRECISION_MIN = 0.95
RECALL_MIN = 0.95
PIECES = st.sampled_from(
    [
        *"@:/.=-+1a \n\0\u0301\u200d\u202eא中😀\"'",
        "password",
        "AKIA",
        "://u:p1w2@",
        "-----BEGIN PRIVATE KEY-----",
        "+49 30 1234567",
    ]
)


def test_spans_are_those_that_were_marked_by_hand() -> None:
    score = Score()
    wrong = [(line.text, each) for line in LINES for each in score.add(_expected(line), _found(line.text))]
    assert score.there >= 40
    assert sum(not line.marks for line in LINES) >= 50
    assert score.precision >= PRECISION_MIN, wrong
    assert score.recall >= RECALL_MIN, wrong


def test_what_was_found_is_never_written_down() -> None:
    for line in LINES:
        found = [{**each, "kind": ""} for each in listed(step, "secrets", line.text)]
        written = json.dumps(found, ensure_ascii=False)
        for mark in line.marks:
            secret = line.text[mark.start : mark.end]
            assert not any(secret[at : at + 5] in written for at in range(len(secret) - 4)), line.text


def test_a_card_and_an_account_are_known_by_their_end() -> None:
    [card] = listed(step, "secrets", "4242 4242 4242 4242")
    [account] = listed(step, "secrets", "DE89 3704 0044 0532 0130 00")
    assert (card["kind"], card["ends_with"]) == ("credit_card", "4242")
    assert (account["kind"], account["ends_with"]) == ("iban", "3000")


def test_each_says_how_sure_it_is() -> None:
    [sure] = listed(step, "secrets", "token " + "gh" + "p_16C7e42F292c6912E7710c838347Ae178B4a")
    [less] = listed(step, "secrets", "password: Sommer2025")
    assert float(str(sure["confidence"])) > 0.95 > float(str(less["confidence"])) > 0.5


def test_both_fields_are_read() -> None:
    found = listed(step, "secrets", "or b@example.com", title="a@example.com")
    assert [(each["field"], span_of(each)) for each in found] == [("title", (0, 13)), ("text", (3, 16))]


def test_behind_too_many_the_rest_counts_as_one() -> None:
    text = "a@example.com " * 1_200
    found = listed(step, "secrets", text)
    assert len(found) == 1_001
    assert (found[-1]["kind"], span_of(found[-1])) == ("unchecked", (14_000, len(text)))


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.text(max_size=80), st.lists(PIECES, max_size=25).map("".join)))
def test_spans_lie_in_the_text_and_never_overlap(text: str) -> None:
    last = 0
    for each in listed(step, "secrets", text):
        start, end = span_of(each)
        assert last <= start < end <= len(text)
        last = end


@pytest.mark.timeout(60)
def test_hostile_texts_are_read_to_their_end() -> None:
    for text in HOSTILE:
        [*_, last] = listed(step, "secrets", text + " \n a@example.com")
        assert last["kind"] in {"email", "unchecked", "private_key"}, text[:20]


def _expected(line: Marked) -> list[tuple[object, int, int]]:
    return [(mark.kind, mark.start, mark.end) for mark in line.marks]


def _found(text: str) -> list[tuple[object, int, int]]:
    return [(each["kind"], *span_of(each)) for each in listed(step, "secrets", text)]
