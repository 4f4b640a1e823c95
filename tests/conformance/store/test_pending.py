"""Which documents still want an annotation: never made, out of date, or failed."""

import json
from collections.abc import Mapping, Sequence
from typing import cast

from pydantic import JsonValue

from services.database.store import Annotate
from shared.contracts.annotations import AnnotateOutcome, Annotation
from shared.contracts.pending import ListPending
from tests.conformance.store.ground import BYTES_MAX, TENANT, Ground, note


async def pending(ground: Ground, limit: int = 2, bytes_max: int = BYTES_MAX, **query: object) -> dict[str, list[str]]:
    """The ids of all pages, in small steps, and the steps that they want."""
    found: dict[str, list[str]] = {}
    after: str | None = None
    while True:
        asked = ListPending.decode(json.dumps({"steps": {"mood": 2}, **query, "after": after}).encode())
        rows = await ground.store.pending(TENANT, asked, limit, bytes_max)
        assert len(rows.items) <= limit
        for document, steps in rows.items:
            found[str(json.loads(document)["id"])] = list(steps)
        after = rows.next
        if after is None:
            return found


async def mood(ground: Ground, id: str, version: int = 1, **fields: JsonValue) -> None:
    given: Mapping[str, JsonValue] = {"step_version": 2, **fields}
    assert (await ground.annotate(note(id, version, **given)))[0].error is None


async def test_it_is_what_a_step_has_not_spoken_about(ground: Ground) -> None:
    for id in "abcdefg":
        await ground.put(id, text="1")
    await ground.put("e", text="2")
    await mood(ground, "a")
    await mood(ground, "b", step_version=1)
    await mood(ground, "c", status="failed", reason="it broke")
    await mood(ground, "d", status="skipped")
    await mood(ground, "f", status="degraded")
    wanted = await pending(ground)
    assert list(wanted) == ["b", "c", "e", "f", "g"]
    assert set(map(tuple, wanted.values())) == {("mood",)}
    await ground.delete("g")
    assert list(await pending(ground, limit=1)) == ["b", "c", "e", "f"]


async def test_a_new_version_wants_it_again(ground: Ground) -> None:
    await ground.put("a", text="1")
    await mood(ground, "a")
    assert await pending(ground) == {}
    await ground.put("a", text="2")
    assert list(await pending(ground)) == ["a"]
    await mood(ground, "a", version=2)
    assert await pending(ground) == {}


async def test_each_step_is_wanted_by_itself(ground: Ground) -> None:
    await ground.put("a")
    await ground.put("b")
    await ground.annotate(note("a", 1, "mood", step_version=2), note("b", 1, "words", step_version=1))
    assert await pending(ground, steps={"mood": 2, "words": 1}) == {"a": ["words"], "b": ["mood"]}


async def test_only_what_has_failed(ground: Ground) -> None:
    for id in "abcd":
        await ground.put(id)
    await mood(ground, "a")
    await mood(ground, "b", status="failed")
    await mood(ground, "c", status="degraded")
    await ground.annotate(note("d", 1, "words", status="failed"))
    assert list(await pending(ground, limit=1, only="failed")) == ["b", "c"]
    await mood(ground, "b")
    assert list(await pending(ground, only="failed")) == ["c"]


async def test_only_some_collections_and_kinds_and_never_the_houses_own(ground: Ground) -> None:
    await ground.put("a", "tickets.new", kind="bug")
    await ground.put("b", "tickets.old", kind="wish")
    await ground.put("c", "ticket")
    await ground.put("d", "postil.feedback", kind="bug")
    assert list(await pending(ground)) == ["a", "b", "c"]
    assert list(await pending(ground, collections=["tickets.*"])) == ["a", "b"]
    assert list(await pending(ground, collections=["ticket"])) == ["c"]
    assert await pending(ground, collections=["ticket.*"]) == {}
    assert list(await pending(ground, limit=1, kinds=["bug"])) == ["a"]


async def test_a_page_is_cut_by_bytes(ground: Ground) -> None:
    for id in "abc":
        await ground.put(id, text="x" * 500)
    assert list(await pending(ground, limit=100, bytes_max=900)) == ["a", "b", "c"]
    asked = ListPending(steps={"mood": 2})
    assert len((await ground.store.pending(TENANT, asked, 100, 900)).items) == 1


async def test_nobody_has_anything(ground: Ground) -> None:
    assert await pending(ground) == {}


async def test_what_was_said_once_is_not_said_again(ground: Ground) -> None:
    await ground.put("a", text="1")
    first = note("a", 1, value=1)
    assert [each.outcome for each in await once(ground, first)] == ["annotated"]
    assert [(each.outcome, each.seq) for each in await once(ground, note("a", 1, value=2))] == [("unchanged", 2)]
    assert [each.outcome for each in await once(ground, note("a", 1, value=2, step_version=2))] == ["annotated"]
    assert [each.value for each in (await ground.get("a")).annotations] == [2]
    await ground.put("a", text="2")
    assert [each.outcome for each in await once(ground, note("a", 2, value=1, step_version=2))] == ["annotated"]


async def test_what_failed_once_may_be_repaired(ground: Ground) -> None:
    await ground.put("a")
    for status in ("failed", "degraded", "ok"):
        assert [each.outcome for each in await once(ground, note("a", 1, status=status))] == ["annotated"]
    assert [each.outcome for each in await once(ground, note("a", 1, status="failed"))] == ["unchanged"]


async def once(ground: Ground, *notes: Annotation) -> Sequence[AnnotateOutcome]:
    return cast(Sequence[AnnotateOutcome], await ground.one(Annotate(TENANT, notes, once=True)))
