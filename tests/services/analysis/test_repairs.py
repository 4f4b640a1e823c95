"""What was missed is found by the store: at the start, now and then, and when the feed has a gap."""

import asyncio

from services.analysis.step import Step
from shared.bus.streams import CHANGES
from shared.contracts.documents import Document
from shared.settings import AnalysisSettings
from tests.services.analysis.house import House, live, words
from tests.until import until


async def _lose_the_feed(house: House) -> None:
    """What the stream holds is gone before anybody has read it."""
    wire = house.wire("thief")
    for delivery in await wire.read(CHANGES, CHANGES.subject, 0, 1_000):
        assert delivery.place is not None
        await wire.drop(CHANGES, delivery.place.seq)


def test_what_the_stream_has_dropped_is_found_at_the_start() -> None:
    async def story(house: House) -> None:
        await house.open_analysis()
        await house.close("analysis")
        for number in range(150):
            await house.put(f"d{number}")
        await _lose_the_feed(house)
        await house.open_analysis()
        for number in range(150):
            await house.until_noted(f"d{number}", "words")
            assert len(await house.annotating(f"d{number}")) == 1

    live(story, [words()])


def test_a_gap_in_the_numbers_of_the_feed_is_noticed() -> None:
    settings = AnalysisSettings(sweep_seconds=1_000_000, repair_seconds=10)

    async def story(house: House) -> None:
        await house.open_analysis()
        await house.put("a")
        await house.until_noted("a", "words")
        # By now everything has been looked through, and will be again in eleven days.
        late = asyncio.get_running_loop().time() + 100
        await until(lambda: asyncio.get_running_loop().time() > late, seconds_max=200)
        await house.put_unannounced("lost")
        assert await house.notes("lost") == {}
        await house.put("b")
        await house.until_noted("lost", "words", seconds_max=100)
        assert len(await house.annotating("lost")) == 1

    live(story, [words()], settings)


def test_a_step_that_is_new_sees_the_old_documents() -> None:
    async def story(house: House) -> None:
        await house.open_analysis()
        await house.put("a")
        await house.until_noted("a", "words")
        await house.close("analysis")
        house.add(Step("later", 1, _length))
        await house.open_analysis()
        assert (await house.until_noted("a", "later"))["later"].value == 7
        assert [len(change.annotations or ()) for change in await house.annotating("a")] == [1, 1]

    live(story, [words()])


def _length(document: Document) -> int:
    return len(document.text or "")
