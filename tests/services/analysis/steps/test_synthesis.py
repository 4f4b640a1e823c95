"""The synthesis: what is known around a document goes in redacted and under labels, and only labels come back."""

from collections.abc import Sequence
from typing import cast

from pydantic import JsonValue

from services.analysis.step import Finding, Noted
from services.analysis.steps.synthesis import step
from shared.contracts.annotations import Cost, Note
from shared.contracts.documents import Document
from shared.errors import Unavailable
from shared.settings import AnalysisSettings, LanguageModelSettings
from tests.services.analysis.language_model.desk import (
    DeskForTests,
    annotated,
    desk_with_model,
    desk_without_model,
    document,
    noted,
)
from tests.services.analysis.language_model.fake_endpoint import says

MAIL = "anna.muster@example.com"
ABOUT = document("new-ticket", "The mail server has no room left on its disk.", at=10, title="Disk full", thread="t1")
EARLIER = document("old-ticket", f"The disk was full, and {MAIL} has moved the logs elsewhere.", title="Full disk")
SUMMARY = Note(step="summary", step_version=1, version=1, status="ok", model="ours", value={"summary": "Logs moved."})
GOOD: JsonValue = {
    "about": "A disk is full.",
    "precedents": [{"label": "E1", "conclusion": "The logs were moved."}],
    "next": ["Move the logs."],
}


async def synthesised(desk: DeskForTests, about: Noted | None = None) -> Finding:
    finish = step(desk.settings).finish
    assert finish is not None
    [finding] = await finish([about or noted(ABOUT)], desk)
    return finding


def value_of(finding: Finding) -> dict[str, JsonValue]:
    assert isinstance(finding.value, dict)
    return finding.value


async def away() -> Sequence[Document]:
    raise Unavailable("the search is away")


async def test_what_comes_back_are_ids_of_documents_that_were_shown() -> None:
    async with desk_with_model() as desk:
        desk.finds("similar", annotated(EARLIER))
        desk.fake.will(says(GOOD, tokens_in=500, tokens_out=50))
        finding = await synthesised(desk)
    assert finding.value == {
        "about": "A disk is full.",
        "precedents": [{"id": "old-ticket", "conclusion": "The logs were moved."}],
        "next": ["Move the logs."],
        "context": [{"id": "old-ticket", "sources": ["similar"]}],
        "missing": [],
    }
    assert (finding.status, finding.model, finding.cost) == ("ok", "ours", Cost(tokens_in=500, tokens_out=50))


async def test_the_context_is_redacted_and_carries_no_ids() -> None:
    async with desk_with_model() as desk:
        desk.finds("similar", annotated(EARLIER, SUMMARY))
        desk.fake.will(says(GOOD))
        await synthesised(desk)
        [request] = desk.fake.requests
    assert request.material == {
        "document": {"title": "Disk full", "text": "The mail server has no room left on its disk."},
        "earlier": [
            {
                "label": "E1",
                "title": "Full disk",
                "concluded": "Logs moved.",
                "text": "The disk was full, and [email] has moved the logs elsewhere.",
            }
        ],
    }
    for hidden in (MAIL, "old-ticket", "new-ticket", "main"):
        assert hidden not in request.text


async def test_a_document_whose_secrets_are_not_known_is_not_shown() -> None:
    async with desk_with_model() as desk:
        desk.finds("similar", EARLIER)
        desk.finds("thread", annotated(document("third", "Something else.")))
        desk.fake.will(says({**cast(dict[str, JsonValue], GOOD), "precedents": [{"label": "E1", "conclusion": "?"}]}))
        value = value_of(await synthesised(desk))
        assert "moved the logs" not in desk.fake.requests[0].text
        assert "Something else." in desk.fake.requests[0].text
    # It was the label of that one, which the model has not seen.
    assert value["precedents"] == []


async def test_invented_and_repeated_labels_are_dropped() -> None:
    said = [
        {"label": "E9", "conclusion": "invented"},
        {"label": "old-ticket", "conclusion": "an id"},
        {"label": "E1", "conclusion": "first"},
        {"label": "E1", "conclusion": "again"},
    ]
    async with desk_with_model() as desk:
        desk.finds("recent", annotated(EARLIER))
        desk.fake.will(says({"about": "A disk.", "precedents": cast(JsonValue, said), "next": []}))
        value = value_of(await synthesised(desk))
    assert value["precedents"] == [{"id": "old-ticket", "conclusion": "first"}]


async def test_a_source_that_fails_is_named_and_the_rest_is_used() -> None:
    async with desk_with_model() as desk:
        desk.answers["similar"] = away
        desk.finds("thread", annotated(EARLIER))
        desk.fake.will(says(GOOD))
        finding = await synthesised(desk)
    assert finding.status == "ok"
    assert value_of(finding)["missing"] == [{"source": "similar", "reason": "the search is away"}]
    assert value_of(finding)["context"] == [{"id": "old-ticket", "sources": ["thread"]}]


async def test_many_long_documents_share_the_room() -> None:
    async with desk_with_model(tokens_in_max=3_000) as desk:
        others = [document(f"o{number}", f"Number {number}. " + "Ünïcödé " * 5_000) for number in range(5)]
        desk.finds("similar", *map(annotated, others))
        desk.fake.will(says(GOOD))
        finding = await synthesised(desk, noted(document("a", "x" * 100_000, at=10)))
        earlier = cast(dict[str, list[dict[str, str]]], desk.fake.requests[0].material)["earlier"]
    assert finding.status == "ok"
    assert [each["text"][:9] for each in earlier] == [f"Number {number}." for number in range(5)]


async def test_without_an_endpoint_it_says_what_it_can() -> None:
    desk = desk_without_model()
    desk.finds("similar", annotated(EARLIER), document("unknown", "Nobody has looked for secrets in here."))
    desk.answers["recent"] = away
    finding = await synthesised(desk)
    assert (finding.status, finding.reason, finding.model) == ("degraded", "no language model is configured", None)
    value = value_of(finding)
    assert value["about"] == "The mail server has no room left on its disk."
    assert value["spans"] == [[0, 45]]
    said = "The disk was full, and [email] has moved the logs elsewhere."
    assert value["precedents"] == [{"id": "old-ticket", "conclusion": said}]
    assert (value["next"], value["missing"]) == ([], [{"source": "recent", "reason": "the search is away"}])


async def test_where_there_is_nothing_to_read_nobody_is_asked() -> None:
    desk = desk_without_model()
    finding = await synthesised(desk, noted(document("a", " ")))
    assert (finding.status, desk.asked) == ("skipped", [])


def test_the_step_says_what_it_is_and_what_it_may_cost() -> None:
    alone = step(AnalysisSettings())
    assert (alone.name, alone.lane, alone.repairable) == ("synthesis", "slow", False)
    assert alone.estimate is not None
    assert alone.estimate(ABOUT) == Cost()
    prices = LanguageModelSettings(url="http://127.0.0.1:1/v1", micro_usd_per_1k_in=100)
    given = step(AnalysisSettings(language_model=prices))
    assert given.repairable
    assert given.estimate is not None
    assert given.estimate(ABOUT) == Cost(tokens_in=6_000, tokens_out=600, micro_usd=600)
