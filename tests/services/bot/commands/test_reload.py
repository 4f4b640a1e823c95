"""`reload`: the settings of the bot and its commands, read anew."""

from services.bot.commands.reload import commands
from services.bot.rehearsal import rehearse

[RELOAD] = commands


async def test_the_desk_reads_anew() -> None:
    assert (await rehearse(RELOAD)).lines == ["reloaded"]


def test_it_is_an_owners_and_recorded() -> None:
    assert (RELOAD.role, RELOAD.changes) == ("owner", True)
