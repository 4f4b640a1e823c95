"""`seen`: when somebody was last heard, and what they said."""

from datetime import timedelta
from typing import Any

import pytest

from services.bot.command import Place
from services.bot.commands.seen import commands
from services.bot.rehearsal import HERE, MOMENT, RehearsalDesk, rehearse
from shared.contracts.search import Filter, Found, Search
from tests.services.bot.samples import HOSTILE, a_hit, a_note, is_one_line

[SEEN] = commands
NOBODY = Found(hits=(), total=0)


def desk_with(here: Found = NOBODY, anywhere: Found = NOBODY) -> RehearsalDesk:
    def reply(query: Search) -> Found:
        assert isinstance(query.filter, Filter)
        return here if query.filter.collection else anywhere

    return RehearsalDesk({Search: reply})


def one(id: str = "line", **more: Any) -> Found:
    return Found(hits=(a_hit(id, **more),), total=1)


async def test_heard_here() -> None:
    answer = await rehearse(SEEN, "@bob", desk=desk_with(one(), one()))
    assert answer.lines == ["bob was last heard here 30 minutes ago (2026-01-01 11:30 UTC): <bob> hello"]


async def test_heard_elsewhere_since() -> None:
    later = one("other", collection="chat.irc.office", occurred_at=MOMENT - timedelta(minutes=1))
    lines = (await rehearse(SEEN, "bob", desk=desk_with(one(), later))).lines
    assert lines[1] == "bob was last heard in irc.office 1 minute ago (2026-01-01 11:59 UTC): <bob> hello"
    [only] = (await rehearse(SEEN, "bob", desk=desk_with(anywhere=later))).lines
    assert only.startswith("bob was never here, but last heard in irc.office 1 minute ago")


async def test_what_was_heard_here_between_the_two_questions_is_heard_here() -> None:
    later = one("later", text="hello again", occurred_at=MOMENT - timedelta(minutes=1))
    told = ["bob was last heard here 1 minute ago (2026-01-01 11:59 UTC): <bob> hello again"]
    for here, anywhere in ((one(), later), (later, one()), (NOBODY, later)):
        assert (await rehearse(SEEN, "bob", desk=desk_with(here, anywhere))).lines == told


async def test_never_heard() -> None:
    assert (await rehearse(SEEN, "bob", desk=desk_with())).lines == ["bob was never heard."]


async def test_oneself() -> None:
    assert (await rehearse(SEEN, "ada")).lines == ["You are here, ada: you have just asked."]


@pytest.mark.parametrize("name", ['"Ada Lovelace"', "a*", 'x"', "a)OR(b", "author:bob", "-bob"])
async def test_a_name_is_no_query(name: str) -> None:
    desk = desk_with()
    await rehearse(SEEN, name, desk=desk)
    meant = "Ada Lovelace" if "Ada" in name else name
    here = Search(filter=Filter(author=meant, collection="chat.console.general"), sort="time", limit=1)
    assert desk.asked == [here, Search(filter=Filter(author=meant), sort="time", limit=1)]


@pytest.mark.parametrize("place", [HERE, Place("irc", "@carol")])
async def test_what_was_said_in_private_stays_there(place: Place) -> None:
    private = one(collection="chat.irc.@bob")
    answer = await rehearse(SEEN, "bob", desk=desk_with(private, private), place=place)
    assert answer.lines == ["bob was never heard."]


async def test_secrets_are_not_told() -> None:
    secret = one(text="hunter2", annotations=(a_note("secrets", {"secrets": [{"kind": "password"}]}),))
    [line] = (await rehearse(SEEN, "bob", desk=desk_with(secret, secret))).lines
    assert line.endswith(": something secret")


async def test_hostile_lines_are_harmless() -> None:
    hostile = one(text=HOSTILE, author=HOSTILE[:900], collection="notes")
    for line in (await rehearse(SEEN, "bob", desk=desk_with(anywhere=hostile))).lines:
        assert is_one_line(line)
