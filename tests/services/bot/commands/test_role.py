"""`role`: roles are shown, given and taken away."""

import pytest

from services.bot.command import Person, Place
from services.bot.commands.role import commands
from services.bot.rehearsal import HERE, RehearsalDesk, rehearse
from shared.errors import Conflict, Invalid
from shared.settings import Role
from tests.services.bot.asked_roles import ADA, MO, OLGA, Told, told
from tests.services.bot.commands.role_desk import RoleDesk
from tests.services.bot.samples import HOSTILE, is_one_line

[ROLE] = commands
PYTHON = Place("irc", "python")


@pytest.mark.parametrize(
    ("role", "line"),
    [
        ("owner", "bob is an owner here."),
        ("moderator", "bob is a moderator here."),
        ("member", "bob is a member here."),
        ("ignored", "bob is ignored here."),
    ],
)
async def test_a_role_is_shown(role: Role, line: str) -> None:
    desk = RehearsalDesk(role=role)
    answer = await rehearse(ROLE, "@bob", desk=desk)
    assert (answer.lines, answer.before, answer.after, desk.granted) == ([line], None, None, [])


@pytest.mark.parametrize(
    ("words", "place", "who", "role"),
    [
        ("bob moderator", HERE, "bob", "moderator"),
        ("@bob OWNER here", HERE, "bob", "owner"),
        ("account:bob ignored network", Place("console", "*"), "account:bob", "ignored"),
        ("host:*!*@bad.example none everywhere", Place("*", "*"), "host:*!*@bad.example", None),
    ],
)
async def test_it_is_given_where_it_was_said(words: str, place: Place, who: str, role: Role | None) -> None:
    desk = RehearsalDesk()
    await rehearse(ROLE, words, desk=desk)
    assert desk.granted == [(place, who, role)]


def test_it_is_given_and_taken_away_by_real_rules() -> None:
    async def story(roles: Told) -> None:
        desk = RoleDesk(roles)
        given = await rehearse(ROLE, "ada moderator", desk=desk, who=MO, place=PYTHON)
        assert (given.lines, given.before, given.after) == (["ada is a moderator here now."], "member", "moderator")
        assert await roles.of() == "moderator"
        shown = await rehearse(ROLE, "account:olga", desk=desk, who=MO, place=PYTHON)
        assert shown.lines == ["account:olga is an owner here."]
        again = await rehearse(ROLE, "ada moderator network", desk=desk, who=OLGA, place=PYTHON)
        assert again.lines == ["ada is a moderator on irc now."]
        taken = await rehearse(ROLE, "ada none", desk=desk, who=OLGA, place=PYTHON)
        assert (taken.lines, taken.after) == (["ada is a moderator here, as before."], "moderator")
        with pytest.raises(Conflict, match="can't make anybody an owner"):
            await rehearse(ROLE, "bob owner", desk=desk, who=ADA, place=PYTHON)
        with pytest.raises(Invalid, match="private"):
            await rehearse(ROLE, "bob owner", desk=desk, who=OLGA, place=Place("irc", "@olga"))
        everywhere = await rehearse(ROLE, "bob owner everywhere", desk=desk, who=OLGA, place=Place("irc", "@olga"))
        assert everywhere.lines == ["bob is an owner everywhere now."]

    told(story)


@pytest.mark.parametrize(
    "words", ["", "bob king", "bob owner there", "bob owner here now", f"bob {'9' * 5_000}", HOSTILE]
)
async def test_what_is_no_role_is_told_the_usage(words: str) -> None:
    desk = RehearsalDesk()
    with pytest.raises(Invalid, match=r"Usage: !role NAME \[") as caught:
        await rehearse(ROLE, words, desk=desk)
    assert desk.granted == []
    assert len(caught.value.detail) < 1_000


async def test_a_hostile_name_is_shown_as_one_line() -> None:
    [line] = (await rehearse(ROLE, '"a  b @everyone *"')).lines
    assert is_one_line(line)


def test_a_name_that_looks_like_an_account_is_none() -> None:
    async def story(roles: Told) -> None:
        assert await roles.of(Person("account:olga")) == "member"

    told(story)
