"""The scenario measures what it says, and reports nothing of a search that was done by half or found something else."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import cast

import pytest

from benchmarks import made_up
from benchmarks.client import Client
from benchmarks.scenarios import hybrid_search
from benchmarks.scenarios.hybrid_search import STEPS, Asking, expect_right_words, questions_of, scenario
from benchmarks.stage import Stage, WorkMissing
from benchmarks.system import running_system
from services.analysis import steps
from services.analysis.catalogue import load_catalogue
from shared.contracts.documents import Document
from shared.contracts.search import Found, Hit
from shared.settings import AnalysisSettings
from tests.benchmarks.conftest import stage_in
from tests.system import UNMEASURED, environment

NOW = datetime(2026, 11, 20, tzinfo=UTC)
IMPATIENT = replace(scenario.smoke, seconds_max=0.5)


async def test_measures_all_of_its_figures() -> None:
    with running_system({**environment(UNMEASURED), **scenario.settings}) as system:
        stage = stage_in(system)
        await scenario.run(stage, "smoke")
    record = stage.record
    assert set(record.values) == {figure.name for figure in scenario.figures}
    assert all(value > 0 for value in record.values.values())
    assert {len(latencies) for latencies in record.latencies.values()} == {scenario.smoke.asked}


async def test_a_system_that_loses_documents_has_no_figures(lossy_stage: Stage) -> None:
    with pytest.raises(WorkMissing, match="documents committed"):
        await scenario.measure(lossy_stage, IMPATIENT)
    assert not lossy_stage.record.values


def test_no_step_is_left_on() -> None:
    assert sorted(load_catalogue(steps, AnalysisSettings()).steps) == sorted(STEPS)


def test_no_question_is_asked_twice() -> None:
    asked = [tuple(words) for each in questions_of(made_up.corpus(), scenario.full).values() for _, words in each]
    assert len(set(asked)) == len(asked) == len(hybrid_search.MODES) * scenario.full.asked


class Answering:
    """A client that gets the same answer always."""

    tenant = "nobody"

    def __init__(self, found: Found) -> None:
        self.bus = self
        self._found = found

    async def ask(self, tenant: str, query: object, *, seconds_max: float) -> Found:
        return self._found


@pytest.mark.parametrize(
    ("found", "what"),
    [
        (Found(hits=(), total=0, degraded=("the embedder is away",)), "could not do"),
        (Found(hits=(), total=3), "hits on a page"),
    ],
)
async def test_a_search_that_was_done_by_half_is_none(stage: Stage, found: Found, what: str) -> None:
    asking = Asking(stage, cast(Client, Answering(found)), scenario.smoke)
    with pytest.raises(WorkMissing, match=what):
        await asking.ask_all(questions_of(made_up.corpus(), scenario.smoke))


def test_what_is_found_by_words_has_them(stage: Stage) -> None:
    size = replace(scenario.smoke, documents=2, verified=1)
    document, _ = made_up.corpus().documents(2)
    words = str(document["text"]).lower().split()[:2]
    expect_right_words(stage, made_up.corpus(), [(0, words)], [hits("made-0")], size)
    with pytest.raises(WorkMissing, match="none without"):
        expect_right_words(stage, made_up.corpus(), [(0, words)], [hits("made-1")], size)
    with pytest.raises(WorkMissing, match="documents with"):
        expect_right_words(stage, made_up.corpus(), [(0, words)], [hits()], size)


def hits(*ids: str) -> Found:
    return Found(hits=tuple(Hit(id=id, score=1.0, document=document(id)) for id in ids), total=len(ids))


def document(id: str) -> Document:
    return Document(id=id, tenant="t", collection="c", version=1, seq=1, created_at=NOW, updated_at=NOW)
