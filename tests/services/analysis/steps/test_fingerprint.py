"""Near duplicates: what a document repeats, in the index and among what has just been in hand."""

import numpy as np
import pytest
from pydantic import JsonValue

from services.analysis.alike import DOCUMENTS_MAX, ITEMS_IN_REQUEST_MAX, SECONDS_MAX, Recent
from services.analysis.models.minhash import signature_of
from services.analysis.step import Finding, Noted, Step
from services.analysis.steps import fingerprint
from shared.contracts.search import Duplicate
from shared.fingerprints import decode_signature
from shared.settings import AnalysisSettings
from tests.services.analysis.steps.indexed import IndexDesk, document, finished, knowing, noted

TEXT = "the nightly backup of the billing database has failed because the disk of the old server was full again"
NEARLY = f"{TEXT}, says the monitoring"
OTHER = "there is cake in the kitchen for everybody who has helped with the move of the library to the new floor"


@pytest.fixture
def step() -> Step:
    return fingerprint.step(AnalysisSettings())


def value_of(finding: Finding) -> dict[str, JsonValue]:
    assert isinstance(finding.value, dict)
    return finding.value


def placed(finding: Finding) -> tuple[JsonValue, JsonValue]:
    return value_of(finding)["duplicate_of"], value_of(finding)["cluster"]


def test_the_signature_is_that_of_title_and_text(step: Step) -> None:
    (each,) = noted(step, document("a", TEXT, title="Backup"))
    expected = signature_of(f"Backup\n{TEXT}")
    assert expected is not None
    value = value_of(each.findings["fingerprint"])
    assert (decode_signature(str(value["signature"])) == expected[0]).all()
    assert value["shingles"] == expected[1]


@pytest.mark.parametrize("text", [None, "", " \n"])
async def test_a_document_without_text_is_skipped_and_the_others_are_not(step: Step, text: str | None) -> None:
    desk = IndexDesk()
    first, second = await finished(step, noted(step, document("a", text), document("b", TEXT)), desk)
    assert (first.status, first.value) == ("skipped", None)
    assert placed(second) == (None, "b")
    assert [item.id for items, _ in desk.asked for item in items] == ["b"]


async def test_with_nothing_to_ask_nobody_is_asked(step: Step) -> None:
    desk = IndexDesk(known=None)
    (only,) = await finished(step, noted(step, document("a", None)), desk)
    assert only.status == "skipped"
    assert desk.asked == []


async def test_the_index_is_asked_in_portions_and_the_most_similar_counts(step: Step) -> None:
    duplicates = [Duplicate(id="x", similarity=0.8, cluster="c"), Duplicate(id="y", similarity=0.9, cluster="d")]
    desk = knowing("n3", duplicates=duplicates)
    many = [document(f"n{seq}", f"{OTHER} {seq} {seq * 7919} {'x' * seq}", seq=seq) for seq in range(70)]
    findings = await finished(step, noted(step, *many), desk)
    assert [len(items) for items, _ in desk.asked] == [ITEMS_IN_REQUEST_MAX, 70 - ITEMS_IN_REQUEST_MAX]
    assert placed(findings[3]) == ("y", "d")
    assert value_of(findings[3])["similarity"] == 0.9
    assert all(finding.status == "ok" for finding in findings)


@pytest.mark.parametrize(
    "known", [Duplicate(id="x", similarity=0.69, cluster="c"), Duplicate(id="a", similarity=1.0, cluster="c")]
)
async def test_too_little_and_itself_don_t_count(step: Step, known: Duplicate) -> None:
    (only,) = await finished(step, noted(step, document("a", TEXT)), knowing("a", duplicates=[known]))
    assert placed(only) == (None, "a")
    assert value_of(only)["similarity"] is None


async def test_of_one_batch_the_later_finds_the_earlier_in_whatever_order_they_come(step: Step) -> None:
    third, first, other, second = await finished(
        step,
        noted(
            step,
            document("third", NEARLY, seq=3),
            document("first", TEXT, seq=1),
            document("other", OTHER, seq=4),
            document("second", TEXT, seq=2),
        ),
        IndexDesk(),
    )
    assert [placed(each) for each in (first, second, other)] == [(None, "first"), ("first", "first"), (None, "other")]
    # Both resemble it equally: the older one it is.
    assert placed(third) == ("first", "first")


