"""The scenario measures what it says, and reports nothing of replies that can't be true."""

from collections.abc import Mapping
from datetime import UTC, datetime
from random import Random
from typing import cast

import pytest

from benchmarks.client import Client
from benchmarks.players.echo import Echoed
from benchmarks.scenarios.queries import COLLECTION, RECENT_COUNT, Documents, Replies, scenario
from benchmarks.stage import Stage, WorkMissing
from benchmarks.system import System
from shared.contracts.documents import Document, DocumentItems
from shared.contracts.message import Contract
from shared.contracts.stats import Stats

NOW = datetime(2026, 11, 20, tzinfo=UTC)
STORED, SENT = 50, 60


async def test_measures_all_of_its_figures(stage: Stage) -> None:
    await scenario.run(stage, "smoke")
    record = stage.record
    assert set(record.values) == {figure.name for figure in scenario.figures}
    assert all(value > 0 for value in record.values.values())
    assert all(len(latencies) > 0 for latencies in record.latencies.values())


async def test_a_system_that_loses_documents_has_no_figures(lossy_stage: Stage) -> None:
    with pytest.raises(WorkMissing, match="documents committed"):
        await scenario.run(lossy_stage, "smoke")
    assert not lossy_stage.record.values


class Caller:
    """Is given the same replies whatever it asks."""

    tenant = "nobody"

    def __init__(self, *replies: Contract) -> None:
        self.bus = self
        self.asked = 0
        self._replies = replies

    async def ask(self, tenant: str, query: Contract) -> Contract:
        self.asked += 1
        return self._replies[self.asked - 1]


def document(number: int) -> Document:
    return Document(
        id=f"d{number}",
        tenant="nobody",
        collection=COLLECTION,
        version=1,
        seq=number,
        created_at=NOW,
        updated_at=NOW,
    )


def recent(*numbers: int) -> DocumentItems:
    return DocumentItems(items=tuple(document(number) for number in numbers))


def newest(number: int) -> DocumentItems:
    return recent(*range(number, number - RECENT_COUNT, -1))


def stats(documents: int) -> Stats:
    return Stats(documents=documents, last_seq=0, announced_seq=0, collections=())


@pytest.fixture
def replies(honest_system: System) -> Replies:
    stage = Stage(honest_system, "nobody", Random(7))
    documents = Documents(stage, cast(Client, Caller()), scenario.smoke)
    documents.stored, documents.sent = STORED, SENT
    return Replies(stage, documents)


TRUE: Mapping[str, tuple[Contract, ...]] = {
    "recent": (newest(50), newest(57), newest(57), newest(60)),
    "stats": (stats(50), stats(51), stats(60)),
    "echo": (Echoed(text="x" * 128),),
}
UNTRUE: Mapping[str, tuple[str, tuple[Contract, ...]]] = {
    "another document": ("get", (document(STORED + 1),)),
    "none": ("recent", (recent(),)),
    "too few": ("recent", (recent(50, 49, 48),)),
    "a hole": ("recent", (recent(51, *range(49, 40, -1)),)),
    "oldest first": ("recent", (recent(*range(41, 51)),)),
    "the newest is missing": ("recent", (newest(49),)),
    "one was there already": ("recent", (newest(57), newest(56))),
    "the count falls": ("stats", (stats(55), stats(54))),
    "more than were sent": ("stats", (stats(61),)),
    "another word": ("echo", (Echoed(text="y"),)),
}


@pytest.mark.parametrize("kind", TRUE)
async def test_replies_that_can_be_true_are_taken(replies: Replies, kind: str) -> None:
    caller = Caller(*TRUE[kind])
    for _ in TRUE[kind]:
        await replies.kinds[kind](cast(Client, caller))
    assert caller.asked == len(TRUE[kind])


@pytest.mark.parametrize("case", UNTRUE)
async def test_one_that_cannot_is_not(replies: Replies, case: str) -> None:
    kind, said = UNTRUE[case]
    caller = cast(Client, Caller(*said))
    for _ in said[:-1]:
        await replies.kinds[kind](caller)
    with pytest.raises(WorkMissing):
        await replies.kinds[kind](caller)
