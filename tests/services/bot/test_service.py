"""The bot hears chat lines as they are published, and answers its commands, whatever else goes on."""

from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest

from services.bot.arguments import Rest
from services.bot.command import Call, Command, Person, Place
from services.bot.service import build
from services.bot.trust.roles import Roles
from shared.bus.bus import Bus
from shared.bus.memory import MemoryBroker, MemoryWire
from shared.runtime.process import Context
from shared.settings import BotSettings, Grant, IrcSettings, Settings
from shared.shelf import Shelf
from tests.services.bot.house import OWNER, House, in_house
from tests.simulation.loop import Simulation, run_simulated
from tests.until import until


async def echo(call: Call, text: Rest) -> str:
    return text


ECHO = Command("echo", "says it again", echo)
SMALL = (ECHO,)
EVERYBODY = BotSettings(roles=(Grant(who="*", role="owner"),))


def test_a_command_is_answered_in_its_channel_to_whom_gave_it() -> None:
    async def story(house: House) -> None:
        assert await house.answer_to("!echo hello", id="l1") == ["hello"]

    [say] = in_house(story, commands=SMALL).said
    assert (say.network, say.channel, say.to, say.in_reply_to) == ("irc", "py", "ada", "l1")


def test_a_plain_text_line_is_heard_too_and_a_channel_may_have_dots() -> None:
    async def story(house: House) -> None:
        await house.publish(b"!echo hello", "irc.a.b")
        await until(lambda: house.said != [])

    assert in_house(story, commands=SMALL).texts() == {"a.b": ["hello"]}


def test_several_lines_of_one_message_are_each_heard() -> None:
    async def story(house: House) -> None:
        await house.publish(orjson.dumps([{"text": "!echo a"}, {"text": "hello"}, {"text": "!ECHO b"}]))
        await until(lambda: len(house.said) == 2)

    assert in_house(story, commands=SMALL).texts() == {"py": ["a", "b"]}


def test_what_is_no_command_is_not_answered() -> None:
    async def story(house: House) -> None:
        for payload in (b"hello !echo x", b"!unknown", b"", b'{"txt": "!echo x"}', b"\xff!echo x", b"[1]", b"! echo x"):
            await house.publish(payload)
        await house.publish(b"!echo nowhere", "irc")
        assert await house.answer_to("!echo last") == ["last"]

    assert len(in_house(story, commands=SMALL).said) == 1


def test_in_a_private_conversation_no_prefix_is_needed() -> None:
    async def story(house: House) -> None:
        assert await house.answer_to("echo hello", "irc.@ada") == ["hello"]

    assert in_house(story, commands=SMALL).said[0].to is None


def test_fifty_channels_are_answered_in_order_and_lose_nothing() -> None:
    async def story(house: House) -> None:
        for number in range(20):
            for channel in range(50):
                await house.line(f"!echo {number}", f"irc.c{channel}")
        await until(lambda: len(house.said) >= 1_000)

    house = in_house(story, commands=SMALL, bot=EVERYBODY)
    assert house.texts() == {f"c{channel}": [*map(str, range(20))] for channel in range(50)}
    assert house.vital("dropped") == 0


def test_a_slow_command_holds_up_its_own_channel_alone() -> None:
    async def story(house: House) -> None:
        await house.line("!wait 5s")
        await house.line("!echo behind it")
        began = house.clock.loop.time()
        assert await house.answer_to("!echo elsewhere", "irc.other") == ["elsewhere"]
        assert house.clock.loop.time() - began < 0.1
        await until(lambda: len(house.said) == 3)

    assert in_house(story, commands=SMALL).texts()["py"] == ["waited", "behind it"]


def test_a_flood_in_one_channel_is_bounded_and_told_once() -> None:
    async def story(house: House) -> None:
        for number in range(100):
            await house.line(f"!wait {number + 1}s" if number == 0 else f"!echo {number}")
        assert await house.answer_to("!echo fine", "irc.other") == ["fine"]
        await until(lambda: house.vital("in_lanes") == 0)

    house = in_house(story, commands=SMALL, bot=EVERYBODY)
    dropped = house.vital("dropped")
    assert house.texts()["py"] == [
        "waited",
        f"Too many commands at once: {dropped} of them got no answer.",
        *map(str, range(1, 100 - int(str(dropped)))),
    ]
    assert dropped == 79


def test_a_publishers_retry_is_answered_once() -> None:
    async def story(house: House) -> None:
        for _ in range(3):
            await house.publish(b"!echo once", message_id="m1")
            await house.line("!echo by id", id="l1")
        await house.line("!echo last")
        await until(lambda: len(house.said) == 3)

    assert in_house(story, commands=SMALL).texts() == {"py": ["once", "by id", "last"]}


def test_an_import_of_what_was_said_long_ago_is_not_answered() -> None:
    async def story(house: House) -> None:
        long_ago = datetime(2020, 1, 1, tzinfo=UTC).isoformat()
        await house.publish(orjson.dumps([{"text": "!echo old", "occurred_at": long_ago}] * 500))
        await house.line("!echo old", occurred_at=long_ago)
        assert await house.answer_to("!echo new", occurred_at=house.clock.now().isoformat()) == ["new"]

    assert len(in_house(story, commands=SMALL).said) == 1


def test_bots_are_not_answered_so_two_of_them_never_talk_for_ever() -> None:
    async def story(house: House) -> None:
        await house.line("!echo !echo hello", author="otherbot", data={"bot": True})
        await house.line("!echo !echo hello", author="postil")
        # Not even where a network repeats what the bot has said as if a person had: its words are no command.
        heard = 0
        await house.line("!echo !echo !echo hello")
        for _ in range(10):
            await until(lambda: len(house.said) > 0)
            for say in house.said[heard:]:
                heard += 1
                await house.line(say.text, author="parrot")
            await house.wait(1)

    assert len(in_house(story, commands=SMALL).said) == 1


