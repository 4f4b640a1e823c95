"""Idempotency keys: the same key and the same content, the same reply."""

from services.database.store import Thin
from tests.conformance.store.ground import Ground, draft, refusal


async def test_the_same_key_and_content_get_the_very_same_reply(ground: Ground) -> None:
    first = await ground.put("d", text="1", idempotency_key="k")
    await ground.put("d", text="2")
    assert await ground.put("d", text="1", idempotency_key="k") == first
    assert (await ground.get("d")).text == "2"


async def test_the_reply_stays_the_same_after_deletion(ground: Ground) -> None:
    first = await ground.put("d", text="1", idempotency_key="k")
    await ground.delete("d")
    assert await ground.put("d", text="1", idempotency_key="k") == first
    assert await ground.listed() == []


async def test_the_same_key_with_other_content_is_a_conflict(ground: Ground) -> None:
    await ground.put("d", text="1", idempotency_key="k")
    assert refusal(await ground.put("d", text="2", idempotency_key="k")) == "conflict"
    assert refusal(await ground.put("other", text="1", idempotency_key="k")) == "conflict"
    assert refusal(await ground.put("d", "elsewhere", text="1", idempotency_key="k")) == "conflict"
    assert (await ground.get("d")).version == 1


async def test_the_same_key_twice_in_one_commit(ground: Ground) -> None:
    saved = await ground.save(
        draft("d", text="1", idempotency_key="k"),
        draft("d", text="1", idempotency_key="k"),
        draft("d", text="2", idempotency_key="k"),
    )
    assert saved[0] == saved[1]
    assert saved[0].outcome == "created"
    assert refusal(saved[2]) == "conflict"


async def test_a_key_on_unchanged_content_is_remembered_as_that(ground: Ground) -> None:
    await ground.put("d", text="1")
    first = await ground.put("d", text="1", idempotency_key="k")
    assert first.outcome == "unchanged"
    await ground.put("d", text="2")
    assert await ground.put("d", text="1", idempotency_key="k") == first


async def test_a_refused_draft_does_not_use_up_its_key(ground: Ground) -> None:
    assert refusal(await ground.put("d", text="1", idempotency_key="k", if_version=4)) == "conflict"
    assert (await ground.put("d", text="2", idempotency_key="k")).outcome == "created"


async def test_the_place_and_if_version_are_no_content(ground: Ground) -> None:
    first = await ground.put("d", text="1", idempotency_key="k", place="01", if_version=0)
    assert await ground.put("d", text="1", idempotency_key="k", place="02") == first


async def test_old_keys_are_forgotten(ground: Ground) -> None:
    await ground.put("d", text="1", idempotency_key="old")
    ground.clock.forward(10)
    await ground.put("e", text="1", idempotency_key="new")
    assert await ground.one(Thin(ground.clock.now(), 100)) == 1
    assert (await ground.put("other", text="2", idempotency_key="old")).outcome == "created"
    assert refusal(await ground.put("other", text="3", idempotency_key="new")) == "conflict"


async def test_keys_are_forgotten_in_portions(ground: Ground) -> None:
    await ground.save(*[draft(f"d{index}", idempotency_key=f"k{index}") for index in range(5)])
    ground.clock.forward(1)
    counts = [await ground.one(Thin(ground.clock.now(), 2)) for _ in range(4)]
    assert counts == [2, 2, 1, 0]
