"""What is said, in which order and to whom; what a line is that its network did not take."""

from random import Random

import pytest

from services.bot.command import Answer, Person, Place
from services.bot.saying.speaking import TOLD, TOO_LONG, Voice
from shared.bus.bus import Bus
from shared.bus.nats import NatsWire
from shared.clock import SystemClock
from shared.contracts.chat import Say
from shared.errors import Invalid
from shared.settings import BotSettings
from shared.shelf import Shelf
from tests.broker import BrokerForTests
from tests.services.bot.stage import ADA, HERE, Mood, Stage, call_of, lines, staged
from tests.until import until


def test_the_lines_of_an_answer_are_said_in_order_and_the_first_to_whom_it_is_for() -> None:
    async def story(stage: Stage) -> None:
        bot = stage.bot()
        await bot.voice.answer(call_of(), lines("", "\u200b"))
        await bot.voice.answer(call_of(), lines("one", "", "two\nand more", "!three"))
        await until(lambda: bot.voice.vitals()["confirmed"] == 3)
        assert stage.network.texts == ["one", "two and more", "» !three"]
        assert [say.to for say in stage.network.said] == ["ada", None, None]
        assert {say.in_reply_to for say in stage.network.said} == {"line-1"}
        assert len({say.id for say in stage.network.said}) == 3
        await bot.stop()

    staged(story)


def test_a_line_does_not_wait_for_the_one_before_to_be_confirmed() -> None:
    async def story(stage: Stage) -> None:
        stage.network.mood = "is silent"
        bot = stage.bot()
        await bot.voice.answer(call_of(), lines("one", "two", "three"))
        await stage.passing(0.001)
        assert stage.network.texts == ["one", "two", "three"]
        assert bot.voice.vitals()["confirmed"] == 0

    staged(story)


@pytest.mark.parametrize(
    ("mood", "vital", "waiting"),
    [
        ("says", "confirmed", 0),
        ("is away", "waiting", 1),
        ("gives up", "unconfirmed", 0),
        ("is silent", "unconfirmed", 0),
        ("refuses", "failed", 0),
    ],
)
def test_what_a_network_answers_decides_what_becomes_of_a_line(mood: Mood, vital: str, waiting: int) -> None:
    async def story(stage: Stage) -> None:
        stage.network.mood = mood
        bot = stage.bot()
        await bot.voice.say("main", HERE, "hello")
        await until(lambda: bot.voice.vitals()[vital] == 1, seconds_max=30)
        await stage.passing(1)
        assert len(await stage.documents()) == waiting
        assert len(stage.network.asked) == 1
        await bot.stop()

    staged(story)


def test_a_lost_connection_may_have_been_after_the_line() -> None:
    async def story(stage: Stage) -> None:
        stage.network.mood = "is silent"
        bot = stage.bot()
        await bot.voice.say("main", HERE, "hello")
        await until(lambda: stage.network.texts == ["hello"])
        stage.broker.down()
        await until(lambda: bot.voice.vitals()["unconfirmed"] == 1)
        stage.broker.up()
        await stage.passing(3_600)
        assert stage.network.texts == ["hello"]
        assert await stage.documents() == []

    staged(story)


def test_a_private_answer_is_told_in_private_and_the_channel_learns_that_it_was() -> None:
    async def story(stage: Stage) -> None:
        bot = stage.bot()
        await bot.voice.answer(call_of(), Answer(["secret"], private=True))
        await bot.voice.answer(call_of(private=True), lines("secret, too"))
        await bot.voice.answer(call_of(Place("irc", "@ada"), private=True), lines("we are alone"))
        await until(lambda: len(stage.network.said) == 5)
        assert [(say.channel, say.text, say.to) for say in stage.network.said] == [
            ("python", TOLD, "ada"),
            ("@ada", "secret", None),
            ("python", TOLD, "ada"),
            ("@ada", "secret, too", None),
            ("@ada", "we are alone", None),
        ]
        await bot.stop()

    staged(story)


@pytest.mark.parametrize("name", ["", "*", "a b", ">", "a\x00"])
def test_what_is_private_is_not_said_in_the_channel_for_want_of_a_better_place(name: str) -> None:
    async def story(stage: Stage) -> None:
        bot = stage.bot()
        await bot.voice.answer(call_of(who=Person(name)), Answer(["secret"], private=True))
        await until(lambda: len(stage.network.said) == 1)
        assert "secret" not in stage.network.texts[0]
        assert stage.network.said[0].channel == "python"
        await bot.stop()

    staged(story)


