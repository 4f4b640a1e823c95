"""While the analysis or the search is away, documents go on; and what was missed is made up for by itself."""

from collections.abc import AsyncIterator, Sequence
from uuid import uuid4

import nats
import pytest
import pytest_asyncio

from tests.flow.stranger import FAST, Stranger, introduced
from tests.system import UNMEASURED, System, running_system
from tests.until import until

VARIABLES = {
    **UNMEASURED,
    # Long enough to look around before a killed one is back.
    "POSTIL_UP__RESTART_SECONDS_MIN": "3",
    "POSTIL_SEARCH__EMBED_SECONDS_MAX": "0.3",
    "POSTIL_ANALYSIS__REPAIR_SECONDS": "0.3",
    "POSTIL_ANALYSIS__REPAIR_SECONDS_MAX": "0.5",
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def system(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[System]:
    """Each test leaves it well."""
    async with running_system(tmp_path_factory.mktemp("away") / "data", variables=VARIABLES) as running:
        yield running


@pytest_asyncio.fixture
async def stranger(system: System) -> AsyncIterator[Stranger]:
    async with introduced(system.url, f"t{uuid4().hex}") as somebody:
        yield somebody


async def store(stranger: Stranger, ids: Sequence[str], text: str) -> None:
    """Through both doors, and read back."""
    before = (await stranger.ask("list", {}))["total"]
    first, *others = ids
    reply = await stranger.ask("put", {"id": first, "collection": "notes", "text": f"{text} {first}"})
    assert reply["results"][0]["outcome"] == "created"
    await stranger.publish([{"id": id, "text": f"{text} {id}"} for id in others])
    await stranger.documents(before + len(ids))
    assert (await stranger.ask("get", {"id": first}))["text"] == f"{text} {first}"


async def test_without_the_analysis_documents_are_stored_and_found_by_their_words(
    system: System, stranger: Stranger
) -> None:
    await store(stranger, ["early", "earlier"], "a lighthouse in the fog")
    for id in ("early", "earlier"):
        await stranger.notes(id, FAST)
    await stranger.until_found({"query": "lang:en", "mode": "text"}, ["early", "earlier"])
    with system.held("analysis"):
        await store(stranger, ["late", "later"], "a lighthouse at night")
        await stranger.until_found({"query": "lighthouse", "mode": "text"}, ["early", "earlier", "late", "later"])
        found = await stranger.ask("search", {"query": "lighthouse night"})
        assert sorted(hit["id"] for hit in found["hits"]) == ["late", "later"]
        [reason] = found["degraded"]
        assert "searched the text only" in reason
        assert (await stranger.ask("get", {"id": "late"})).get("annotations", []) == []
    for id in ("late", "later"):
        notes = await stranger.notes(id, FAST)
        assert {notes[step]["status"] for step in FAST} == {"ok"}

    async def whole() -> bool:
        found = await stranger.ask("search", {"query": "beacon for ships in the dark"})
        return found["degraded"] == [] and {hit["id"] for hit in found["hits"]} >= {"late", "later"}

    await until(whole)


async def test_without_the_search_documents_go_on_and_it_catches_up(system: System, stranger: Stranger) -> None:
    await store(stranger, ["early", "earlier"], "a lighthouse in the fog")
    await stranger.until_found({"query": "lighthouse", "mode": "text"}, ["early", "earlier"])
    with system.held("search"):
        await store(stranger, ["held", "holding"], "a lighthouse at night")
        with pytest.raises(nats.errors.TimeoutError):
            await stranger.ask("search", {"query": "lighthouse"}, seconds_max=0.2)
    await stranger.until_found({"query": "lighthouse", "mode": "text"}, ["early", "earlier", "held", "holding"])

    killed = system.kill("search")
    await until(lambda: "search" not in system.pids)
    await store(stranger, ["gone", "going"], "a lighthouse by day")
    with pytest.raises(nats.errors.NoRespondersError):
        await stranger.ask("search", {"query": "lighthouse"})
    # The steps that ask it do without.
    notes = await stranger.notes("gone", FAST)
    assert {step for step in FAST if notes[step]["status"] != "ok"} == {"fingerprint", "similar"}
    assert notes["similar"]["status"] == "degraded"
    await system.until_another("search", than=killed)
    await until(lambda: found_again(stranger, 6))
    await until_repaired(stranger, "gone")
    assert (await stranger.ask("examine_indexes", {}))["findings"] == []


async def until_repaired(stranger: Stranger, id: str) -> None:
    async def repaired() -> bool:
        return {note["status"] for note in (await stranger.notes(id, FAST)).values()} == {"ok"}

    await until(repaired, seconds_max=30)


async def found_again(stranger: Stranger, count: int) -> bool:
    """One that has just come back says at first that it isn't ready."""
    try:
        found = await stranger.ask("search", {"query": "lighthouse", "mode": "text"})
    except nats.errors.NoRespondersError:
        return False
    return found.get("total") == count
