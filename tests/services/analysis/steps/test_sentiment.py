"""The mood of a document, where there are words to tell it by."""

import pytest

from services.analysis.step import Finding
from services.analysis.steps.sentiment import step
from tests.services.analysis.steps.sets.documents import HOSTILE, found_by, value_of
from tests.services.analysis.steps.sets.reading import labelled

LINES = labelled("sentiment.tsv")
RIGHT_SHARE_MIN = 0.93


def test_the_mood_is_told() -> None:
    wrong = [(label, line, told) for label, line in LINES if (told := _label(line)) != label]
    assert len(LINES) >= 60
    assert 1 - len(wrong) / len(LINES) >= RIGHT_SHARE_MIN, wrong


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("palvelin on taas alhaalla", "no list of words of praise and blame for 'fi'"),
        ("12345", "language can't be told"),
    ],
)
def test_where_nothing_can_be_said_it_says_why(text: str, reason: str) -> None:
    finding = found_by(step, text)
    assert isinstance(finding, Finding)
    assert finding.status == "skipped"
    assert reason in str(finding.reason)


def test_denial_turns_it_round_and_emphasis_makes_it_stronger() -> None:
    assert _score("it is good") > 0 > _score("it is not good")
    assert _score("it is really good!!!") > _score("it is good")
    assert _score("es ist sehr schlecht") < _score("es ist schlecht") < 0


def test_a_title_counts() -> None:
    assert value_of(step, "The room has a table.", title="Horrible support, terrible answers")["label"] == "negative"


@pytest.mark.timeout(60)
def test_scores_stay_in_their_range() -> None:
    for text in [*HOSTILE, "awesome great love " * 20_000, "hate bad awful " * 20_000]:
        value = found_by(step, text)
        assert isinstance(value, Finding) or (isinstance(value, dict) and -1 <= float(str(value["score"])) <= 1)


def _label(line: str) -> object:
    value = found_by(step, line)
    return value.status if isinstance(value, Finding) else value_of(step, line)["label"]


def _score(text: str) -> float:
    return float(str(value_of(step, text)["score"]))
