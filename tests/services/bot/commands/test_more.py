"""`more`: what was left of the last long answer."""

from services.bot.commands.more import commands
from services.bot.rehearsal import RehearsalDesk, rehearse

[MORE] = commands


async def test_the_rest_is_told() -> None:
    assert (await rehearse(MORE, desk=RehearsalDesk(rest=["three", "four"]))).lines == ["three", "four"]


async def test_nothing_is_left() -> None:
    assert (await rehearse(MORE)).lines == ["There is nothing more."]