async def try_all_examples(house: House) -> int:
    """Every command as its own examples have it; says how many there are."""
    assert house.bot is not None
    examples = [example for command in house.bot.commands for example in command.examples or (command.word,)]
    for number, example in enumerate(examples):
        began = house.clock.loop.time()
        assert "broke" not in "".join(await house.answer_to(f"!{example}", f"irc.c{number}", author="olga"))
        assert house.clock.loop.time() - began < 9
    return len(examples)


@pytest.mark.parametrize("is_mute", [False, True])
def test_when_the_database_is_away_every_command_says_so_in_time(is_mute: bool) -> None:
    """Nobody there, or somebody who says nothing: each takes its own way through what the commands ask."""

    async def story(house: House) -> None:
        if is_mute:
            await house.muffle("get", "list", "recent", "put", "delete", "stats", "search", "figures")
        assert house.vital("answered") == 0
        assert await try_all_examples(house) == house.vital("answered")

    house = in_house(story, with_database=False)
    assert sum("does not answer" in say.text or "can't record" in say.text for say in house.said) > 15


def test_every_command_has_something_to_say_where_little_is_kept() -> None:
    async def story(house: House) -> None:
        await house.line("hello", "irc.office")
        assert await try_all_examples(house) > 30
        # What only the search and the analysis can give is missing here, and nobody else.
        assert not any("The database does not answer" in say.text for say in house.said)

    in_house(story)


def test_whoever_is_ignored_floods_nobody_and_takes_nobodys_turn() -> None:
    roles = (OWNER, Grant(who="mallory", role="ignored"))

    async def story(house: House) -> None:
        assert await house.answer_to("!echo before") == ["before"]
        await house.publish(orjson.dumps([{"author": "mallory", "text": "!echo x"}] * 100 + [{"text": "!echo after"}]))
        await until(lambda: len(house.said) == 2)
        assert (house.vital("ignored"), house.vital("dropped")) == (100, 0)

    assert in_house(story, commands=SMALL, bot=BotSettings(roles=roles)).texts() == {"py": ["before", "after"]}


def test_a_role_that_somebody_else_has_written_counts_at_once() -> None:
    async def story(house: House) -> None:
        assert await house.answer_to("!echo before") == ["before"]
        other = Roles(Shelf(house.bus), house.settings.bot, house.clock)
        place, olga = Place("irc", "py"), Person("olga")
        await other.grant("main", place, "ada", "ignored", olga)
        await house.wait(1)
        await house.line("!echo after")
        assert await house.answer_to("!echo bob's", author="bob") == ["bob's"]
        assert house.vital("ignored") == 1

    in_house(story, commands=SMALL)


def test_it_is_reloaded_and_says_what_has_changed() -> None:
    async def story(house: House) -> None:
        house.written = ValueError("prefix: too long\nand more")
        refusal = "The settings can't be read, so all stays as it was: prefix: too long"
        assert await house.answer_to("!reload", author="olga") == [refusal]
        irc = {"libera": IrcSettings(host="irc.example.org", channels=("#secret key",))}
        house.written = BotSettings(prefix="?", disabled=("quote add", "nothing"), roles=(OWNER,), tries_max=3, irc=irc)
        said = await house.answer_to("!reload", author="olga", lines=3)
        assert said[0].endswith("commands. Changed: commands offered, disabled, irc, prefix, tries_max.")
        assert said[1] == "Only after a restart: irc, tries_max."
        assert said[2] == "Refused: bot.disabled: there is no command 'nothing'"
        await house.line("!about")
        assert "Postil" in (await house.answer_to("?about"))[0]
        assert all("secret" not in str(entry) for entry in await house.audit())
        done = (await house.audit())[-1]
        assert isinstance(done["before"], dict)
        assert isinstance(done["after"], dict)
        assert (done["before"]["prefix"], done["after"]["prefix"]) == ("!", "?")

    in_house(story)


def test_the_desk_shows_who_is_up() -> None:
    async def story(house: House) -> None:
        said = " ".join(await house.answer_to("!status", lines=2))
        assert "database" in said
        assert "network" in said

    in_house(story)


def test_what_is_in_hand_is_still_said_when_it_stops() -> None:
    async def story(house: House) -> None:
        await house.line("!wait 2s")
        await house.line("!echo behind it")
        await until(lambda: house.vital("commands") == 2)
        await house.close("bot")

    assert in_house(story, commands=SMALL).texts() == {"py": ["waited", "behind it"]}


def test_a_network_that_cannot_be_meant_is_refused_and_the_others_work() -> None:
    irc = {"broken": IrcSettings(host="irc.example.org", nick="not a nick")}

    async def story(house: House) -> None:
        assert await house.answer_to("!echo hello") == ["hello"]
        assert house.vital("networks") == {"broken": None}

    in_house(story, commands=SMALL, bot=BotSettings(irc=irc))


def test_it_is_built_from_its_context(tmp_path: Path) -> None:
    async def story(simulation: Simulation) -> None:
        irc = IrcSettings(host="irc.example.org", channels=("#py",))
        settings = Settings(data=tmp_path, bot=BotSettings(irc={"libera": irc}))
        bus = Bus(MemoryWire(MemoryBroker(simulation.clock, simulation.chance), "bot"))
        service = await build(Context(bus, settings, simulation.clock))
        networks = service.vitals()["networks"]
        assert isinstance(networks, dict)
        assert networks["libera"]["channels"] == []

    run_simulated(story, 1)
