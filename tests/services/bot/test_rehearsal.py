"""A command can be tried without a bot, and sees there what it would see of one."""

from datetime import timedelta

import pytest

from services.bot.arguments import Rest
from services.bot.command import Answer, Call, Command, Place, Result, Vital
from services.bot.rehearsal import ADA, HERE, MOMENT, RehearsalDesk, rehearse
from shared.contracts.stats import GetStats, Stats
from shared.errors import Conflict, Invalid, NobodyThere

STATS = Stats(documents=3, last_seq=3, announced_seq=3, collections=())


async def _kept(call: Call) -> str:
    return f"{(await call.ask(GetStats())).documents} documents"


kept = Command("kept", "how much is kept", _kept)


async def _told(call: Call, text: Rest) -> Result:
    role = await call.role()
    before = await call.desk.grant(call.tenant, call.place, "bob", "moderator", call.who)
    await call.desk.say(call.tenant, call.private_place, text)
    id = await call.desk.say_later(call.tenant, call.place, text, call.who.name, call.at + timedelta(hours=1))
    reloaded = await call.desk.reload()
    up = [vital.name for vital in await call.desk.vitals()]
    return Answer((role, before, id, *reloaded.lines, *up, *call.desk.rest(call)), private=True, after=id)


told = Command("told", "tell the desk everything", _told)


async def test_a_question_is_answered_from_what_was_given() -> None:
    desk = RehearsalDesk({GetStats: STATS})
    assert (await rehearse(kept, desk=desk)).lines == ["3 documents"]
    assert desk.asked == [GetStats()]
    by_function = RehearsalDesk({GetStats: lambda query: STATS.model_copy(update={"documents": 4})})
    assert (await rehearse(kept, desk=by_function)).lines == ["4 documents"]


async def test_an_error_is_raised_and_without_a_reply_nobody_is_there() -> None:
    with pytest.raises(Conflict, match="too late"):
        await rehearse(kept, desk=RehearsalDesk({GetStats: Conflict("too late")}))
    with pytest.raises(NobodyThere, match="nobody answers stats"):
        await rehearse(kept)


async def test_the_desk_remembers_what_it_was_told() -> None:
    desk = RehearsalDesk(vitals=[Vital("bot", "1", 1.0, {})], rest=["more"], role="owner")
    answer = await rehearse(told, " hello  there ", desk=desk)
    assert answer == Answer(
        ["owner", "member", "promise-1", "reloaded", "bot", "more"], private=True, after="promise-1"
    )
    assert desk.granted == [(HERE, "bob", "moderator")]
    assert desk.said == [(Place("console", "@ada"), "hello  there")]
    assert desk.promised == [(HERE, "hello  there", ADA.name, MOMENT + timedelta(hours=1))]


async def test_wrong_arguments_are_refused_with_the_usage() -> None:
    with pytest.raises(Invalid, match=r"TEXT is missing. Usage: \+told TEXT"):
        await rehearse(told, desk=RehearsalDesk(prefix="+"))
