"""Feedback: given, listed, summed up; and a mind that is changed."""

import pytest

from shared.contracts.feedback import FeedbackItems, GiveFeedback, ListFeedback, SummariseFeedback
from shared.errors import Invalid, NotFound
from tests.services.database.search.house import House


@pytest.fixture
async def judged(house: House) -> House:
    await house.open_doors()
    await house.put("a", text="a car")
    await house.said("a", "summary", "it is about a car")
    await house.settled()
    return house


async def test_a_mind_that_is_changed_counts_once(judged: House) -> None:
    for given in (
        GiveFeedback(id="a", step="summary", thumb="up", author="ann"),
        GiveFeedback(id="a", step="summary", thumb="down", correction="a bus", author="ann"),
        GiveFeedback(id="a", step="summary", stars=4, author="bob"),
        GiveFeedback(id="a", query="car", thumb="up", author="ann"),
        GiveFeedback(id="a", query="car", thumb="up"),
        GiveFeedback(id="a", query="car", thumb="up"),
    ):
        await judged.bus.ask("main", given)
    await judged.settled()
    summary = await judged.bus.ask("main", SummariseFeedback())
    assert [(each.step, each.step_version, each.up, each.down, each.stars_mean) for each in summary.items] == [
        (None, None, 3, 0, None),
        ("summary", 1, 0, 1, 4.0),
    ]
    assert len((await judged.bus.ask("main", SummariseFeedback(step="summary"))).items) == 1
    listed = await judged.bus.ask("main", ListFeedback(step="summary"))
    assert [(each.author, each.thumb, each.correction) for each in listed.items] == [
        ("bob", None, None),
        ("ann", "down", "a bus"),
    ]
    assert len(await pages(judged)) == 5


async def pages(house: House) -> list[str]:
    ids: list[str] = []
    page = FeedbackItems(items=())
    while True:
        page = await house.bus.ask("main", ListFeedback(limit=2, after=page.next))
        ids += [each.id for each in page.items]
        if page.next is None:
            assert len(ids) == len(set(ids))
            return ids


async def test_what_makes_no_sense_is_refused(judged: House) -> None:
    with pytest.raises(NotFound):
        await judged.bus.ask("main", GiveFeedback(id="b", thumb="up"))
    with pytest.raises(Invalid, match="no annotation by the step 'mood'"):
        await judged.bus.ask("main", GiveFeedback(id="a", step="mood", thumb="up"))
    for listing in (ListFeedback(after="x"), ListFeedback(after="9" * 5_000), ListFeedback(limit=501)):
        with pytest.raises(Invalid):
            await judged.bus.ask("main", listing)
    assert (await judged.bus.ask("main", ListFeedback(after="9" * 20))).items == ()


async def test_a_tenant_without_documents_has_none(judged: House) -> None:
    assert (await judged.bus.ask("nobody", ListFeedback())).items == ()
    assert (await judged.bus.ask("nobody", SummariseFeedback())).items == ()
