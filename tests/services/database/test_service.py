"""The database service on a bus: what it answers, what it refuses, what it does by itself."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from services.database.memory import MemoryStore
from services.database.service import DatabaseService
from shared.bus.bus import Bus
from shared.bus.memory import MemoryBroker, MemoryWire
from shared.bus.streams import CHANGES
from shared.contracts.annotations import Annotate, Annotation
from shared.contracts.changes import ListChanges, decode_changes
from shared.contracts.documents import DeleteDocument, GetDocument, ListDocuments, RecentDocuments
from shared.contracts.saving import SaveDocuments
from shared.contracts.stats import GetStats
from shared.contracts.upkeep import Examine
from shared.errors import Conflict, Invalid, NotFound
from shared.runtime.runner import Runner
from shared.settings import DatabaseSettings, Settings
from tests.conformance.store.ground import draft
from tests.simulation.loop import Simulation, run_simulated
from tests.until import until

SETTINGS = Settings(database=DatabaseSettings(page_count=3, page_count_max=5, history_days=0.1))
Story = Callable[[Bus, Simulation], Awaitable[None]]


def with_database(story: Story) -> None:
    """Tell a story to a running service, in simulated time."""

    async def told(simulation: Simulation) -> None:
        broker = MemoryBroker(simulation.clock, simulation.chance)
        store = MemoryStore(simulation.clock)
        bus = Bus(MemoryWire(broker, "database"))
        runner = Runner(DatabaseService(store, bus, SETTINGS, simulation.clock), bus, SETTINGS, simulation.clock)
        ready = asyncio.Event()
        running = asyncio.create_task(runner.run(ready.set))
        await ready.wait()
        await story(Bus(MemoryWire(broker, "client")), simulation)
        runner.stopping.set()
        await running

    run_simulated(told, 1, seconds_max=20_000)


async def save(bus: Bus, *ids: str, collection: str = "notes", ttl_seconds: int | None = None) -> list[int | None]:
    drafts = tuple(draft(id, collection, text=id, ttl_seconds=ttl_seconds) for id in ids)
    return list((await bus.ask("main", SaveDocuments(documents=drafts))).seqs)


def test_what_was_saved_is_answered_by_every_verb() -> None:
    async def story(bus: Bus, simulation: Simulation) -> None:
        assert await save(bus, "a", "b", "c", "d") == [1, 2, 3, 4]
        assert (await bus.ask("main", GetDocument(id="b"))).text == "b"
        first = await bus.ask("main", ListDocuments(collection="notes"))
        assert ([each.id for each in first.items], first.total) == (["a", "b", "c"], 4)
        second = await bus.ask("main", ListDocuments(collection="notes", after=first.next))
        assert ([each.id for each in second.items], second.next) == (["d"], None)
        recent = await bus.ask("main", RecentDocuments(collection="notes", limit=2))
        assert [each.id for each in recent.items] == ["d", "c"]
        page = await bus.ask("main", ListChanges(since=1, limit=2))
        assert ([each.seq for each in page.items], page.last_seq) == ([2, 3], 3)

    with_database(story)


def test_an_annotation_is_a_change_and_comes_with_its_document() -> None:
    async def story(bus: Bus, simulation: Simulation) -> None:
        await save(bus, "a")
        note = Annotation(id="a", version=1, step="stats", value={"words": 1})
        [outcome] = (await bus.ask("main", Annotate(annotations=(note,)))).results
        assert (outcome.outcome, outcome.seq) == ("annotated", 2)
        assert [each.value for each in (await bus.ask("main", GetDocument(id="a"))).annotations] == [{"words": 1}]

    with_database(story)


def test_deleting_answers_and_refuses() -> None:
    async def story(bus: Bus, simulation: Simulation) -> None:
        await save(bus, "a")
        with pytest.raises(Conflict):
            await bus.ask("main", DeleteDocument(id="a", if_version=7))
        assert (await bus.ask("main", DeleteDocument(id="a", if_version=1))).version == 2
        with pytest.raises(NotFound):
            await bus.ask("main", GetDocument(id="a"))

    with_database(story)


def test_a_page_beyond_the_limit_is_refused_with_the_limit() -> None:
    async def story(bus: Bus, simulation: Simulation) -> None:
        with pytest.raises(Invalid, match="at most 5"):
            await bus.ask("main", ListDocuments(limit=6))

    with_database(story)


def test_one_tenant_never_sees_another() -> None:
    async def story(bus: Bus, simulation: Simulation) -> None:
        await save(bus, "a")
        with pytest.raises(NotFound):
            await bus.ask("acme", GetDocument(id="a"))
        assert (await bus.ask("acme", ListChanges())).items == ()
        assert (await bus.ask("acme", GetStats())).documents == 0

    with_database(story)


def test_every_commit_is_announced_and_stats_say_how_far() -> None:
    async def story(bus: Bus, simulation: Simulation) -> None:
        await save(bus, "a", "b")
        await until(lambda: _announced(bus, 2))
        last = await bus.wire.last(CHANGES, "postil.main.changes.>")
        assert last is not None
        assert [change.id for change in decode_changes(last.payload)] == ["a", "b"]

    with_database(story)


async def _announced(bus: Bus, seq: int) -> bool:
    return (await bus.ask("main", GetStats())).announced_seq == seq


def test_a_document_ends_when_its_time_is_up_and_that_is_a_change() -> None:
    async def story(bus: Bus, simulation: Simulation) -> None:
        await save(bus, "a", ttl_seconds=30)
        await save(bus, "b")
        await asyncio.sleep(29)
        assert (await bus.ask("main", GetStats())).documents == 2
        await asyncio.sleep(3)
        page = await bus.ask("main", ListChanges(since=2))
        assert [(change.op, change.id) for change in page.items] == [("expire", "a")]
        assert (await bus.ask("main", GetStats())).documents == 1

    with_database(story)


def test_old_versions_lose_their_bodies_after_the_time_that_is_a_setting() -> None:
    async def story(bus: Bus, simulation: Simulation) -> None:
        await save(bus, "a")
        drafts = (draft("a", "notes", text="second"),)
        await bus.ask("main", SaveDocuments(documents=drafts))
        await asyncio.sleep(3600)
        assert (await bus.ask("main", GetDocument(id="a", at=1))).text == "a"
        await asyncio.sleep(2 * 3600)
        page = await bus.ask("main", ListChanges())
        assert [change.document and change.document.text for change in page.items] == [None, "second"]

    with_database(story)


def test_the_house_is_in_order() -> None:
    async def story(bus: Bus, simulation: Simulation) -> None:
        await save(bus, "a", "b")
        examination = await bus.ask("main", Examine())
        assert (examination.findings, examination.changes_read, examination.documents_read) == ((), 2, 2)

    with_database(story)


def test_discovery_shows_its_vitals() -> None:
    async def story(bus: Bus, simulation: Simulation) -> None:
        await save(bus, "a")
        [state] = await bus.wire.services(1)
        assert state.name == "postil-database"
        assert {"commits", "feed_lag", "writes_waiting"} <= set(state.vitals)

    with_database(story)
