"""`help`: which commands there are, and how one is given."""

import pytest

from services.bot.command import Call, Command, Place
from services.bot.commands.help import commands
from services.bot.rehearsal import RehearsalDesk, rehearse
from shared.errors import NotFound
from shared.settings import Role

[HELP] = commands


async def some_work(call: Call, count: int = 5) -> str:
    return f"{count}"


KNOWN = (
    Command("about", "what it is", some_work),
    Command("quote", "a quote", some_work),
    Command("quote add", "keep one", some_work),
    Command("quote get", "tell one", some_work),
    Command("reload", "read anew", some_work, role="owner", changes=True),
    Command("role add", "give a role", some_work, role="owner"),
    Command("seen", "who was here", some_work),
    Command("say", "say it", some_work, role="moderator", cooldown_seconds=1.5, private=True, examples=("say hello",)),
)


async def answered(words: str = "", role: Role = "member", place: Place | None = None) -> list[str]:
    desk = RehearsalDesk(commands=KNOWN, role=role)
    return list((await rehearse(HELP, words, desk=desk, place=place or Place("irc", "office"))).lines)


async def test_only_what_the_caller_may_give() -> None:
    beginning = "I keep what is said, and find it again: try !seen ada. !help COMMAND explains one of these:"
    assert await answered() == [beginning, "about · quote [add|get] · seen"]
    assert await answered(role="owner") == [
        beginning,
        "about · quote [add|get] · seen",
        "For a moderator: say",
        "For an owner: reload · role add",
    ]
    assert await answered(role="moderator") == (await answered(role="owner"))[:3]


async def test_one_command() -> None:
    assert await answered("say") == [
        "say: say it. Usage: !say [COUNT] (for the role moderator, once in 1.5 s and answered in private)",
        "As in: !say hello",
    ]
    assert await answered("!About") == ["about: what it is. Usage: !about [COUNT]"]


async def test_commands_that_begin_alike() -> None:
    assert await answered("quote") == [
        "quote: a quote. Usage: !quote [COUNT]",
        "quote add: keep one. Usage: !quote add [COUNT]",
        "quote get: tell one. Usage: !quote get [COUNT]",
    ]
    assert await answered("Quote  ADD") == ["quote add: keep one. Usage: !quote add [COUNT]"]


async def test_no_prefix_in_private() -> None:
    private = Place("irc", "@ada")
    assert (await answered(place=private))[0].endswith("try seen ada. help COMMAND explains one of these:")
    assert (await answered("say", place=private))[1] == "As in: say hello"


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("abuot", "There is no command abuot; there is about."),
        ("xyzzy", "There is no command xyzzy; !help names them all."),
        ("x\x00" + "y" * 100_000, "There is no command x\N{SYMBOL FOR NULL}yy"),
    ],
)
async def test_an_unknown_word(word: str, said: str) -> None:
    with pytest.raises(NotFound) as refused:
        await answered(word)
    assert refused.value.detail.startswith(said)
    assert len(refused.value.detail) < 150
