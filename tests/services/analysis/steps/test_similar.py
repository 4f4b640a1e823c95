"""What resembles a document: from the index, and from what has just been in hand."""

from base64 import b64encode
from collections.abc import Sequence

import numpy as np
import pytest
from pydantic import JsonValue

from services.analysis.alike import BYTES_MAX, SECONDS_MAX, SHELVES_MAX, Recent
from services.analysis.step import Finding, Noted, Step
from services.analysis.steps import similar
from shared.contracts.search import Neighbour
from shared.settings import AnalysisSettings
from tests.services.analysis.steps.indexed import IndexDesk, document, finished, knowing

MODEL = "model/1"


@pytest.fixture
def step() -> Step:
    return similar.step(AnalysisSettings())


def embedded(id: str, vector: Sequence[float], *, seq: int, model: str = MODEL, tenant: str = "main") -> Noted:
    unit = np.array(vector) / np.linalg.norm(vector)
    value: JsonValue = {"vector": b64encode(unit.astype("<f2").tobytes()).decode()}
    one = document(id, "text", seq=seq).model_copy(update={"tenant": tenant})
    return Noted(one, {"embedding": Finding(value, model=model)})


def ids(finding: Finding) -> list[JsonValue]:
    assert isinstance(finding.value, dict)
    alike = finding.value["alike"]
    assert isinstance(alike, list)
    return [each["id"] for each in alike if isinstance(each, dict)]


def test_it_needs_the_embedding(step: Step) -> None:
    assert (step.name, step.needs, step.annotate) == ("similar", ("embedding",), None)


async def test_what_the_index_knows_and_what_was_in_hand_are_sorted_together(step: Step) -> None:
    near = [Neighbour(id="indexed", score=0.7), Neighbour(id="hardly", score=0.2), Neighbour(id="c", score=1.0)]
    desk = knowing("c", similar=near)
    findings = await finished(
        step,
        [
            embedded("a", [1, 0, 0], seq=1),
            embedded("b", [1, 2, 0], seq=2),
            embedded("c", [1, 0.1, 0], seq=3),
            embedded("d", [0, 0, 1], seq=4),
        ],
        desk,
    )
    assert [ids(each) for each in findings] == [[], ["a"], ["a", "indexed", "b"], []]
    assert findings[2].value == {
        "alike": [
            {"id": "a", "score": pytest.approx(0.995, abs=0.002)},
            {"id": "indexed", "score": 0.7},
            {"id": "b", "score": pytest.approx(0.534, abs=0.002)},
        ]
    }
    assert all((each.status, each.reason) == ("ok", None) for each in findings)
    ((items, model),) = desk.asked
    assert ([item.id for item in items], model) == (["a", "b", "c", "d"], MODEL)


async def test_what_is_in_both_counts_once(step: Step) -> None:
    await finished(step, [embedded("a", [1, 0], seq=1)], IndexDesk())
    (finding,) = await finished(
        step, [embedded("b", [1, 0], seq=2)], knowing("b", similar=[Neighbour(id="a", score=0.5)])
    )
    assert finding.value == {"alike": [{"id": "a", "score": pytest.approx(1.0, abs=0.002)}]}


async def test_five_at_the_most(step: Step) -> None:
    findings = await finished(step, [embedded(f"n{seq}", [1, seq / 50], seq=seq) for seq in range(9)], IndexDesk())
    assert ids(findings[8]) == ["n7", "n6", "n5", "n4", "n3"]
    assert ids(findings[3]) == ["n2", "n1", "n0"]


async def test_without_the_index_there_is_what_was_in_hand_and_it_says_so(step: Step) -> None:
    first, second = await finished(
        step, [embedded("a", [1, 0], seq=1), embedded("b", [1, 0], seq=2)], IndexDesk(known=None)
    )
    assert (first.status, second.status) == ("degraded", "degraded")
    assert (first.reason, second.reason) == ("the search index does not answer",) * 2
    assert (ids(first), ids(second)) == ([], ["a"])


async def test_models_and_tenants_are_kept_apart(step: Step) -> None:
    one = [
        embedded("a", [1, 0], seq=1),
        embedded("b", [1, 0], seq=2, model="other/1"),
        embedded("c", [1, 0, 0], seq=3),
        embedded("d", [1, 0, 0], seq=4),
    ]
    desk = IndexDesk()
    assert [ids(each) for each in await finished(step, one, desk)] == [[], [], [], ["c"]]
    assert [(len(items), model) for items, model in desk.asked] == [(1, MODEL), (1, "other/1"), (2, MODEL)]
    (elsewhere,) = await finished(step, [embedded("e", [1, 0], seq=5, tenant="other")], IndexDesk())
    assert ids(elsewhere) == []


@pytest.mark.parametrize(
    ("embedding", "status"),
    [
        (None, "failed"),
        (Finding(status="failed"), "failed"),
        (Finding(status="skipped"), "skipped"),
        (Finding({"vector": "not base64!"}), "failed"),
        (Finding({"vector": "AA=="}), "failed"),
        (Finding({"vector": ""}), "failed"),
        (Finding({"vector": b64encode(np.array([np.nan], "<f2").tobytes()).decode()}), "failed"),
        (Finding("no object"), "failed"),
    ],
)
async def test_without_a_vector_there_is_nothing_to_compare(step: Step, embedding: Finding | None, status: str) -> None:
    bare = Noted(document("a", "text"), {} if embedding is None else {"embedding": embedding})
    first, second = await finished(step, [bare, embedded("b", [1, 0], seq=2)], IndexDesk())
    assert (first.status, first.value, second.status) == (status, None, "ok")


async def test_what_was_in_hand_is_forgotten_after_a_while() -> None:
    now = 0.0
    resembling = similar.Resembling(Recent(np.float32, monotonic=lambda: now))

    async def found_by(id: str, seq: int) -> list[JsonValue]:
        return ids((await resembling.finish([embedded(id, [1, 0], seq=seq)], IndexDesk()))[0])

    assert await found_by("a", 1) == []
    now = SECONDS_MAX - 1
    assert await found_by("b", 2) == ["a"]
    now = SECONDS_MAX + 1
    assert await found_by("c", 3) == ["b"]


async def test_tenants_are_remembered_up_to_a_bound(step: Step) -> None:
    async def found_by(id: str, seq: int, tenant: str) -> list[JsonValue]:
        return ids((await finished(step, [embedded(id, [1, 0], seq=seq, tenant=tenant)], IndexDesk()))[0])

    await found_by("a", 1, "first")
    for number in range(SHELVES_MAX - 1):
        await found_by("a", 1, f"tenant-{number}")
    assert await found_by("b", 2, "first") == ["a"]
    await found_by("a", 1, "one-more")
    assert await found_by("b", 2, "tenant-0") == []
    assert await found_by("c", 3, "first") == ["a", "b"]


async def test_long_vectors_are_remembered_for_fewer_documents(step: Step) -> None:
    dimensions = BYTES_MAX // 4 // 64
    many = [embedded(f"n{seq}", np.eye(1, dimensions, seq)[0].tolist(), seq=seq) for seq in range(65)]
    again = [embedded(f"m{seq}", np.eye(1, dimensions, seq)[0].tolist(), seq=100 + seq) for seq in (0, 64)]
    await finished(step, many, IndexDesk())
    # The first has made room for the last one.
    assert [ids(each) for each in await finished(step, again, IndexDesk())] == [[], ["n64"]]
