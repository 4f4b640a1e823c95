"""Lines that wait: said once or not at all, in their order, over restarts and whatever else may happen."""

from datetime import timedelta
from itertools import pairwise

import pytest

from services.bot.command import Place
from services.bot.saying.backlog import Entry
from services.bot.saying.outbox import NOT_KNOWN
from shared.contracts.chat import Say
from shared.errors import Invalid, Unavailable
from shared.settings import BotSettings
from tests.services.bot.stage import DAY_SECONDS, HERE, Mood, Stage, call_of, lines, staged
from tests.until import until

LOOK_SECONDS = 1.0


def test_a_line_that_nobody_took_is_tried_for_two_hours_and_then_has_failed() -> None:
    async def story(stage: Stage) -> None:
        stage.network.mood = "is away"
        begun = stage.clock.now()
        bot = stage.bot()
        await bot.voice.say("main", HERE, "hello")
        moments: list[float] = []
        while len(moments) < 8:
            await until(lambda: len(stage.network.asked) > len(moments), seconds_max=8_000, look_seconds=0.5)
            moments.append(round((stage.clock.now() - begun).total_seconds()))
        pauses = [60, 120, 240, 480, 960, 1_920, 3_840]
        assert [each - last for last, each in pairwise(moments)] == pytest.approx(pauses, abs=2)
        await stage.passing(20_000)
        assert len(stage.network.asked) == 8
        [document] = await stage.documents()
        entry = Entry.of(document)
        assert entry is not None
        assert (entry.state, entry.tries, entry.reason) == ("failed", 8, "not connected")
        assert document.ttl_seconds == 7 * 86_400
        vitals = bot.voice.vitals()
        assert (vitals["said"], vitals["confirmed"], vitals["failed"], vitals["waiting"]) == (8, 0, 1, 0)
        await bot.stop()

    staged(story)


def test_whatever_the_settings_say_a_line_is_tried_once_a_day() -> None:
    async def story(stage: Stage) -> None:
        stage.network.mood = "is away"
        bot = stage.bot()
        await bot.voice.say("main", HERE, "hello")
        await stage.passing(5.5 * DAY_SECONDS)
        assert await stage.states() == [("hello", "waiting", 6)]
        await bot.stop()

    staged(story, settings=BotSettings(tries_max=10_000, retry_seconds=1e30))


@pytest.mark.parametrize(("mood", "state"), [("says", "sent"), ("gives up", "sent"), ("refuses", "failed")])
def test_a_later_try_ends_the_matter_unless_the_network_is_away_again(mood: Mood, state: str) -> None:
    async def story(stage: Stage) -> None:
        stage.network.mood = "is away"
        bot = stage.bot()
        await bot.voice.say("main", HERE, "hello")
        await until(lambda: len(stage.network.asked) == 2, seconds_max=100, look_seconds=LOOK_SECONDS)
        stage.network.mood = mood
        await stage.passing(10_000)
        assert len(stage.network.asked) == 3
        assert {say.id for say in stage.network.asked} == {stage.network.asked[0].id}
        assert await stage.states() == [("hello", state, 3)]
        await bot.stop()

    staged(story)


def test_waiting_lines_come_out_in_their_order_and_the_first_chance_takes_them_all() -> None:
    async def story(stage: Stage) -> None:
        stage.network.mood = "is away"
        bot = stage.bot()
        await bot.voice.answer(call_of(), lines("1", "2", "3"))
        await stage.passing(1_000)
        # By now the first three rest for a quarter of an hour: what comes now is due earlier, and still comes later.
        await bot.voice.answer(call_of(), lines("4", "5"))
        await stage.passing(30)
        stage.network.mood = "says"
        await bot.voice.say("main", HERE, "live")
        await bot.voice.say("main", Place("irc", "other"), "elsewhere")
        await until(lambda: len(stage.network.said) == 7, seconds_max=100, look_seconds=LOOK_SECONDS)
        assert stage.network.texts == ["live", "elsewhere", "1", "2", "3", "4", "5"]
        assert {say.to for say in stage.network.said if say.text in "14"} == {"ada"}
        await bot.stop()

    staged(story)


def test_a_network_that_comes_back_between_two_lines_does_not_turn_them_around() -> None:
    async def story(stage: Stage) -> None:
        stage.network.mood = "is away"
        bot = stage.bot()
        await bot.voice.answer(call_of(), lines("1", "2", "3"))
        await until(lambda: len(stage.network.asked) == 3)
        stage.network.mood_count = 1
        await stage.passing(1_000)
        assert stage.network.texts == ["1", "2", "3"]
        assert [tries for _, _, tries in await stage.states()] == [3, 3, 3]
        await bot.stop()

    staged(story)


def test_a_try_before_its_time_costs_a_line_nothing() -> None:
    async def story(stage: Stage) -> None:
        stage.network.mood = "is away"
        bot = stage.bot()
        await bot.voice.say("main", HERE, "old")
        await stage.passing(1_000)
        [(before, old)] = [(entry.due_at, entry.tries) for entry in await stage.entries()]
        await bot.voice.say("main", HERE, "new")
        await stage.passing(100)
        assert [(entry.due_at, entry.tries) for entry in await stage.entries()][:1] == [(before, old)]
        assert await stage.states() == [("old", "waiting", 5), ("new", "waiting", 2)]
        await bot.stop()

    staged(story)


