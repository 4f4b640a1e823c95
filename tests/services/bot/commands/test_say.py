"""`say`: the bot says a line, here or in another channel."""

import pytest

from services.bot.command import Place
from services.bot.commands.say import commands
from services.bot.rehearsal import HERE, RehearsalDesk, rehearse
from shared.contracts.stats import CollectionStats, GetStats, Stats
from shared.errors import Invalid, NotFound, PostilError
from shared.settings import Role

[SAY] = commands


def known(query: GetStats) -> Stats:
    """Everything but `nowhere`."""
    name = query.collection or ""
    there = () if "nowhere" in name else (CollectionStats(collection=name, documents=1, last_seq=1),)
    return Stats(documents=1, last_seq=1, announced_seq=1, collections=there)


def desk_of(role: Role) -> RehearsalDesk:
    return RehearsalDesk({GetStats: known}, role=role)


@pytest.mark.parametrize("text", ["hello", "hello. there", ".hello there", "a.b", "console.general  hello"])
async def test_here(text: str) -> None:
    desk = desk_of("moderator")
    answer = await rehearse(SAY, text, desk=desk)
    said = text.removeprefix("console.general  ")
    assert desk.said == [(HERE, said)]
    assert (answer.lines, answer.after) == ([], {"place": "console.general", "text": said})


async def test_in_another_channel() -> None:
    desk = desk_of("moderator")
    answer = await rehearse(SAY, "console.py.dev  hello there", desk=desk)
    assert desk.said == [(Place("console", "py.dev"), "hello there")]
    assert answer.lines == ["To console.py.dev: it is on its way."]
    assert answer.after == {"place": "console.py.dev", "text": "hello there"}


@pytest.mark.parametrize(
    ("words", "role", "said"),
    [
        ("irc.office hello", "moderator", "irc.office is another channel: to speak there takes the role owner."),
        ("console.@bob hello", "moderator", "Only an owner may say something in other people's private conversations."),
        ("irc.@ada hello", "moderator", "Only an owner may say something in other people's private conversations."),
        ("console.py hello", "member", "console.py is another channel: to speak there takes the role moderator."),
        ("console.nowhere hello", "moderator", "Nothing was ever heard in console.nowhere."),
        ("console.a* hello", "owner", "console.a* can't be a channel."),
        (f"console.{'x' * 5_000} hello", "owner", f"console.{'x' * 71}\N{HORIZONTAL ELLIPSIS} can't be a channel."),
    ],
)
async def test_what_is_refused(words: str, role: Role, said: str) -> None:
    desk = desk_of(role)
    with pytest.raises((Invalid, NotFound)) as refused:
        await rehearse(SAY, words, desk=desk)
    assert (refused.value.detail, desk.said) == (said, [])


@pytest.mark.parametrize(("words", "role"), [("irc.@bob hello", "owner"), ("console.@ada hello", "moderator")])
async def test_private_conversations_of_others_are_an_owners(words: str, role: Role) -> None:
    desk = desk_of(role)
    await rehearse(SAY, words, desk=desk)
    assert [place.is_private for place, _ in desk.said] == [True]


async def test_nothing_to_say() -> None:
    with pytest.raises(PostilError) as refused:
        await rehearse(SAY, "  ")
    assert "!say TEXT" in refused.value.detail


def test_it_is_a_moderators_and_recorded() -> None:
    assert (SAY.role, SAY.changes) == ("moderator", True)
