"""Whatever is done to a store: two kinds of store say the same, and the promises hold."""

import asyncio
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings

from services.database.memory import MemoryStore
from services.database.sqlite.store import SqliteStore
from services.database.store import Run, Store, StoredChange
from shared.contracts.documents import Document
from tests.conformance.store.ground import BYTES_MAX, HandClock, decoded
from tests.conformance.store.programs import IDS, TENANTS, Program, everything, get, programs, run

quickly = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@quickly
@given(programs)
def test_sqlite_says_what_memory_says(program: Program) -> None:
    asyncio.run(expect_both_the_same(program))


async def expect_both_the_same(program: Program) -> None:
    with tempfile.TemporaryDirectory() as directory:
        clock = HandClock()
        sqlite = await SqliteStore.open(Path(directory) / "postil.db", clock)
        try:
            memory_clock = HandClock()
            memory = MemoryStore(memory_clock)
            assert await run(program, sqlite, clock) == await run(program, memory, memory_clock)
            for tenant in TENANTS:
                assert await everything(sqlite, tenant) == await everything(memory, tenant)
                await expect_promises(sqlite, tenant)
        finally:
            await sqlite.close()


@settings(quickly, max_examples=120)
@given(programs)
def test_the_promises_hold(program: Program) -> None:
    async def keep() -> None:
        clock = HandClock()
        store = MemoryStore(clock)
        account = await run(program, store, clock)
        runs = [each for each in account.runs if isinstance(each, Run)]
        for tenant in TENANTS:
            await expect_promises(store, tenant)
            expect_runs([each for each in runs if each.tenant == tenant])
        for (tenant, seq, id), document in account.then.items():
            remembered = await get(store, tenant, id, at=seq)
            assert remembered == document or (account.forgets and _is_forgotten(remembered, document))

    asyncio.run(keep())


def _is_forgotten(remembered: bytes | None, document: bytes | None) -> bool:
    """Nothing is left of it, or all but some of its notes."""
    if document is None or remembered is None:
        return remembered is None
    return {**_shown(remembered), "annotations": ()} == {**_shown(document), "annotations": ()}


def _shown(document: bytes) -> dict[str, object]:
    return Document.decode(document).model_dump()


async def expect_promises(store: Store, tenant: str) -> None:
    changes = (await store.changes(tenant, 0, None, 10_000, BYTES_MAX)).items
    assert [change.seq for change in changes] == list(range(1, len(changes) + 1))
    versions: dict[str, int] = {}
    alive: dict[str, None] = {}
    for change in map(decoded, changes):
        assert change.version == versions.get(change.id, 0) + (change.op != "annotate")
        versions[change.id] = change.version
        if change.op in ("delete", "expire"):
            del alive[change.id]
        elif change.op == "put":
            alive[change.id] = None
    page = await store.list(tenant, None, 10_000, BYTES_MAX, None)
    listed = [Document.decode(item) for item in page.items]
    assert [document.id for document in listed] == list(alive)
    assert page.total == len(listed)
    assert {document.id: document.version for document in listed} == {id: versions[id] for id in alive}
    stats = await store.stats(tenant, None)
    assert (stats.documents, stats.last_seq) == (len(alive), len(changes))
    assert sum(each.documents for each in stats.collections) == len(alive)
    assert (await store.examine(tenant, repair=False)).findings == ()
    assert set(alive) <= set(IDS)


def expect_runs(runs: list[Run]) -> None:
    """Announced one after the other, they are the log: consecutive, each knowing what came before it."""
    last_seq = 0
    last_of: dict[str, int] = {}
    for each in runs:
        changes: list[StoredChange] = list(each.changes)
        assert [change.seq for change in changes] == list(range(last_seq + 1, last_seq + 1 + len(changes)))
        assert {change.collection for change in changes} == {each.collection}
        assert each.previous_seq == last_of.get(each.collection, 0)
        last_seq = last_of[each.collection] = changes[-1].seq