def test_a_reminder_is_said_when_its_time_has_come_also_by_another_bot() -> None:
    async def story(stage: Stage) -> None:
        first = stage.bot()
        at = stage.clock.now() + timedelta(days=3)
        id = await first.voice.say_later("main", HERE, "the kettle", "ada", at)
        await first.stop()
        await stage.passing(86_400)
        second = stage.bot()
        await stage.passing(2 * 86_400 - 5)
        assert stage.network.asked == []
        await until(lambda: stage.network.texts == ["the kettle"], seconds_max=10, look_seconds=0.1)
        assert abs(stage.clock.now() - at) < timedelta(seconds=1)
        await stage.passing(1_000)
        assert [(each.id, each.kind) for each in await stage.documents()] == [(id, "sent")]
        assert len(stage.network.asked) == 1
        await second.stop()

    staged(story)


def test_a_reminder_that_could_not_be_written_down_is_no_promise() -> None:
    async def story(stage: Stage) -> None:
        bot = stage.bot()
        with pytest.raises(Invalid):
            await bot.voice.say_later("main", HERE, " \u200b ", None, stage.clock.now())
        await stage.close_database()
        with pytest.raises(Unavailable):
            await bot.voice.say_later("main", HERE, "x", None, stage.clock.now() + timedelta(days=1))
        await bot.stop()

    staged(story)


def test_a_bot_that_stops_gives_what_it_is_saying_a_moment_and_no_more() -> None:
    async def story(stage: Stage) -> None:
        stage.network.mood = "is silent"
        first = stage.bot()
        for text in ("reminder", "another"):
            await first.voice.say_later("main", HERE, text, None, stage.clock.now())
        await until(lambda: stage.network.texts == ["reminder"])
        await first.voice.say("main", HERE, "live")
        stopping = stage.clock.now()
        await first.stop()
        assert timedelta() < stage.clock.now() - stopping < timedelta(seconds=2)
        stage.network.mood = "says"
        second = stage.bot()
        await stage.passing(100)
        assert stage.network.texts == ["reminder", "live", "another"]
        assert await stage.states() == [("reminder", "failed", 1), ("another", "sent", 1)]
        await second.stop()

    staged(story)


def test_what_one_tenant_has_broken_is_no_trouble_for_another() -> None:
    async def story(stage: Stage) -> None:
        bot = stage.bot()
        bot.voice.hear_of("no tenant")
        bot.voice.hear_of("main")
        await bot.voice.say_later("main", HERE, "reminder", None, stage.clock.now())
        await until(lambda: stage.network.texts == ["reminder"])
        await bot.stop()

    staged(story)


def test_while_the_database_is_away_lines_wait_in_memory_up_to_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.bot.saying.outbox.UNWRITTEN_COUNT_MAX", 3)

    async def story(stage: Stage) -> None:
        await stage.close_database()
        stage.network.mood = "is away"
        bot = stage.bot()
        for number in range(5):
            await bot.voice.say("main", HERE, str(number))
        await stage.passing(600)
        assert (bot.voice.vitals()["waiting"], bot.voice.vitals()["lost"]) == (3, 2)
        stage.network.mood = "says"
        await stage.open_database()
        await until(lambda: len(stage.network.said) == 3, seconds_max=100, look_seconds=LOOK_SECONDS)
        assert stage.network.texts == ["0", "1", "2"]
        await bot.stop()
        assert [state for _, state, _ in await stage.states()] == ["sent"] * 3

    staged(story)


def test_the_tenants_come_back_to_a_bot_that_has_just_started() -> None:
    async def story(stage: Stage) -> None:
        stage.network.mood = "is away"
        first = stage.bot()
        for tenant in ("main", "other", "third"):
            await first.voice.say(tenant, HERE, tenant)
        await stage.passing(1)
        first.kill()
        stage.network.mood = "says"
        second = stage.bot()
        await until(lambda: len(stage.network.said) == 3, seconds_max=100, look_seconds=LOOK_SECONDS)
        assert sorted(stage.network.texts) == ["main", "other", "third"]
        await second.stop()

    staged(story)


def test_what_stands_there_as_being_said_is_given_up_and_a_tenant_that_is_heard_of_is_looked_after() -> None:
    async def story(stage: Stage) -> None:
        now = stage.clock.now()
        entry = Entry(say=Say(id="x", network="irc", channel="a", text="x"), due_at=now, order=1, state="saying")
        await stage.shelf.put("main", entry.draft(0))
        bot = stage.bot()
        bot.voice.hear_of("main")
        await stage.passing(5)
        # Another bot may be at it just now.
        assert await stage.states() == [("x", "saying", 0)]
        await stage.passing(60)
        [ended] = await stage.entries()
        assert (ended.state, ended.reason) == ("failed", NOT_KNOWN)
        assert stage.network.asked == []
        await bot.stop()

    staged(story)


def test_more_entries_than_memory_is_given_come_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.bot.saying.outbox.HELD_COUNT_MAX", 5)

    async def story(stage: Stage) -> None:
        first = stage.bot()
        now = stage.clock.now()
        for number in range(40):
            at = now + timedelta(seconds=1_000 + 37 * (number * 17 % 40))
            await first.voice.say_later("main", Place("irc", f"c{number % 3}"), str(number * 17 % 40), None, at)
        assert int(str(first.voice.vitals()["waiting"])) <= 10
        await first.stop()
        second = stage.bot()
        await stage.passing(5_000)
        assert sorted(map(int, stage.network.texts)) == list(range(40))
        await second.stop()

    staged(story)
