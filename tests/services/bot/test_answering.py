"""One call from start to end: whatever a command does, it costs only its own call, and what counts is on record."""

import asyncio
from collections.abc import Awaitable, Callable
from copy import copy
from functools import partial
from typing import Any

import pytest

from services.bot.arguments import Rest
from services.bot.command import Answer, Call, Command
from shared.errors import Conflict, Invalid, NotFound, Unavailable
from shared.settings import BotSettings, Grant
from tests.services.bot.house import OWNER, House, in_house
from tests.until import until

Work = Callable[..., Awaitable[Any]]

GIVE_UP_SECONDS = 8.0
BROKE = "odd broke; the log says why."


async def echo(call: Call, text: Rest) -> str:
    return text


def odd(work: Work, **more: Any) -> Command:
    return Command("odd", "what a stranger has written", work, **more)


ECHO = Command("echo", "says it again", echo)


def answers(command: Command, *lines: str, bot: BotSettings | None = None, author: str = "ada") -> list[str]:
    """What is said to the lines, one after the other."""

    async def story(house: House) -> None:
        for line in lines:
            await house.line(line, author=author)
        await house.line("!echo the end", author="olga")
        await until(lambda: any("the end" in say.text for say in house.said), seconds_max=600)

    said = [say.text for say in in_house(story, bot=bot, commands=(command, ECHO)).said]
    assert said[-1] == "the end"
    return said[:-1]


def answers_of(*works: Callable[[], object]) -> list[str]:
    """What is said to commands that return or raise this, one after the other."""

    async def work(call: Call, number: int) -> object:
        return works[number]()

    return answers(odd(work), *(f"!odd {number}" for number in range(len(works))), author="olga")


def test_what_returns_nonsense_has_broken() -> None:
    odd_lines: Any = 5
    odd_line: Any = [None]
    nonsense = (None, 7, b"bytes", ["a", 5], {"a": "b"}, object(), Answer(odd_lines), Answer(odd_line))
    assert answers_of(*(partial(copy, each) for each in nonsense)) == [BROKE] * len(nonsense)


def test_a_text_several_or_an_answer_are_said() -> None:
    results = ("one line", ["one line"], ("one line",), Answer(["one line"]), Answer("one line"))
    assert answers_of(*(partial(copy, each) for each in results)) == ["one line"] * len(results)


def test_what_breaks_costs_its_own_call_alone() -> None:
    errors = (ValueError("x"), SystemExit(1), KeyError(), ExceptionGroup("x", [OSError()]), asyncio.CancelledError())
    assert answers_of(*(partial(throw, each) for each in errors)) == [BROKE] * len(errors)


def test_what_it_raises_of_ours_is_said_in_its_own_words() -> None:
    errors = (Invalid("so not"), NotFound("so not"), Conflict("so not"), Unavailable("so not"))
    assert answers_of(*(partial(throw, each) for each in errors)) == ["so not"] * len(errors)


def throw(error: BaseException) -> object:
    raise error


@pytest.mark.parametrize("changes", [False, True])
def test_what_hangs_is_given_up_even_if_it_is_deaf(changes: bool) -> None:
    ended = asyncio.Event()

    async def work(call: Call) -> str:
        while not ended.is_set():
            try:
                await ended.wait()
            except asyncio.CancelledError:
                continue
        return "too late"

    async def story(house: House) -> None:
        began = house.clock.loop.time()
        doubt = " It may have been done or not." if changes else ""
        assert await house.answer_to("!odd") == [f"odd took longer than 8 s, so I gave it up.{doubt}"]
        assert GIVE_UP_SECONDS <= house.clock.loop.time() - began < GIVE_UP_SECONDS + 0.1
        assert await house.answer_to("!echo still here") == ["still here"]
        ended.set()

    in_house(story, commands=(odd(work, changes=changes), ECHO))


def test_who_may_not_is_told_so_and_it_is_on_record() -> None:
    ran: list[str] = []

    async def work(call: Call) -> str:
        ran.append(call.who.name)
        return "done"

    async def story(house: House) -> None:
        assert await house.answer_to("!odd") == ["odd is for owners, and you are a member here."]
        assert await house.answer_to("!odd", author="olga") == ["done"]
        # What only reads but not for everybody is noted, and nobody waits for it.
        await until(lambda: house.vital("audit_written") == 2)
        denied, done = await house.audit()
        assert (denied["author"], denied["allowed"], denied["result"]) == ("ada", False, "denied")
        assert (done["author"], done.get("allowed"), done["result"]) == ("olga", True, "ok")

    in_house(story, commands=(odd(work, role="owner"),))
    assert ran == ["olga"]


