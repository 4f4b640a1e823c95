"""Reading on, page by page, while documents come and the embedder goes."""

import pytest

from shared.contracts.search import Search
from shared.errors import Invalid, Unavailable
from shared.settings import SearchSettings
from tests.services.database.search.house import House, opened_house, settings_for

COUNT = 24
ARRIVING = ["apple pear fresh", "pear plum apple", "apple apple apple", "cherry"]


@pytest.fixture
async def orchard(house: House) -> House:
    await house.write_all(
        {
            f"d{no}": " ".join(["apple", *["pear"] * (no % 3 == 0), *["plum"] * (no % 4), f"tree{no}"])
            for no in range(COUNT)
        }
    )
    await house.settled()
    return house


async def test_to_the_end_without_doubles_or_gaps_while_documents_come(orchard: House) -> None:
    for mode in ("text", "hybrid", "semantic"):
        there = set(await orchard.ids("apple OR cherry", mode="text", limit=100))
        ids = await orchard.pages("apple OR pear", [f"{each} {mode}" for each in ARRIVING], mode=mode, limit=5)
        assert len(ids) == len(set(ids))
        # What comes while one reads is left for the next search.
        assert set(ids) <= there
        assert {id for id in there if id.startswith("d")} <= set(ids)


async def test_by_time_the_newest_first(orchard: House) -> None:
    ids = await orchard.pages("apple", ARRIVING, sort="time", limit=7)
    assert ids == [f"d{no}" for no in reversed(range(COUNT))]


async def test_a_cursor_is_of_one_search_only(orchard: House) -> None:
    for mode in ("text", "hybrid"):
        page = await orchard.found("apple", mode=mode, limit=2)
        assert page.next is not None
        with pytest.raises(Invalid, match="not a cursor of this search"):
            await orchard.found("pear", mode=mode, limit=2, after=page.next)
        broken = page.next[:-4] + ("AAAA" if not page.next.endswith("AAAA") else "BBBB")
        with pytest.raises(Invalid, match="not a cursor"):
            await orchard.found("apple", mode=mode, limit=2, after=broken)


async def test_an_order_is_kept_when_the_embedder_goes_and_comes(orchard: House) -> None:
    by_meaning = await orchard.found("apple plum", limit=5)
    await orchard.restart_search()
    await orchard.settled()
    await orchard.stop("analysis")
    with pytest.raises(Unavailable):
        await orchard.found("apple plum", limit=5, after=by_meaning.next)
    by_text = await orchard.found("apple plum", limit=5)
    await orchard.start(orchard.embedder)
    following = await orchard.found("apple plum", limit=5, after=by_text.next)
    assert "text only" in following.degraded[0]
    assert not {hit.id for hit in by_text.hits} & {hit.id for hit in following.hits}


async def test_whoever_can_not_read_on_is_told(empty: House) -> None:
    few = SearchSettings(settle_seconds=0.002, commit_seconds=0.0, depth_max=4)
    async with opened_house(settings_for(empty.settings.data / "few").model_copy(update={"search": few})) as house:
        await house.start_search()
        for no in range(6):
            await house.put(f"d{no}", text="apple")
        await house.settled()
        first = await house.found("apple", mode="text", limit=2)
        assert first.degraded == ()
        second = await house.found("apple", mode="text", limit=2, after=first.next)
        assert (second.next, second.degraded) == (None, ("only the best 4 are ranked: sort by time to read on",))


async def test_a_search_without_a_limit_has_ten_hits(orchard: House) -> None:
    page = await orchard.bus.ask("main", Search(query="apple", mode="text"))
    assert (len(page.hits), page.total) == (10, COUNT)
