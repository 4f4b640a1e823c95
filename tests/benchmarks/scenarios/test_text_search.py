"""The scenario measures what it says, and reports nothing of an index that leaves documents out."""

from dataclasses import replace

import pytest

from benchmarks import made_up
from benchmarks.limits.by_reading import Question
from benchmarks.limits.full_text import FullText
from benchmarks.scenarios.text_search import LIMIT, compared, portions, scenario
from benchmarks.stage import Stage, WorkMissing
from benchmarks.text_questions import EITHER, FACETS, NEWEST
from services.database.search.index import Batch
from services.database.search.text.index import TextIndex
from tests.benchmarks.sabotage import losses


async def test_measures_all_of_its_figures(stage: Stage) -> None:
    await scenario.run(stage, "smoke")
    record = stage.record
    assert set(record.values) == {figure.name for figure in scenario.figures}
    assert all(value > 0 for value in record.values.values())
    assert all(len(latencies) > 0 for latencies in record.latencies.values())


async def test_an_index_that_loses_documents_has_no_figures(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    apply, lost = TextIndex.apply, losses()

    def lossy(index: TextIndex, batch: Batch) -> None:
        apply(index, replace(batch, present=[each for each in batch.present if not next(lost)]))

    monkeypatch.setattr(TextIndex, "apply", lossy)
    with pytest.raises(WorkMissing, match="documents in the index"):
        await scenario.run(stage, "smoke")


async def test_neither_has_one_that_does_not_find_them(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    documents = property(lambda _: scenario.smoke.documents)
    monkeypatch.setattr(TextIndex, "documents", documents)
    monkeypatch.setattr(TextIndex, "apply", lambda index, batch: None)
    with pytest.raises(WorkMissing, match=r"^we, "):
        await scenario.run(stage, "smoke")


async def test_the_peer_is_not_believed_either(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    best = FullText.best
    monkeypatch.setattr(FullText, "best", lambda *asked: (best(*asked)[0][1:], best(*asked)[1]))
    with pytest.raises(WorkMissing, match=r"^FTS5, "):
        await scenario.run(stage, "smoke")


QUESTION = Question("any", ["word"], numbers=list(range(20)))


@pytest.mark.parametrize(
    ("kind", "hits", "total", "right"),
    [
        (EITHER, range(LIMIT), 20, True),
        (EITHER, range(LIMIT - 1), 20, False),
        (EITHER, range(15, 15 + LIMIT), 20, False),
        (EITHER, [1] * LIMIT, 20, False),
        (EITHER, range(LIMIT), 19, False),
        (NEWEST, range(19, 9, -1), 20, True),
        (NEWEST, range(LIMIT), 20, False),
        (NEWEST, range(19, 9, -1), 21, False),
    ],
)
def test_what_is_right(kind: str, hits: range, total: int, right: bool) -> None:
    found, expected = compared(kind, (list(hits), total), QUESTION)
    assert (found == expected) is right


def test_facets_are_right_if_each_count_is() -> None:
    question = Question("any", ["word"], numbers=[1, 2])
    question.counts["collection"]["chat"] += 2
    question.counts["kind"]["note"] += 2
    found, expected = compared(FACETS, {"collection": {"chat": 2}, "kind": {"note": 2}}, question)
    assert found == expected
    found, expected = compared(FACETS, {"collection": {"chat": 1}, "kind": {"note": 2}}, question)
    assert found != expected


def test_portions_are_numbered_from_one_without_a_hole() -> None:
    numbers = [no for portion in portions(made_up.corpus(), 5_000) for no, _ in portion]
    assert numbers == list(range(1, 5_001))
