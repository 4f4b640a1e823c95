"""What a document names: found where it stands, and nothing else."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.analysis.steps.entities import step
from tests.services.analysis.steps.sets.documents import HOSTILE, listed, span_of, value_of
from tests.services.analysis.steps.sets.reading import Marked, Score, marked

LINES = marked("entities.txt")
PRECISION_MIN = 0.97
RECALL_MIN = 0.97
PIECES = st.sampled_from(
    [*"@:/.#-$€+1a \n\0\u0301\u200d\u202eא中😀", "https://", "v1.2.3", "OPS-12", "a@b.de", "10.0.0.1"]
)


def test_spans_are_those_that_were_marked_by_hand() -> None:
    score = Score()
    wrong = [(line.text, each) for line in LINES for each in score.add(_expected(line), _found(line.text))]
    assert score.there >= 90
    assert score.precision >= PRECISION_MIN, wrong
    assert score.recall >= RECALL_MIN, wrong


def test_every_kind_is_in_the_set() -> None:
    kinds = {mark.kind for line in LINES for mark in line.marks}
    assert kinds == set("url email ipv4 ipv6 host md5 sha1 sha256 ticket commit mention money date version".split())  # noqa: SIM905  reads better


def test_values_are_written_canonically() -> None:
    for line in LINES:
        values = {span_of(each): each["value"] for each in listed(step, "entities", line.text)}
        for mark in line.marks:
            if mark.value is not None:
                assert values.get((mark.start, mark.end)) == (mark.value or None), line.text


def test_both_fields_are_read() -> None:
    found = listed(step, "entities", "see #7", title="OPS-12 again")
    assert [(each["field"], each["text"]) for each in found] == [("title", "OPS-12"), ("text", "#7")]


def test_a_list_of_things_is_cut() -> None:
    value = value_of(step, " ".join(f"OPS-{number}" for number in range(1, 1_000)), title="GH-1")
    assert isinstance(value["entities"], list)
    assert (len(value["entities"]), value["truncated"]) == (500, True)
    assert value_of(step, "OPS-1")["truncated"] is False


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.text(max_size=80), st.lists(PIECES, max_size=25).map("".join)))
def test_spans_cut_out_what_they_name_and_never_overlap(text: str) -> None:
    last = 0
    for each in listed(step, "entities", text):
        start, end = span_of(each)
        assert last <= start < end <= len(text)
        assert text[start:end] == each["text"]
        last = end


@pytest.mark.timeout(60)
def test_hostile_texts_are_read_to_their_end() -> None:
    for text in HOSTILE:
        assert all(text[slice(*span_of(each))] == each["text"] for each in listed(step, "entities", text))
    assert listed(step, "entities", "(" * 50_000 + " OPS-1")[0]["text"] == "OPS-1"


def _expected(line: Marked) -> list[tuple[object, int, int]]:
    return [(mark.kind, mark.start, mark.end) for mark in line.marks]


def _found(text: str) -> list[tuple[object, int, int]]:
    return [(each["kind"], *span_of(each)) for each in listed(step, "entities", text)]
