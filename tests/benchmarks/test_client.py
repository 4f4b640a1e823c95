"""What the client finds is what the database has: of a tenant and of each of its collections, all pages of it."""

import pytest

from benchmarks import client as module
from benchmarks.client import connected, payload_of
from benchmarks.stage import Stage, WorkMissing
from shared.contracts.documents import Draft
from shared.contracts.stats import GetStats


async def test_counts_a_collection_and_the_whole_tenant(stage: Stage) -> None:
    async with connected(stage) as client:
        await client.put(*(Draft(id=f"a{number}", collection="a", text="x") for number in range(3)))
        await client.put_payload(payload_of(["b0", "b1"], 256, "b"))
        await client.until_committed(5, seconds_max=1.0)
        await client.until_committed(2, "b", seconds_max=1.0)
        assert await client.count("a") == 3
        assert await client.count("nowhere") == 0


async def test_more_than_expected_is_as_wrong_as_less(stage: Stage) -> None:
    async with connected(stage) as client:
        await client.put_payload(payload_of(["a", "b"], 256, "c"))
        with pytest.raises(WorkMissing, match="expected 1, found 2"):
            await client.until_committed(1, "c", seconds_max=0.1)
        with pytest.raises(WorkMissing, match="3 documents committed"):
            await client.until_committed(3, "c", seconds_max=0.1)


async def test_reads_page_after_page(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAGE_COUNT", 2)
    async with connected(stage) as client:
        ids = [f"page-{number}" for number in range(5)]
        await client.put_payload(payload_of(ids, 256, "c"))
        assert [document.id for document in await client.documents()] == ids


async def test_quiet_is_when_everything_is_annotated(stage: Stage) -> None:
    async with connected(stage) as client:
        await client.put_payload(payload_of(["q"], 256, "c"))
        await client.until_quiet(seconds_max=10.0)
        [document] = await client.documents()
        assert [note.step for note in document.annotations] == ["stats"]
        stats = await client.bus.ask(stage.tenant, GetStats())
        assert stats.announced_seq == stats.last_seq == 2


async def test_who_has_work_left_is_not_quiet(stage: Stage) -> None:
    async with connected(stage) as client:
        with stage.system.paused("analysis"):
            await client.put_payload(payload_of(["q"], 256, "c"))
            with pytest.raises(WorkMissing, match="nothing left to do"):
                await client.until_quiet(seconds_max=0.1)
