"""Bots that die, bots that meet, and a broker that comes and goes: nothing is said twice."""

from datetime import timedelta

import pytest

from services.bot.command import Place
from services.bot.saying.outbox import NOT_KNOWN
from shared.bus.memory import Point
from tests.services.bot.stage import HERE, Stage, staged

STEPS_MAX = 40


def test_two_bots_say_a_line_once() -> None:
    async def story(stage: Stage) -> None:
        bots = [stage.bot(), stage.bot()]
        at = stage.clock.now() + timedelta(seconds=100)
        for number in range(20):
            await bots[0].voice.say_later("main", Place("irc", f"c{number}"), "once", None, at)
        bots[1].voice.hear_of("main")
        await stage.passing(10_000)
        assert sorted(say.channel for say in stage.network.said) == sorted(f"c{number}" for number in range(20))
        assert {state for _, state, _ in await stage.states()} == {"sent"}
        for bot in bots:
            await bot.stop()

    staged(story)


class Death:
    """Kills a bot at its n-th step on the bus."""

    def __init__(self, step: int) -> None:
        self._steps_left = step
        self.bot_is_dead = False

    def reached(self, point: Point) -> None:
        self._steps_left -= 1
        if self._steps_left == 0:
            self.bot_is_dead = True


@pytest.mark.parametrize("step", range(1, STEPS_MAX))
def test_a_bot_that_dies_at_any_step_says_nothing_twice_and_loses_nothing_that_was_written_down(step: int) -> None:
    async def story(stage: Stage) -> None:
        death = Death(step)

        def reached(point: Point) -> None:
            death.reached(point)
            if death.bot_is_dead:
                first.kill()

        first = stage.bot(reached)
        await first.voice.say("main", HERE, "kept")
        await first.voice.say("main", HERE, "also")
        await stage.passing(150)
        await stage.network.open()
        await stage.passing(150)
        if not death.bot_is_dead:
            assert stage.network.texts == ["kept", "also"]
        await first.stop() if not death.bot_is_dead else first.kill()
        written = {entry.say.text: entry.state for entry in await stage.entries()}
        second = stage.bot()
        second.voice.hear_of("main")
        await stage.passing(2_000)
        await second.stop()
        assert len(stage.network.said) == len(set(stage.network.texts))
        assert {text for text, state in written.items() if state in ("waiting", "sent")} <= set(stage.network.texts)
        ended = await stage.entries()
        assert {entry.state for entry in ended} <= {"sent", "failed"}
        assert all(entry.reason == NOT_KNOWN for entry in ended if entry.state == "failed")

    staged(story, has_network=False)


@pytest.mark.parametrize("seed", range(12))
def test_in_foul_weather_nothing_is_said_twice_and_what_was_certainly_not_said_is(seed: int) -> None:
    async def story(stage: Stage) -> None:
        bot = stage.bot()
        stage.network.mood = "is away"
        for number in range(10):
            if number == 5:
                stage.broker.down()
                await stage.passing(stage.chance.uniform(0, 20))
                stage.broker.up()
            await bot.voice.say("main", Place("irc", f"c{number % 2}"), str(number))
            await stage.passing(stage.chance.uniform(0, 30))
            if stage.chance.random() < 0.3:
                stage.broker.down()
                await stage.passing(stage.chance.uniform(0, 5))
                stage.broker.up()
        stage.network.mood = "says"
        unconfirmed = bot.voice.vitals()["unconfirmed"]
        await stage.passing(5_000)
        await bot.stop()
        assert len(stage.network.said) == len(set(stage.network.texts))
        assert len(stage.network.said) + int(str(unconfirmed)) >= 10

    staged(story, seed)
