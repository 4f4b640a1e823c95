"""What the store does to itself: ends, thins out, counts, remembers, examines."""

import pytest

from services.database.store import Annotate, Delete, Expire, MarkAnnounced, Save, Thin
from shared.contracts.stats import CollectionStats, Stats
from shared.errors import NotFound
from tests.conformance.store.ground import TENANT, Ground, draft, note, refusal


async def test_a_document_ends_when_its_time_is_up(ground: Ground) -> None:
    await ground.put("d", ttl_seconds=10)
    assert ((await ground.get("d")).expires_at or ground.clock.now()) > ground.clock.now()
    ground.clock.forward(9.999)
    assert await ground.one(Expire(10)) == 0
    ground.clock.forward(0.001)
    commit = await ground.commit(Expire(10))
    assert commit.answers == [1]
    assert [(run.collection, run.previous_seq, run.changes[0].seq) for run in commit.runs] == [("news", 1, 2)]
    with pytest.raises(NotFound):
        await ground.get("d")
    last = (await ground.log())[-1]
    assert (last.op, last.version, last.document) == ("expire", 2, None)
    assert await ground.one(Expire(10)) == 0


async def test_the_longest_overdue_end_first(ground: Ground) -> None:
    await ground.save(draft("b", ttl_seconds=2), draft("a", ttl_seconds=1), draft("c", ttl_seconds=3))
    await ground.save(draft("d", ttl_seconds=2), tenant="else")
    ground.clock.forward(60)
    assert await ground.one(Expire(2)) == 2
    assert await ground.listed() == ["c"]
    assert await ground.one(Expire(2)) == 2
    assert [change.op for change in await ground.log("else")] == ["put", "expire"]


async def test_putting_it_again_renews_a_life(ground: Ground) -> None:
    await ground.put("d", text="1", ttl_seconds=10)
    ground.clock.forward(6)
    assert (await ground.put("d", text="1", ttl_seconds=10)).outcome == "updated"
    ground.clock.forward(6)
    assert await ground.one(Expire(10)) == 0
    assert (await ground.put("d", text="1")).outcome == "updated"
    ground.clock.forward(600)
    assert await ground.one(Expire(10)) == 0
    assert (await ground.get("d")).expires_at is None


async def test_a_redelivery_renews_no_life(ground: Ground) -> None:
    await ground.put("d", text="1", ttl_seconds=10, place="01")
    ground.clock.forward(6)
    assert (await ground.put("d", text="1", ttl_seconds=10, place="01")).outcome == "unchanged"
    ground.clock.forward(6)
    assert await ground.one(Expire(10)) == 1


async def test_earlier_works_of_a_commit_come_before_the_end(ground: Ground) -> None:
    await ground.save(*[draft(id, text="1", ttl_seconds=1) for id in ("a", "b", "c")])
    ground.clock.forward(5)
    renewed = Save(TENANT, [draft("a", text="1", ttl_seconds=9)])
    commit = await ground.commit(Expire(1), renewed, Delete(TENANT, "b"), Expire(5))
    assert [commit.answers[0], commit.answers[3]] == [1, 1]
    assert [change.op for change in (await ground.log())[3:]] == ["expire", "put", "delete", "expire"]
    assert await ground.listed() == ["a"]


async def test_a_life_beyond_the_calendar_is_refused(ground: Ground) -> None:
    for seconds in (10**12, 2**63 - 1):
        assert refusal(await ground.put("d", ttl_seconds=seconds)) == "invalid"


async def test_thinning_drops_replaced_bodies_and_keeps_the_numbers(ground: Ground) -> None:
    await ground.put("d", text="1")
    await ground.put("d", text="2")
    await ground.put("gone", text="3")
    await ground.delete("gone")
    ground.clock.forward(1)
    before = ground.clock.now()
    await ground.put("d", text="3")
    assert await ground.one(Thin(before, 100)) == 2
    assert [(change.seq, change.document is None) for change in await ground.log()] == [
        (1, True),
        (2, False),
        (3, True),
        (4, True),
        (5, False),
    ]
    assert await ground.one(Thin(before, 100)) == 0


