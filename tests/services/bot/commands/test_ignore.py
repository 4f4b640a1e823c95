"""`ignore` and `unignore`."""

import pytest

from services.bot.command import Person, Place
from services.bot.commands.ignore import commands
from services.bot.rehearsal import RehearsalDesk, rehearse
from shared.errors import Conflict, Invalid, NotFound
from tests.services.bot.asked_roles import ADA, EVERYWHERE, HERE, MO, OLGA, Told, told
from tests.services.bot.commands.role_desk import RoleDesk
from tests.services.bot.samples import HOSTILE

IGNORE, UNIGNORE = commands


def test_somebody_is_ignored_here_and_heard_again() -> None:
    async def story(roles: Told) -> None:
        desk = RoleDesk(roles)
        answer = await rehearse(IGNORE, "@ADA", desk=desk, who=MO, place=HERE)
        assert (answer.lines, answer.before, answer.after) == (
            ["ADA is ignored here from now on."],
            "member",
            "ignored",
        )
        assert (await roles.of(), await roles.of(ADA, Place("irc", "rust"))) == ("ignored", "member")
        again = await rehearse(IGNORE, "ada", desk=desk, who=MO, place=HERE)
        assert again.lines == ["ada is ignored here already."]
        heard = await rehearse(UNIGNORE, "ada", desk=desk, who=MO, place=HERE)
        assert (heard.lines, heard.before, heard.after) == (["ada is heard again."], "ignored", "member")
        assert await roles.of() == "member"

    told(story)


def test_no_owner_is_ignored_and_no_role_is_lost_by_unignore() -> None:
    async def story(roles: Told) -> None:
        desk = RoleDesk(roles)
        with pytest.raises(Conflict, match="account:olga is an owner there"):
            await rehearse(IGNORE, "account:olga", desk=desk, who=MO, place=HERE)
        await rehearse(IGNORE, "*", desk=desk, who=MO, place=HERE)
        assert [await roles.of(each) for each in (OLGA, MO, ADA)] == ["owner", "moderator", "ignored"]
        await roles.give("bob", "moderator")
        with pytest.raises(Conflict, match="bob is not ignored here"):
            await rehearse(UNIGNORE, "bob", desk=desk, who=OLGA, place=HERE)
        assert await roles.of(Person("bob")) == "moderator"

    told(story)


def test_what_holds_beyond_the_channel_is_told() -> None:
    async def story(roles: Told) -> None:
        desk = RoleDesk(roles)
        await roles.give("ada", "ignored", OLGA, EVERYWHERE)
        with pytest.raises(NotFound, match="Nobody has given ada a role there"):
            await rehearse(UNIGNORE, "ada", desk=desk, who=OLGA, place=HERE)
        await roles.give("ada", "ignored", OLGA, HERE)
        answer = await rehearse(UNIGNORE, "ada", desk=desk, who=OLGA, place=HERE)
        assert answer.lines == ["ada is still ignored here, by what holds beyond this channel."]

    told(story)


@pytest.mark.parametrize("words", ["", "a b", '"a\x00b"', HOSTILE])
async def test_whoever_can_be_nobody_is_told_the_usage(words: str) -> None:
    desk = RehearsalDesk()
    for command in commands:
        with pytest.raises(Invalid, match=f"Usage: !{command.word} NAME"):
            await rehearse(command, words, desk=desk)
    assert desk.granted == []
