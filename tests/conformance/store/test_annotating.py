"""Notes in the margin: newest by step, with the version that they were made for."""

from pydantic import JsonValue

from services.database.store import Annotate, Delete, Save
from tests.conformance.store.ground import TENANT, Ground, draft, note, refusal


async def test_a_note_is_read_back_with_its_document(ground: Ground) -> None:
    await ground.put("d", text="1")
    ground.clock.forward(3)
    fields: dict[str, JsonValue] = {
        "step_version": 2,
        "status": "degraded",
        "value": {"a": [1]},
        "reason": "slow",
        "model": "m",
        "cost": {"tokens_in": 3},
        "duration_ms": 1.5,
    }
    outcomes = await ground.annotate(note("d", 1, **fields))
    assert [(each.id, each.step, each.seq, each.outcome) for each in outcomes] == [("d", "mood", 2, "annotated")]
    document = await ground.get("d")
    assert len(document.annotations) == 1
    shown = document.annotations[0].model_dump(mode="json", exclude_defaults=True)
    assert shown == fields | {"step": "mood", "version": 1, "at": "2023-11-14T22:13:23Z"}
    assert document.version == 1
    assert document.seq == 1


async def test_notes_of_one_work_on_one_document_are_one_change(ground: Ground) -> None:
    await ground.save(draft("d"), draft("e"))
    outcomes = await ground.annotate(note("d", 1, "a"), note("e", 1, "a"), note("d", 1, "b"))
    assert [each.seq for each in outcomes] == [3, 4, 3]
    last = (await ground.log())[2]
    assert (last.op, last.id, last.version) == ("annotate", "d", 1)
    assert [each.step for each in last.annotations or ()] == ["a", "b"]


async def test_a_newer_note_of_a_step_replaces_the_older(ground: Ground) -> None:
    await ground.put("d")
    await ground.annotate(note("d", 1, "a", value=1), note("d", 1, "b", value=1))
    await ground.annotate(note("d", 1, "a", value=2))
    assert [(each.step, each.value) for each in (await ground.get("d")).annotations] == [("b", 1), ("a", 2)]


async def test_the_last_of_several_notes_by_one_step_counts(ground: Ground) -> None:
    await ground.put("d")
    outcomes = await ground.annotate(note("d", 1, value=1), note("d", 1, value=2))
    assert [each.seq for each in outcomes] == [2, 2]
    assert [each.value for each in (await ground.get("d")).annotations] == [2]


async def test_an_identical_note_is_unchanged(ground: Ground) -> None:
    await ground.put("d")
    await ground.annotate(note("d", 1, value={"a": 1, "b": 2}, duration_ms=1.0))
    outcome = (await ground.annotate(note("d", 1, value={"b": 2, "a": 1}, duration_ms=9.0)))[0]
    assert (outcome.outcome, outcome.seq) == ("unchanged", 2)
    for other in (note("d", 1, value=1), note("d", 1, value=1, step_version=2), note("d", 1, value=1, status="failed")):
        assert (await ground.annotate(other))[0].outcome == "annotated"
    assert (await ground.annotate(note("d", 1, value=1, status="failed", reason="r")))[0].outcome == "annotated"


async def test_a_note_for_an_older_version_is_stale_and_dropped(ground: Ground) -> None:
    await ground.put("d", text="1")
    await ground.put("d", text="2")
    outcome = (await ground.annotate(note("d", 1)))[0]
    assert (outcome.outcome, outcome.seq, outcome.error) == ("stale", None, None)
    assert (await ground.get("d")).annotations == ()
    assert len(await ground.log()) == 2


async def test_a_note_goes_stale_through_an_earlier_work_of_the_commit(ground: Ground) -> None:
    await ground.put("d", text="1")
    commit = await ground.commit(Save(TENANT, [draft("d", text="2")]), Annotate(TENANT, [note("d", 1), note("d", 2)]))
    answer = commit.answers[1]
    assert isinstance(answer, list)
    assert [each.outcome for each in answer] == ["stale", "annotated"]


async def test_a_note_for_a_version_to_come_is_refused(ground: Ground) -> None:
    await ground.put("d")
    assert refusal((await ground.annotate(note("d", 2)))[0]) == "conflict"


async def test_a_note_needs_its_document(ground: Ground) -> None:
    await ground.put("d")
    await ground.delete("d")
    outcomes = await ground.annotate(note("d", 2), note("nobody", 1))
    assert [refusal(each) for each in outcomes] == ["not-found", "not-found"]


async def test_what_json_cannot_carry_is_refused_alone(ground: Ground) -> None:
    await ground.put("d")
    outcomes = await ground.annotate(note("d", 1, "a", value=2**70), note("d", 1, "b"))
    assert refusal(outcomes[0]) == "invalid"
    assert outcomes[1].outcome == "annotated"


async def test_a_new_version_keeps_old_notes_until_they_are_replaced(ground: Ground) -> None:
    await ground.put("d", text="1")
    await ground.annotate(note("d", 1, "a"), note("d", 1, "b"))
    await ground.put("d", text="2")
    await ground.annotate(note("d", 2, "b"))
    assert [(each.step, each.version) for each in (await ground.get("d")).annotations] == [("a", 1), ("b", 2)]


async def test_deletion_takes_the_notes_along(ground: Ground) -> None:
    await ground.put("d", text="1")
    await ground.annotate(note("d", 1))
    await ground.commit(Delete(TENANT, "d"), Save(TENANT, [draft("d", text="1")]))
    assert (await ground.get("d")).annotations == ()


async def test_notes_come_with_lists_too(ground: Ground) -> None:
    await ground.save(*[draft(f"d{index}") for index in range(6)])
    await ground.annotate(*[note(f"d{index}", 1, step, value=index) for index in (1, 3) for step in ("a", "b")])
    page = await ground.store.list(TENANT, None, 10, 10_000, None)
    assert [b'"annotations"' in item for item in page.items] == [False, True, False, True, False, False]
    recent = await ground.store.recent(TENANT, "news", 10, 10_000)
    assert list(recent) == list(page.items)[::-1]
    assert page.items[3] == await ground.store.get(TENANT, "d3", None)