def test_who_is_ignored_meets_silence() -> None:
    roles = (OWNER, Grant(who="ada", role="ignored"))
    assert answers(ECHO, "!echo hello", "!echo", bot=BotSettings(roles=roles)) == []


def test_wrong_words_get_the_usage_and_no_cooldown() -> None:
    async def work(call: Call, text: Rest) -> str:
        return text

    slow = odd(work, cooldown_seconds=30)
    said = answers(slow, "!odd", "!odd first", "!odd second", "!odd third")
    assert said[0].endswith("Usage: !odd TEXT…")
    assert said[1:] == ["first", "odd can be given again in 30 s."]


def test_a_flood_of_one_person_gets_one_line_about_it() -> None:
    said = answers(ECHO, *(f"!echo {number}" for number in range(15)))
    assert said == [*map(str, range(10)), "More than 10 commands a minute of yours: again in 6 s."]


def test_what_changes_is_on_record_with_before_and_after() -> None:
    async def work(call: Call, text: Rest) -> Answer:
        nonsense: Any = object()
        return Answer(["done"], before={"old": 1}, after=nonsense)

    async def story(house: House) -> None:
        assert await house.answer_to("!odd  some   words", data={"account": "lovelace"}) == ["done"]
        # Nothing to wait for: it was written before anything was said.
        [entry] = await house.audit()
        assert (entry["author"], entry["account"], entry["network"], entry["channel"]) == (
            "ada",
            "lovelace",
            "irc",
            "py",
        )
        assert (entry["command"], entry["arguments"], entry["role"]) == ("odd", "some   words", "member")
        assert (entry["result"], entry["before"]) == ("ok", {"old": 1})
        assert str(entry["after"]).startswith("<object object")

    in_house(story, commands=(odd(work, changes=True),))


def test_what_was_done_and_could_not_be_recorded_is_said_honestly_and_the_next_is_not_done() -> None:
    done: list[str] = []

    houses: list[House] = []

    async def work(call: Call, text: Rest) -> str:
        done.append(text)
        if text == "first":
            await houses[0].close("ingest", "database")
        return "done"

    async def story(house: House) -> None:
        houses.append(house)
        said = await house.answer_to("!odd first", lines=2)
        assert said == ["done", "This was done, but it is not on record yet."]
        assert await house.answer_to("!odd second") == ["I can't record this now, so I don't do it."]
        await house.open_database()
        await until(lambda: house.vital("audit_behind_seconds") == 0, seconds_max=60)
        assert await house.answer_to("!odd third") == ["done"]
        entries = await house.audit()
        assert [(entry["arguments"], entry["result"]) for entry in entries if entry["result"] == "ok"] == [
            ("first", "ok"),
            ("third", "ok"),
        ]

    in_house(story, commands=(odd(work, changes=True),))
    assert done == ["first", "third"]


def test_reads_are_recorded_where_the_settings_say_so() -> None:
    async def story(house: House) -> None:
        await house.answer_to("!echo hello")
        await house.answer_to("!echo")
        await house.wait(1)
        expected = [("hello", "ok"), ("", "usage")] if house.settings.bot.audit_reads else []
        assert [(entry.get("arguments", ""), entry["result"]) for entry in await house.audit()] == expected

    for audit_reads in (False, True):
        in_house(story, commands=(ECHO,), bot=BotSettings(audit_reads=audit_reads))


def test_what_is_for_one_alone_is_told_in_private() -> None:
    async def work(call: Call) -> str:
        return "a secret"

    async def story(house: House) -> None:
        await house.answer_to("!odd", lines=2)
        assert house.texts()["@ada"] == ["a secret"]
        assert "a secret" not in house.texts()["py"]

    in_house(story, commands=(odd(work, private=True),))


def test_a_word_that_is_no_command_gets_a_hint_in_private_and_silence_elsewhere() -> None:
    async def story(house: House) -> None:
        await house.line("!ecko hello")
        assert await house.answer_to("ecko hello", "irc.@ada") == [
            "There is no command ecko. Do you mean echo? Say help to see them all."
        ]
        [said] = await house.answer_to("\u3000\x00\x1b[31m\u202e" + "x" * 9_000, "irc.@ada")
        assert said.isprintable()
        assert len(said) < 100
        assert list(house.texts()) == ["@ada"]

    in_house(story, commands=(ECHO,))