def test_a_long_answer_is_paged_and_a_very_long_one_goes_private() -> None:
    async def story(stage: Stage) -> None:
        bot = stage.bot()
        await bot.voice.answer(call_of(), lines(*map(str, range(12))))
        await bot.voice.answer(call_of(), lines(*bot.voice.rest(call_of())))
        await bot.voice.answer(call_of(), lines(*map(str, range(13))))
        await until(lambda: len(stage.network.said) == 4 + 4 + 1 + 10)
        assert stage.network.texts[:4] == ["0", "1", "2", "… 9 more lines: !more"]
        assert stage.network.texts[4:9] == ["3", "4", "5", "… 6 more lines: !more", TOO_LONG]
        assert {say.channel for say in stage.network.said[9:]} == {"@ada"}
        assert bot.voice.rest(call_of(Place("irc", "@ada"))) == ["9", "10", "11", "12"]
        await bot.stop()

    staged(story)


def test_nothing_that_a_command_returns_breaks_out_of_its_line() -> None:
    async def story(stage: Stage) -> None:
        bot = stage.bot()
        hostile = [
            "x" * 2**20,
            "é\u0301" * 100_000,
            "\x00\x01\r\nQUIT",
            "@everyone",
            "\u202e/quit",
            " ".join("!ab" * 300),
        ]
        for text in hostile:
            await bot.voice.answer(call_of(who=Person("a\r\nQUIT :x")), lines(text))
        await until(lambda: bot.voice.vitals()["confirmed"] == len(stage.network.said) > 10)
        for say in stage.network.said:
            assert len(say.text.encode()) <= 400
            assert (say.text + (say.to or "")).isprintable() or "\u2060" in say.text
            assert not say.text.startswith(("!", "/", "@"))
        await bot.stop()

    staged(story)


def test_new_settings_count_for_what_is_said_from_now_on() -> None:
    async def story(stage: Stage) -> None:
        bot = stage.bot()
        bot.voice.use(BotSettings(prefix="hey", lines_count_max=2))
        await bot.voice.answer(call_of(), lines("hey you", "two", "three"))
        await until(lambda: len(stage.network.said) == 2)
        assert stage.network.texts == ["» hey you", "… 2 more lines: heymore"]
        await bot.stop()

    staged(story)


def test_a_line_for_elsewhere_is_a_page_at_the_most_and_its_place_must_be_one() -> None:
    async def story(stage: Stage) -> None:
        bot = stage.bot()
        await bot.voice.say("main", HERE, "many words " * 1_000)
        await until(lambda: len(stage.network.said) == 4)
        assert stage.network.texts[-1].endswith("…")
        assert max(len(text.encode()) for text in stage.network.texts) <= 400
        for place in (Place("irc", "*"), Place("irc", "a b"), Place("i.rc", "a"), Place("irc", "")):
            with pytest.raises(Invalid):
                await bot.voice.say("main", place, "hello")
        await bot.stop()

    staged(story)


def test_beyond_a_bound_of_what_is_unconfirmed_nobody_is_asked_and_nothing_waits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("services.bot.saying.speaking.UNCONFIRMED_MAX", 3)

    async def story(stage: Stage) -> None:
        stage.network.mood = "is silent"
        bot = stage.bot()
        await bot.voice.answer(call_of(), lines("1", "2", "3", "4"))
        await stage.passing(1)
        assert stage.network.texts == ["1", "2", "3", "4"]
        assert (bot.voice.vitals()["said"], bot.voice.vitals()["unconfirmed"]) == (4, 1)
        await stage.passing(20)
        assert (bot.voice.vitals()["said"], bot.voice.vitals()["unconfirmed"]) == (4, 4)
        await bot.stop()

    staged(story)


async def test_over_nats_nobody_is_told_from_somebody_who_only_listens(broker: BrokerForTests, wire: NatsWire) -> None:
    ears = await NatsWire.connect(broker.url, name="ears")
    heard: list[Say] = []
    bus = Bus(wire)
    settings = BotSettings(confirm_seconds_max=0.2)
    voice = Voice(bus, Shelf(bus), settings, SystemClock(), "voice-test", Random(1))
    listening = await ears.watch(
        "postil.voice-test.say.loud.>", lambda each: heard.append(Say.decode(each.payload)), lambda: None
    )
    for place in (Place("quiet", "a"), Place("loud", "a")):
        await voice.say("voice-test", place, "hello", to=ADA.name)
    await until(lambda: voice.vitals()["unconfirmed"] == 1)
    assert [(say.network, say.text, say.to) for say in heard] == [("loud", "hello", "ada")]
    assert voice.vitals() == {"said": 2, "confirmed": 0, "unconfirmed": 1, "failed": 0, "waiting": 1, "lost": 0}
    await listening.stop()
    await ears.close()
