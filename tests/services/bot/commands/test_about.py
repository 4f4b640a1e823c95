"""`about`: what this bot is, for how long it has been up, and where to read on."""

from datetime import timedelta

from services.bot.command import Place
from services.bot.commands.about import commands
from services.bot.rehearsal import MOMENT, rehearse

[ABOUT] = commands


async def test_what_it_is() -> None:
    answer = await rehearse(ABOUT, at=MOMENT + timedelta(hours=3))
    first, second = answer.lines
    assert "Postil 1.2.3" in first
    assert second.startswith("Up for 3 hours. Say !help ")
    assert "docs/BOT.md" in second


async def test_no_prefix_in_private() -> None:
    answer = await rehearse(ABOUT, place=Place("irc", "@ada"))
    assert "Say help " in answer.lines[1]
