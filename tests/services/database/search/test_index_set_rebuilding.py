"""Indexes that are built anew while everything goes on, or because their files are of no use any more."""

import asyncio
import shutil
from pathlib import Path

import pytest

from services.database.search.index import Outdated
from services.database.search.index_set import FIGURES, NAMES, TEXT, VECTORS, Indexes
from shared.contracts.figures import GetFigures
from shared.contracts.search import ExamineIndexes, RebuildIndexes
from shared.contracts.standing import ListStanding, SaveStanding
from shared.errors import Invalid, NotFound, Unavailable
from tests.services.database.search.house import House
from tests.until import until

COUNT = 30


@pytest.fixture
async def filled(house: House) -> House:
    await house.write_all({f"d{no}": f"apple tree{no}" for no in range(COUNT)})
    await house.settled()
    return house


def folders(house: House) -> dict[str, Path]:
    [tenant] = (each for each in house.settings.search_path.iterdir() if each.is_dir())
    return {each.name.partition("-")[0]: each for each in tenant.iterdir() if each.is_dir()}


async def expect_whole(house: House, count: int = COUNT) -> None:
    assert (await house.found("apple", mode="text", limit=1)).total == count
    assert (await house.found("apple", mode="semantic", limit=1)).total == count
    assert (await house.bus.ask("main", GetFigures())).documents == count
    assert (await house.bus.ask("main", ExamineIndexes())).findings == ()


async def test_each_is_built_anew_while_it_answers(filled: House) -> None:
    before = folders(filled)
    for name in NAMES:
        await filled.bus.ask("main", RebuildIndexes(names=(name,)))
        settling = asyncio.create_task(filled.settled())
        while not settling.done():
            assert (await filled.found("apple", mode="text", limit=1)).total == COUNT
            assert (await filled.found("apple", mode="semantic", limit=1)).total == COUNT
            assert (await filled.bus.ask("main", GetFigures())).documents == COUNT
        await settling
        assert folders(filled)[name] != before[name]
    await expect_whole(filled)
    await filled.restart_search()
    await filled.settled()
    await expect_whole(filled)


async def test_what_changes_meanwhile_is_in_the_new_ones(filled: House) -> None:
    await filled.bus.ask("main", RebuildIndexes())
    await filled.write("late", "a late apple")
    await filled.delete("d3")
    await filled.put("d4", text="a pear now")
    await filled.settled()
    await until(lambda: not filled.search.vitals()["building"])
    assert await filled.ids("late", mode="text") == ["late"]
    assert await filled.ids("tree3 OR tree4", mode="text") == []
    assert (await filled.bus.ask("main", ExamineIndexes())).findings == ()


async def test_figures_keep_what_documents_do_not_tell(filled: House) -> None:
    await filled.open_doors()
    await filled.bus.ask("main", SaveStanding(name="apples", query="apple"))
    await filled.put("new", text="an apple")
    await filled.settled()
    await filled.bus.ask("main", RebuildIndexes(names=(FIGURES,)))
    await filled.settled()
    [standing] = (await filled.bus.ask("main", ListStanding())).items
    assert standing.matches == 1


async def test_only_what_there_is_can_be_built(filled: House) -> None:
    with pytest.raises(Invalid, match="there are text, vectors, figures"):
        await filled.bus.ask("main", RebuildIndexes(names=("texts",)))
    with pytest.raises(NotFound):
        await filled.bus.ask("nobody", RebuildIndexes())


async def test_files_that_are_damaged_at_the_start_are_built_anew(filled: House) -> None:
    for damage in (
        lambda at: (at[TEXT] / "meta.json").write_text("nonsense"),
        lambda at: (at[TEXT] / "meta.json").unlink(),
        lambda at: shutil.rmtree(at[TEXT]),
        lambda at: shutil.rmtree(at[VECTORS]),
        lambda at: [each.write_bytes(b"\0" * 5) for each in at[VECTORS].rglob("*") if each.is_file()],
        lambda at: (at[FIGURES] / "figures.db").write_bytes(b"nonsense" * 1_000),
        lambda at: (at[FIGURES] / "figures.db").unlink(),
        lambda at: (at[TEXT].parent / "serving.json").write_text("{"),
        lambda at: shutil.rmtree(at[TEXT].parent),
    ):
        await filled.stop("search")
        damage(folders(filled))
        await filled.start_search()
        await filled.settled()
        await expect_whole(filled)


async def test_an_unfinished_building_begins_again_after_a_restart(filled: House) -> None:
    await filled.stop("search")
    shutil.rmtree(folders(filled)[TEXT])
    await filled.start_search()
    # It may have come to its end or not.
    await until(lambda: bool(filled.search._indexer.sets))
    await filled.restart_search()
    await filled.settled()
    await expect_whole(filled)
    assert len(folders(filled)) == len(NAMES)


async def test_damage_that_shows_up_later_is_mended_and_nobody_is_misled(filled: House) -> None:
    def fail(_: Indexes) -> None:
        raise Outdated("a page is damaged")

    with pytest.raises(Unavailable):
        await filled.behind_its_back(fail)
    await until(lambda: filled.search._indexer.sets[0].broken is None)
    await filled.settled()
    await expect_whole(filled)


async def test_a_backup_that_was_brought_back_is_indexed_anew(filled: House) -> None:
    await filled.stop("search")
    at = folders(filled)
    await filled.store.close()
    for file in filled.settings.data.glob("postil.db*"):
        file.unlink()
    await filled.reopen()
    await filled.write("other", "a single apple")
    await filled.start_search()
    await filled.settled()
    await expect_whole(filled, 1)
    assert not at[FIGURES].exists()
