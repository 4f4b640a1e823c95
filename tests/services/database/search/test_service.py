"""The search service as a whole: before there is anything, when something fails, and when it stops."""

import asyncio

import pytest

from services.database.search import indexer
from services.database.search.figures.index import FiguresIndex
from services.database.search.index import Batch, Index
from services.database.search.service import SearchService
from services.database.search.text.index import TextIndex
from services.database.search.vectors.index import VectorIndex
from shared.contracts.figures import GetFigures
from shared.contracts.search import ExamineIndexes, Search
from shared.contracts.standing import ListStanding, SaveStanding
from shared.errors import Unavailable
from tests.conformance.store.ground import HandClock
from tests.services.database.search.house import House
from tests.until import until


async def test_before_anything_is_known_it_does_not_say_that_there_is_nothing(
    empty: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexer, "OPEN_SECONDS_MAX", 0.1)
    await empty.put("a", text="apple")
    await empty.store.close()
    path = empty.settings.database_path
    aside = path.rename(path.with_name("aside.db"))
    await empty.start_search()
    for verb in ("search", "figures", "standing_list", "examine_indexes", "alike"):
        with pytest.raises(Unavailable):
            await empty.bus.ask_raw("main", verb, b'{"items":[{"id":"a"}]}' if verb == "alike" else b"{}")
    aside.rename(path)
    await empty.reopen()
    await empty.settled()
    assert await empty.ids("apple", mode="text") == ["a"]


async def test_a_tenant_that_never_wrote_has_nothing(house: House) -> None:
    await house.put("a", text="apple")
    await house.settled()
    assert await house.ids("apple", "nobody") == []
    assert (await house.bus.ask("nobody", GetFigures())).documents == 0
    assert await house.reports("nobody") == ()
    # From its first document on it is found like everybody.
    await house.commit_for("nobody", "b", "apple")
    await house.settled("nobody")
    assert await house.ids("apple", "nobody") == ["b"]


@pytest.mark.parametrize(
    ("index", "method"),
    [(TextIndex, "apply"), (VectorIndex, "commit"), (FiguresIndex, "commit"), (FiguresIndex, "matched")],
)
async def test_whatever_fails_is_told_again(
    house: House, monkeypatch: pytest.MonkeyPatch, index: type[Index], method: str
) -> None:
    await house.open_doors()
    await house.write("a", "apple")
    await house.bus.ask("main", SaveStanding(name="apples", query="apple"))
    await house.settled()
    failures = iter([OSError("the disk is full"), Unavailable("later")])
    honest = getattr(index, method)

    def fail(self: Index, *given: Batch) -> object:
        for failure in failures:
            raise failure
        return honest(self, *given)

    monkeypatch.setattr(index, method, fail)
    await house.write("b", "apple")
    await house.settled()
    assert sorted(await house.ids("apple", mode="text")) == ["a", "b"]
    assert (await house.bus.ask("main", ExamineIndexes())).findings == ()
    [standing] = (await house.bus.ask("main", ListStanding())).items
    assert standing.matches == 1
    assert next(failures, None) is None


async def test_a_second_one_waits_until_the_first_has_gone(house: House) -> None:
    await house.put("a", text="apple")
    await house.settled()
    first = house.search
    second = SearchService(house.bus, house.settings, HandClock())
    running = asyncio.create_task(second._indexer.run())
    with pytest.raises(Unavailable):
        await second.search("main", Search(query="apple", mode="text"))
    await house.stop("search")
    await until(lambda: bool(second._indexer.sets))
    assert first._indexer.sets[0].applied_seq == 1
    await second.stop()
    await running
    await second.close()


async def test_it_stops_in_the_middle_of_a_backlog_and_goes_on_from_there(empty: House) -> None:
    search = empty.settings.search.model_copy(update={"batch_count_max": 1})
    empty.settings = empty.settings.model_copy(update={"search": search})
    for no in range(60):
        await empty.put(f"d{no}", text="apple")
    for _ in range(3):
        await empty.start_search()
        await empty.stop("search")
    await empty.start_search()
    await empty.settled()
    assert (await empty.found("apple", mode="text")).total == 60
    assert (await empty.bus.ask("main", ExamineIndexes())).findings == ()


async def test_its_vitals(house: House) -> None:
    await house.put("a", text="apple")
    await house.settled()
    await house.found("apple")
    vitals = house.search.vitals()
    assert vitals == {"tenants": 1, "index_lag": 0, "searches": 1, "building": 0}
    [state] = [each for each in await house.bus.wire.services(1) if each.name == "postil-search"]
    assert state.vitals["searches"] == 1