async def test_a_cluster_is_handed_on(step: Step) -> None:
    desk = knowing("a", duplicates=[Duplicate(id="old", similarity=1.0, cluster="oldest")])
    await finished(step, noted(step, document("a", TEXT, seq=1)), desk)
    (later,) = await finished(step, noted(step, document("b", NEARLY, seq=2)), IndexDesk())
    assert placed(later) == ("a", "oldest")


async def test_what_was_created_later_is_never_found(step: Step) -> None:
    await finished(step, noted(step, document("late", TEXT, seq=5, minute=9)), IndexDesk())
    (early,) = await finished(step, noted(step, document("early", TEXT, seq=6, minute=1)), IndexDesk())
    assert placed(early) == (None, "early")


async def test_a_newer_version_is_no_newer_document(step: Step) -> None:
    both = [document("a", TEXT, seq=1), document("b", TEXT, seq=2)]
    await finished(step, noted(step, *both), IndexDesk())
    again = noted(step, document("a", NEARLY, seq=3, version=2), document("b", NEARLY, seq=4, version=2))
    first, second = await finished(step, again, IndexDesk())
    assert placed(first) == (None, "a")
    assert placed(second) == ("a", "a")


async def test_without_the_index_there_is_what_was_in_hand_and_it_says_so(step: Step) -> None:
    findings = await finished(
        step, noted(step, document("a", TEXT, seq=1), document("b", TEXT, seq=2)), IndexDesk(known=None)
    )
    assert [(each.status, each.reason) for each in findings] == [("degraded", "the search index does not answer")] * 2
    assert [placed(each) for each in findings] == [(None, "a"), ("a", "a")]
    assert all(value_of(each)["signature"] for each in findings)


async def test_tenants_know_nothing_of_each_other(step: Step) -> None:
    await finished(step, noted(step, document("a", TEXT, seq=1)), IndexDesk())
    other = document("b", TEXT, seq=2).model_copy(update={"tenant": "other"})
    (only,) = await finished(step, noted(step, other), IndexDesk())
    assert placed(only) == (None, "b")


async def test_what_was_in_hand_is_forgotten_after_a_while() -> None:
    now = 0.0
    duplicates = fingerprint.Duplicates(Recent(np.uint32, monotonic=lambda: now))
    step = Step(name="fingerprint", version=1, annotate=fingerprint.step(AnalysisSettings()).annotate)

    async def place(id: str, seq: int) -> tuple[JsonValue, JsonValue]:
        (only,) = await duplicates.finish(noted(step, document(id, TEXT, seq=seq)), IndexDesk())
        return placed(only)

    assert await place("a", 1) == (None, "a")
    now = SECONDS_MAX - 1
    assert await place("b", 2) == ("a", "a")
    now = SECONDS_MAX + 1
    assert await place("c", 3) == ("b", "a")
    now = 3 * SECONDS_MAX
    assert await place("d", 4) == (None, "d")


async def test_so_many_are_remembered_and_no_more(step: Step) -> None:
    half = noted(step, document("x", OTHER))[0].findings
    await finished(step, noted(step, document("first", TEXT, seq=0)), IndexDesk())
    full = [Noted(document(f"n{seq}", OTHER, seq=seq), half) for seq in range(1, DOCUMENTS_MAX)]
    await finished(step, full, IndexDesk())
    (found,) = await finished(step, noted(step, document("last", TEXT, seq=DOCUMENTS_MAX)), IndexDesk())
    assert placed(found) == ("first", "first")
    await finished(step, [Noted(document("one more", OTHER, seq=DOCUMENTS_MAX + 1), half)], IndexDesk())
    (late,) = await finished(step, noted(step, document("later", TEXT, seq=DOCUMENTS_MAX + 2)), IndexDesk())
    assert placed(late) == ("last", "first")
