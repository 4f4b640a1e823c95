"""An answer page by page, and what is kept of it."""

import pytest

from services.bot.command import Person, Place
from services.bot.saying.paging import LINES_MAX, Pages
from shared.settings import BotSettings
from tests.services.bot.stage import HERE, Stage, call_of, staged
from tests.simulation.loop import Simulation, run_simulated

PRIVATE = Place("irc", "@ada")


def numbered(count: int) -> list[str]:
    return [str(number) for number in range(count)]


def pages_of(stage: Stage, settings: BotSettings | None = None) -> Pages:
    return Pages(settings or BotSettings(), stage.clock)


@pytest.mark.parametrize("size", [1, 2, 4, 50])
@pytest.mark.parametrize("place", [HERE, PRIVATE])
def test_page_after_page_brings_every_line_once(size: int, place: Place) -> None:
    async def story(simulation: Simulation) -> None:
        settings = BotSettings(lines_count_max=size, private_lines_count_max=size, prefix=";")
        pages = Pages(settings, simulation.clock)
        call = call_of(place)
        page = pages.first(call, place, numbered(30))
        seen: list[str] = []
        while page:
            assert len(page) <= max(2, size)
            # It is said, as any answer is, and that must leave the rest alone.
            assert list(pages.first(call, place, page)) == list(page)
            seen += [line for line in page if ";more" not in line]
            if ";more" in page[-1]:
                left = 30 - len(seen)
                assert page[-1] == f"… {left} more {'line' if left == 1 else 'lines'}: ;more"
            page = pages.more(call)
        assert seen == numbered(30)

    run_simulated(story, 1)


def test_what_is_kept_belongs_to_one_person_in_one_place_of_one_tenant_and_the_newest_answer_counts() -> None:
    async def story(stage: Stage) -> None:
        pages = pages_of(stage)
        for lines in (numbered(9), ["a", "b", "c", "d", "e"]):
            pages.first(call_of(), HERE, lines)
        assert pages.more(call_of(who=Person("bob"))) == ()
        assert pages.more(call_of(Place("irc", "other"))) == ()
        assert pages.more(call_of()) == ["d", "e"]
        assert pages.more(call_of()) == ()

    staged(story)


def test_in_private_it_is_found_however_the_network_writes_the_name_and_by_nobody_else_of_that_name() -> None:
    async def story(stage: Stage) -> None:
        pages, ada = pages_of(stage), Person("Ada", host="Ada!a@host.example")
        pages.first(call_of(who=ada), Place("irc", "@Ada"), numbered(12))
        assert pages.more(call_of(PRIVATE, Person("Ada", host="Ada!x@elsewhere.example"))) == ()
        assert pages.more(call_of(PRIVATE, ada)) == ["9", "10", "11"]

    staged(story)


def test_it_is_kept_for_ten_minutes() -> None:
    async def story(stage: Stage) -> None:
        pages = pages_of(stage)
        for seconds, left in ((599, 1), (601, 0)):
            pages.first(call_of(), HERE, numbered(5))
            await stage.passing(seconds)
            assert len(pages.more(call_of())) == 2 * left

    staged(story)


def test_it_is_kept_for_so_many_people_and_lines() -> None:
    async def story(stage: Stage) -> None:
        pages = pages_of(stage)
        for number in range(1_500):
            pages.first(call_of(who=Person(str(number))), HERE, numbered(5))
        kept = [number for number in range(1_500) if pages.more(call_of(who=Person(str(number))))]
        assert kept == list(range(500, 1_500))
        for number in range(200):
            pages.first(call_of(who=Person(str(number))), HERE, numbered(LINES_MAX))
        kept = [number for number in range(200) if pages.more(call_of(who=Person(str(number))))]
        assert kept == list(range(99, 200))

    staged(story)


def test_more_than_three_pages_are_too_much_for_a_channel() -> None:
    async def story(stage: Stage) -> None:
        pages = pages_of(stage)
        assert not pages.is_too_long(numbered(12), HERE)
        assert pages.is_too_long(numbered(13), HERE)
        assert not pages.is_too_long(numbered(200), PRIVATE)

    staged(story)