async def test_thinning_drops_notes_only_when_all_of_a_change_are_replaced(ground: Ground) -> None:
    await ground.put("d")
    await ground.annotate(note("d", 1, "a", value=1), note("d", 1, "b", value=1))
    await ground.annotate(note("d", 1, "a", value=2))
    ground.clock.forward(1)
    assert await ground.one(Thin(ground.clock.now(), 100)) == 0
    await ground.annotate(note("d", 1, "b", value=2))
    ground.clock.forward(1)
    assert await ground.one(Thin(ground.clock.now(), 100)) == 1
    assert [change.annotations is None for change in await ground.log()] == [True, True, False, False]
    assert [(each.step, each.value) for each in (await ground.get("d")).annotations] == [("a", 2), ("b", 2)]


async def test_thinning_goes_in_portions(ground: Ground) -> None:
    for version in range(6):
        await ground.put("d", text=str(version), idempotency_key=f"k{version}")
    ground.clock.forward(1)
    counts = [await ground.one(Thin(ground.clock.now(), 4)) for _ in range(4)]
    assert counts == [4, 4, 3, 0]
    assert (await ground.get("d")).text == "5"


async def test_counters_follow(ground: Ground) -> None:
    await ground.save(draft("a", "x"), draft("b", "y"), draft("c", "x", ttl_seconds=1))
    ground.clock.forward(5)
    await ground.commit(Delete(TENANT, "b"), Expire(10), Annotate(TENANT, [note("a", 1)]))
    collections = (
        CollectionStats(collection="x", documents=1, last_seq=6, last_at=ground.clock.now()),
        CollectionStats(collection="y", documents=0, last_seq=4, last_at=ground.clock.now()),
    )
    stats = await ground.store.stats(TENANT, None)
    assert stats == Stats(documents=1, last_seq=6, announced_seq=0, collections=collections)
    assert (await ground.store.stats(TENANT, "y")).collections == collections[1:]
    assert (await ground.store.stats(TENANT, "nothing")).collections == ()


async def test_what_was_announced_is_remembered(ground: Ground) -> None:
    await ground.save(draft("a"), draft("b"))
    await ground.save(draft("a"), tenant="else")
    for announced in ({TENANT: 2}, {TENANT: 1}, {TENANT: 9, "nobody": 3}):
        await ground.store.commit([MarkAnnounced(announced)])
    states = [(state.name, state.last_seq, state.announced_seq) for state in await ground.store.tenants()]
    assert states == [("else", 1, 0), (TENANT, 2, 2)]
    assert (await ground.store.stats(TENANT, None)).announced_seq == 2


async def test_an_empty_commit_is_one(ground: Ground) -> None:
    commit = await ground.commit()
    assert (list(commit.answers), list(commit.runs)) == ([], [])
    assert await ground.store.tenants() == []


async def test_a_sound_store_passes_its_examination(ground: Ground) -> None:
    await ground.save(draft("a", ttl_seconds=1), draft("b", "y", idempotency_key="k"), draft("c", place="01"))
    await ground.save(draft("c", place="05"), draft("b", "y", text="2", idempotency_key="l"))
    await ground.annotate(note("b", 2, "s", value=1.5), note("b", 2, "t"))
    ground.clock.forward(5)
    await ground.commit(Expire(10), Annotate(TENANT, [note("b", 2, "s")]), Delete(TENANT, "c", erase=True))
    ground.clock.forward(5)
    for count_max in (1, 1, 100):
        await ground.one(Thin(ground.clock.now(), count_max))
        for repair in (False, True):
            examination = await ground.store.examine(TENANT, repair)
            assert (examination.found, examination.findings, examination.repaired) == (0, (), False)
            assert (examination.changes_read, examination.documents_read) == (8, 3)


async def test_nobody_passes_an_examination_too(ground: Ground) -> None:
    examination = await ground.store.examine("nobody", repair=True)
    assert (examination.found, examination.changes_read, examination.documents_read) == (0, 0, 0)


async def test_the_size_grows(ground: Ground) -> None:
    before = await ground.store.size_bytes()
    await ground.put("d", text="x" * 100_000)
    assert await ground.store.size_bytes() >= before + 100_000
