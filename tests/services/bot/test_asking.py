"""Asking with care: a time limit, a second try, a breaker, and an honest sentence for the chat."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from services.bot.asking import Asker, Away, InDoubt, NotReached
from shared.bus.bus import Bus, reply_of_error, reply_with
from shared.bus.memory import MemoryBroker, MemoryWire
from shared.bus.wire import Calling, Delivery, Endpoint, Reply, Stoppable
from shared.contracts.analysis import Summarise
from shared.contracts.documents import DeleteDocument, DocumentItems, RecentDocuments
from shared.contracts.search import Search
from shared.errors import NobodyThere, NotFound, TimedOut, Unavailable
from shared.settings import BotSettings
from tests.simulation.loop import Simulation, simulated

READ = RecentDocuments(collection="chat.irc.py")
CHANGE = DeleteDocument(id="T-1")
NOTHING = DocumentItems(items=())
SETTINGS = BotSettings()

Answers = Callable[[Delivery], Awaitable[Reply]]


class Desk:
    """An asker, and a database that does what the test says."""

    def __init__(self, simulation: Simulation) -> None:
        self.loop = simulation.clock.loop
        broker = MemoryBroker(simulation.clock, simulation.chance)
        self._wire = MemoryWire(broker, "database")
        self.asker = Asker(Bus(MemoryWire(broker, "bot")), simulation.clock, SETTINGS)
        self.asked = 0

    async def answer(self, *replies: Reply | None) -> Stoppable:
        """The replies one after the other, and then the last one for ever; None is silence."""
        left = list(replies)

        async def answer(request: Delivery) -> Reply:
            self.asked += 1
            reply = left.pop(0) if len(left) > 1 else left[0]
            if reply is None:
                await asyncio.Event().wait()
            assert reply is not None
            return reply

        doors = [
            Endpoint(verb, f"postil.*.{verb}", answer, 100) for verb in ("recent", "delete", "search", "summarise")
        ]
        return await self._wire.answer(Calling("db", "1.0.0", "", dict), doors)


WELL = reply_with(NOTHING)
LOCKED = reply_of_error(Unavailable("the database is locked"))


@simulated
async def test_an_answer_is_passed_on_and_a_no_too(simulation: Simulation) -> None:
    desk = Desk(simulation)
    await desk.answer(WELL, *[reply_of_error(NotFound("no such thing"))] * 20, WELL)
    assert await desk.asker.ask("main", READ) == NOTHING
    # Whoever says no is well, so no breaker opens.
    for _ in range(20):
        with pytest.raises(NotFound, match="no such thing"):
            await desk.asker.ask("main", READ)
    assert await desk.asker.ask("main", READ) == NOTHING
    assert desk.asker.vitals() == {"away": ""}


@simulated
async def test_what_changes_nothing_is_tried_a_second_time(simulation: Simulation) -> None:
    desk = Desk(simulation)
    await desk.answer(LOCKED, WELL)
    assert await desk.asker.ask("main", READ) == NOTHING
    assert desk.asked == 2


@simulated
async def test_what_changes_something_is_not(simulation: Simulation) -> None:
    desk = Desk(simulation)
    await desk.answer(LOCKED, WELL)
    with pytest.raises(InDoubt, match="It may have been done or not") as found:
        await desk.asker.ask("main", CHANGE)
    assert isinstance(found.value, TimedOut)
    assert desk.asked == 1


@simulated
async def test_a_change_that_nobody_took_is_certainly_not_done(simulation: Simulation) -> None:
    desk = Desk(simulation)
    for _ in range(2 * SETTINGS.failures_max):
        with pytest.raises(NotReached, match="does not answer just now") as found:
            await desk.asker.ask("main", CHANGE)
        assert isinstance(found.value, NobodyThere)


@simulated
async def test_silence_takes_no_longer_than_it_may(simulation: Simulation) -> None:
    desk = Desk(simulation)
    await desk.answer(None)
    for asking in (lambda: desk.asker.ask("main", READ), lambda: desk.asker.ask("main", CHANGE)):
        began = desk.loop.time()
        with pytest.raises(Away):
            await asking()
        assert desk.loop.time() - began <= SETTINGS.ask_seconds_max + 0.01


@simulated
async def test_the_second_try_has_only_the_time_that_is_left(simulation: Simulation) -> None:
    desk = Desk(simulation)
    await desk.answer(LOCKED, None)
    began = desk.loop.time()
    with pytest.raises(Away):
        await desk.asker.ask("main", READ)
    assert desk.loop.time() - began <= SETTINGS.ask_seconds_max + 0.01
    assert desk.asked == 2


@simulated
async def test_who_fails_again_and_again_is_left_alone_and_then_asked_once(simulation: Simulation) -> None:
    desk = Desk(simulation)
    await desk.answer(None)
    for _ in range(SETTINGS.failures_max):
        with pytest.raises(Away):
            await desk.asker.ask("main", READ)
    began, asked = desk.loop.time(), desk.asked
    for _ in range(100):
        with pytest.raises(Away, match="your line is safe"):
            await desk.asker.ask("main", READ)
    assert (desk.loop.time(), desk.asked) == (began, asked)
    assert desk.asker.vitals() == {"away": "database"}
    await asyncio.sleep(SETTINGS.rest_seconds)
    outcomes = await asyncio.gather(*(desk.asker.ask("main", READ) for _ in range(10)), return_exceptions=True)
    assert all(isinstance(outcome, Away) for outcome in outcomes)
    assert desk.asked == asked + 1


@simulated
async def test_one_is_away_and_the_others_are_asked_all_the_same(simulation: Simulation) -> None:
    desk = Desk(simulation)
    door = await desk.answer(LOCKED)
    for _ in range(SETTINGS.failures_max):
        with pytest.raises(Away):
            await desk.asker.ask("main", Search(query="x"))
        with pytest.raises(Away):
            await desk.asker.ask("main", Summarise(collection="tickets"))
    await door.stop()
    await desk.answer(WELL)
    assert await desk.asker.ask("main", READ) == NOTHING
    with pytest.raises(Away) as found:
        await desk.asker.ask("main", Search(query="x"))
    assert (found.value.who, found.value.detail) == (
        "search",
        "The search does not answer just now; your line is safe, and what needs no search still works.",
    )
    assert desk.asker.vitals() == {"away": "analysis, search"}
