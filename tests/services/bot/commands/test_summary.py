"""`summary`: asks the analysis about here, about another channel or about a thread, and says what is missing."""

from datetime import timedelta
from typing import Any

import pytest

from services.bot.command import Answer, Place
from services.bot.commands.summary import commands
from services.bot.rehearsal import HERE, MOMENT, RehearsalDesk, rehearse
from shared.contracts.analysis import NO_MODEL, Digest, Summarise
from shared.errors import Invalid, TimedOut, Unavailable
from tests.services.bot.samples import HOSTILE, is_one_line

[SUMMARY] = commands
LOCAL = Digest(documents=3, points=("ada: It works.",), degraded=(NO_MODEL,))
PRIVATE = Place("console", "@ada")


def desk_with(**digests: Digest) -> RehearsalDesk:
    """By what is asked for: a collection without its `chat.console.`, or a thread of that name."""

    def reply(query: Summarise) -> Digest:
        channel = (query.collection or "").removeprefix("chat.console.")
        return digests.get(f"thread_{query.thread}" if query.thread else channel, Digest(documents=0))

    return RehearsalDesk({Summarise: reply})


async def asked(words: str, place: Place = HERE) -> list[dict[str, Any]]:
    desk = desk_with()
    await rehearse(SUMMARY, words, desk=desk, place=place)
    return [query.model_dump(exclude_defaults=True) for query in desk.asked]


async def summed_up(words: str = "", place: Place = HERE, **digests: Digest) -> Answer:
    return await rehearse(SUMMARY, words, desk=desk_with(**digests), place=place)


async def test_this_channel_since_yesterday() -> None:
    day = MOMENT - timedelta(days=1)
    assert await asked("") == [{"collection": "chat.console.general", "since": day}]
    assert await asked("2h") == [{"collection": "chat.console.general", "since": MOMENT - timedelta(hours=2)}]


async def test_another_channel_or_else_a_collection_or_a_thread() -> None:
    since = MOMENT - timedelta(days=3)
    assert await asked("ops 3d") == [
        {"collection": "chat.console.ops", "since": since},
        {"collection": "ops", "since": since},
        {"thread": "ops", "since": since},
    ]
    assert (await asked("chat.libera.#python 3d"))[0] == {"collection": "chat.libera.#python", "since": since}
    # It can't be a channel.
    assert await asked("a*b 3d") == [{"thread": "a*b", "since": since}]
    assert {"collection": "postil.audit", "since": since} not in await asked("postil.audit 3d")


async def test_in_their_own_words() -> None:
    assert await summed_up(general=LOCAL) == Answer(
        [
            "Here, 3 lines of the last day, in their own words:",
            "\N{BULLET} ada: It works.",
        ]
    )


async def test_in_the_words_of_a_model() -> None:
    digest = Digest(documents=1, summary="A disk was full.", points=("ada bought one",), model="ours")
    assert (await summed_up("T17", thread_T17=digest)).lines == [
        "Thread T17, 1 document of the last day, by ours:",
        "A disk was full.",
        "\N{BULLET} ada bought one",
    ]
    assert (await summed_up("ops", ops=digest)).lines[0] == "console.ops, 1 line of the last day, by ours:"


async def test_of_a_collection_that_is_no_chat() -> None:
    digest = Digest(documents=2, points=("ada: It jams.",), degraded=(NO_MODEL, "only the newest 2 were looked at"))
    desk = RehearsalDesk({Summarise: lambda asked: digest if asked.collection == "tickets" else Digest(documents=0)})
    assert (await rehearse(SUMMARY, "tickets 2h", desk=desk)).lines == [
        "tickets, 2 documents of the last 2 hours, in their own words:",
        "\N{BULLET} ada: It jams.",
        "It could be better: only the newest 2 were looked at.",
    ]


async def test_a_long_one_is_for_whoever_asked_alone() -> None:
    assert not (await summed_up(general=LOCAL)).private
    assert (await summed_up(general=LOCAL.model_copy(update={"summary": "x" * 600}))).private


async def test_nothing_was_there() -> None:
    assert (await summed_up()).lines == ["There was nothing to sum up here in the last day."]
    unknown = Digest(documents=0, degraded=("3 were left out",))
    assert (await summed_up("2h", general=unknown)).lines == [
        "There was nothing to sum up here in the last 2 hours: 3 were left out."
    ]
    empty = Digest(documents=2)
    assert (await summed_up(general=empty)).lines[0].endswith(": there is nothing to read in them.")


async def test_what_is_said_in_private_is_summed_up_there_only() -> None:
    assert (await asked("", PRIVATE))[0]["collection"] == "chat.console.@ada"
    assert (await asked("@ada", PRIVATE))[0]["collection"] == "chat.console.@ada"
    for words, place in (("@ada", HERE), ("@bob", PRIVATE), ("chat.irc.@bob", HERE)):
        with pytest.raises(Invalid, match="in private only"):
            await summed_up(words, place)


@pytest.mark.parametrize("error", [Unavailable("away"), TimedOut("late")])
async def test_the_analysis_is_away(error: Unavailable) -> None:
    with pytest.raises(Unavailable, match="Summaries are made by the analysis, and it does not answer just now"):
        await rehearse(SUMMARY, desk=RehearsalDesk({Summarise: error}))


@pytest.mark.parametrize("words", ["x" * 1_001, "9" * 5_000 + "d", "\x00" * 2_000, "ops " + "9" * 5_000 + "d", "a b c"])
async def test_what_makes_no_sense_is_refused(words: str) -> None:
    with pytest.raises(Invalid) as refused:
        await summed_up(words)
    assert is_one_line(refused.value.detail)


async def test_hostile_words_stay_lines() -> None:
    hostile = Digest(documents=1, summary="fine", points=(HOSTILE,), degraded=(HOSTILE,), model=HOSTILE)
    lines = (await summed_up(general=hostile)).lines
    assert all(map(is_one_line, lines))
