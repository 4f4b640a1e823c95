"""Whatever drifts from the log is found, and mended from it."""

import pytest

from services.database.sqlite.store import SqliteStore
from services.database.store import Expire, MarkAnnounced, Thin
from tests.conformance.store.ground import TENANT, Ground, draft, note
from tests.services.database.sqlite.conftest import Open

DRIFTS = {
    "a counter of the tenant": "UPDATE tenants SET documents = documents + 1",
    "the sequence": "UPDATE tenants SET seq = 3, announced = 2",
    "what was announced": "UPDATE tenants SET announced = 99",
    "a counter of a collection": "UPDATE collections SET documents = 0, last_at = 5 WHERE name = 'y'",
    "the last number of a collection": "UPDATE collections SET last_seq = 1",
    "a lost document": "DELETE FROM documents WHERE id = 'plain'",
    "all documents": "DELETE FROM documents",
    "a lost tombstone": "DELETE FROM documents WHERE id = 'gone'",
    "an invented document": "INSERT INTO documents SELECT no + 50, tenant, 'invented', collection, version, current,"
    " head, created_at, digest, place, expires_at FROM documents WHERE id = 'plain'",
    "a version": "UPDATE documents SET version = 7 WHERE id = 'plain'",
    "a pointer": "UPDATE documents SET current = current - 1 WHERE id = 'noted'",
    "the newest change": "UPDATE documents SET head = current",
    "a digest": "UPDATE documents SET digest = x'00' WHERE id = 'plain'",
    "an end": "UPDATE documents SET expires_at = NULL",
    "a place that was forgotten": "UPDATE documents SET place = NULL WHERE id = 'placed'",
    "a resurrection": "UPDATE documents SET no = -no WHERE no < 0",
    "a collection": "UPDATE documents SET collection = collection + 1 WHERE id = 'plain'",
    "notes": "DELETE FROM notes",
    "a note of nobody": "INSERT INTO notes VALUES ((SELECT max(no) FROM documents) + 9, 'lost', 1, 1, 1, 1, x'00')",
    "a note's change": "UPDATE notes SET entry = entry - 1",
    "keys": "DELETE FROM keys",
    "a key for nothing": "UPDATE keys SET seq = 40 WHERE key = 'k'",
    "a key's outcome": "UPDATE keys SET outcome = 'updated' WHERE key = 'k'",
    "what may be thinned": "DELETE FROM superseded",
    "what may not be thinned": "INSERT INTO superseded SELECT 1, current FROM documents WHERE id = 'plain'",
    "a pointer in the log": "UPDATE changes SET previous = NULL WHERE version = 2",
}


async def fill(ground: Ground) -> None:
    """A bit of everything, of two tenants."""
    for tenant in ("else", TENANT):
        await ground.save(draft("plain", text="1"), draft("placed", place="05"), draft("noted"), tenant=tenant)
        await ground.save(draft("mortal", "y", ttl_seconds=900), draft("dead", "y", ttl_seconds=1), tenant=tenant)
        await ground.save(draft("keyed", idempotency_key="k"), draft("gone"), tenant=tenant)
        await ground.save(draft("placed", text="2", place="07"), draft("noted", text="2"), tenant=tenant)
    await ground.annotate(note("noted", 2, "a"), note("noted", 2, "b"))
    await ground.annotate(note("noted", 2, "a", value=5))
    await ground.delete("gone")
    ground.clock.forward(5)
    await ground.commit(Expire(10))
    await ground.store.commit([MarkAnnounced({TENANT: 4})])


async def drift(ground: Ground, statement: str) -> None:
    assert isinstance(ground.store, SqliteStore)
    await ground.store.writer.run(lambda connection: connection.execute(statement).fetchall())


async def told(ground: Ground, tenant: str) -> list[object]:
    """All that the tenant can see."""
    stats = await ground.store.stats(tenant, None)
    page = await ground.store.list(tenant, None, 100, 1_000_000, None)
    runs = list(await ground.store.runs(tenant, 0, 100, 1_000_000))
    return [await ground.log(tenant), page, runs, stats.documents, stats.last_seq, stats.collections]


@pytest.mark.parametrize("name", DRIFTS)
async def test_drift_is_found_and_mended(opened: Open, name: str) -> None:
    ground = await opened()
    await fill(ground)
    before = [await told(ground, tenant) for tenant in (TENANT, "else")]
    await drift(ground, DRIFTS[name])
    found = await ground.store.examine(TENANT, repair=False)
    assert found.found == len(found.findings) > 0
    assert not found.repaired
    mended = await ground.store.examine(TENANT, repair=True)
    assert (mended.repaired, mended.found) == (True, found.found)
    await ground.store.examine("else", repair=True)
    for tenant in (TENANT, "else"):
        assert (await ground.store.examine(tenant, repair=False)).findings == ()
    assert [await told(ground, tenant) for tenant in (TENANT, "else")] == before
    assert (await ground.put("keyed", idempotency_key="k")).seq == 6
    assert (await ground.put("plain", text="2")).version == 2
    assert (await ground.put("placed", text="late", place="06")).outcome == "unchanged"


async def test_a_place_that_a_repetition_moved_on_outlives_repair(opened: Open) -> None:
    ground = await opened()
    await ground.put("d", text="1", place="05")
    await ground.put("d", text="1", place="09")
    await drift(ground, "UPDATE tenants SET documents = 5")
    assert (await ground.store.examine(TENANT, repair=True)).found == 1
    assert (await ground.put("d", text="2", place="08")).outcome == "unchanged"


async def test_a_key_that_came_with_a_repetition_outlives_repair(opened: Open) -> None:
    ground = await opened()
    await ground.put("d", text="1")
    first = await ground.put("d", text="1", idempotency_key="k")
    await drift(ground, "UPDATE tenants SET documents = 5")
    assert (await ground.store.examine(TENANT, repair=True)).found == 1
    await ground.put("d", text="2")
    assert await ground.put("d", text="1", idempotency_key="k") == first


async def test_a_gap_in_the_log_is_found_though_it_cannot_be_mended(opened: Open) -> None:
    ground = await opened()
    await ground.save(draft("a"), draft("b"), draft("c"))
    await drift(ground, "DELETE FROM changes WHERE id = 'b'")
    found = await ground.store.examine(TENANT, repair=False)
    assert ("number", "change 3", "3", "2") in [(f.what, f.where, f.found, f.expected) for f in found.findings]
    await ground.store.examine(TENANT, repair=True)
    assert await ground.listed() == ["a", "c"]
    assert [finding.what for finding in (await ground.store.examine(TENANT, repair=False)).findings] == ["number"]


async def test_a_log_that_is_damaged_is_found(opened: Open) -> None:
    ground = await opened()
    await fill(ground)
    await drift(ground, "UPDATE changes SET body = x'7b' WHERE id = 'plain'")
    await drift(ground, "UPDATE changes SET collection = 77 WHERE id = 'keyed'")
    found = await ground.store.examine(TENANT, repair=False)
    assert {"body", "collection"} <= {finding.what for finding in found.findings}


async def test_repair_keeps_what_was_thinned_and_erased_as_it_is(opened: Open) -> None:
    ground = await opened()
    await fill(ground)
    await ground.put("keyed", text="2", idempotency_key="l")
    await ground.delete("keyed", erase=True)
    ground.clock.forward(60)
    for _ in range(3):
        await ground.one(Thin(ground.clock.now(), 2))
        before = await told(ground, TENANT)
        assert (await ground.store.examine(TENANT, repair=False)).findings == ()
        await drift(ground, "DELETE FROM documents")
        assert (await ground.store.examine(TENANT, repair=True)).repaired
        assert await told(ground, TENANT) == before
    assert (await ground.put("keyed", text="2", idempotency_key="l")).version == 2


async def test_many_findings_are_counted_and_the_first_are_shown(opened: Open) -> None:
    ground = await opened()
    await ground.save(*[draft(f"d{index}") for index in range(1_500)])
    await drift(ground, "UPDATE documents SET version = 5")
    found = await ground.store.examine(TENANT, repair=False)
    assert (found.found, len(found.findings)) == (1_500, 100)
    assert (found.changes_read, found.documents_read) == (1_500, 1_500)
