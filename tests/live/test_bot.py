"""The bot while others are in trouble, and while it is in trouble itself."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from random import Random

import pytest
import pytest_asyncio

from tests.flow.stranger import Json, Stranger
from tests.live.hostile_chat import ANSWERED, AUTHORS, NOT_ANSWERED, PAYLOADS, UNHEARD
from tests.live.talking import SAID, Talk, talking
from tests.services.bot.samples import is_one_line
from tests.system import UNMEASURED, System, running_system
from tests.until import until

VARIABLES = {
    **UNMEASURED,
    "POSTIL_BOT__ASK_SECONDS_MAX": "1",
    "POSTIL_BOT__FAILURES_MAX": "1",
    "POSTIL_BOT__REST_SECONDS": "0.3",
    "POSTIL_BOT__CONFIRM_SECONDS_MAX": "0.5",
    "POSTIL_BOT__RETRY_SECONDS": "0.7",
    "POSTIL_SEARCH__EMBED_SECONDS_MAX": "0.3",
    # However often it is killed.
    "POSTIL_UP__RESTART_SECONDS_MAX": "0.1",
}
AWAY = "The database does not answer just now; your line is safe."
WORDS = ("about", "claims", "more", "stats", "seen")
UNRECORDED = "I can't record this now, so I don't do it."


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def system(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[System]:
    """Each test leaves it well."""
    async with running_system(tmp_path_factory.mktemp("bot") / "data", variables=VARIABLES) as running:
        yield running


@pytest_asyncio.fixture
async def talk(system: System) -> AsyncIterator[Talk]:
    async with talking(system) as talk:
        yield talk


async def texts_of(stranger: Stranger, collection: str) -> Sequence[str]:
    items = (await stranger.ask("list", {"collection": collection}))["items"]
    return [item.get("text", "") for item in items]


async def test_while_the_database_does_not_answer_it_says_so_and_the_line_is_safe(system: System, talk: Talk) -> None:
    assert await talk.asked("!claims") == ["Nobody holds anything."]
    with system.held("database"):
        await talk.tell("said meanwhile")
        assert await talk.asked("!recent 1") == [AWAY]
        assert await talk.asked("!claim T-1") == [AWAY]
        assert await talk.asked("!claim T-1") == [UNRECORDED]
        assert len(await talk.asked("!about", 2)) == 2
    assert (await talk.until_answered("!claim T-1", "T-1 ")).endswith("Its number is 1.")
    assert "said meanwhile" in await texts_of(talk.stranger, "chat.console.room")
    [claims] = await talk.asked("!claims")
    assert claims.startswith("T-1: ada@console until ")


async def test_without_the_analysis_it_does_what_needs_none(system: System, talk: Talk) -> None:
    before = system.kill("analysis")
    # It has not opened its doors yet: it is there, and away.
    await system.until_another("analysis", than=before)
    with system.held("analysis"):
        await talk.tell("look out", "hall", author="bob")
        id = await talk.tell("a lighthouse in the fog", author="bob")
        await talk.stranger.until_found({"query": "fog", "mode": "text"}, [id])
        head, hit = await talk.asked("!search fog", 2)
        assert head == "1 found (by words alone, because meanings can't be compared just now):"
        assert hit.startswith(f"{id} · bob · ")
        [sorry] = await talk.asked("!summary")
        assert sorry == "Summaries are made by the analysis, and it does not answer just now; your line is safe."
        assert (await talk.asked("!show " + id, 2))[1] == "a lighthouse in the fog"
        assert (await talk.asked("!seen bob"))[0].endswith("a lighthouse in the fog")
        await talk.until_answered("!stats bob", "bob: 1 line here and 2 lines in all")
        assert (await talk.asked("!recent", channel="hall"))[0].endswith("<bob> look out")
        assert (await talk.asked("!quote add it is foggy")) == ["That is quote #1."]
    assert (await talk.until_answered("!summary", "Here, ")).endswith(", in their own words:")


async def test_without_the_search_there_are_totals_only(system: System, talk: Talk) -> None:
    await talk.asked("!claims")
    with system.held("search"):
        totals, no_more = await talk.asked("!stats", 2)
        assert totals.startswith("room: ")
        assert no_more == "The search does not answer, so there are no other figures."
        [sorry] = await talk.asked("!search fog")
        assert sorry == "The search does not answer just now; your line is safe, and what needs no search still works."
        assert await talk.asked("!claims") == ["Nobody holds anything."]
    await talk.until_answered("!stats bob", "Nothing is kept of bob yet.")


async def test_it_is_there_again_when_the_broker_is(system: System, talk: Talk) -> None:
    assert await talk.asked("!claims") == ["Nobody holds anything."]
    bot = system.pids["bot"]
    await system.until_another("broker", than=system.kill("broker"))
    await until(lambda: talk.stranger.client.is_connected)
    for command, answer in (
        ("!claims", "Nobody holds anything."),
        ("!stats bob", "Nothing is kept of bob yet."),
        ("!summary", "There was nothing to sum up here"),
    ):
        await talk.until_answered(command, answer)
    assert system.pids["bot"] == bot


async def entries(stranger: Stranger) -> Sequence[Json]:
    """Of the outbox."""
    items: Sequence[Json] = (await stranger.ask("list", {"collection": "postil.outbox"}))["items"]
    return items


async def until_states(stranger: Stranger, **states: int) -> None:
    async def are_there() -> bool:
        return Counter(entry["kind"] for entry in await entries(stranger)) == states

    await until(are_there)


async def test_what_waits_to_be_said_outlives_it_and_is_said_once(system: System, talk: Talk) -> None:
    mine, stranger = Talk(talk.stranger, "mine"), talk.stranger
    await mine.tell("!about")
    await mine.tell("!remind me 1s look at the printer", channel="hall")
    await until_states(stranger, waiting=4)
    before = system.kill("bot")
    mine.reply = lambda say: SAID if say["channel"] == "room" else None
    await mine.listen()
    # Nobody tells the new one of this tenant.
    await system.until_another("bot", than=before)
    await until_states(stranger, sent=4)
    kept = [entry["data"] for entry in await entries(stranger)]
    assert sorted(mine.texts) == sorted(each["say"]["text"] for each in kept)
    for each in kept:
        is_in_doubt = each.get("reason", "").startswith("it is not known whether it was said")
        assert is_in_doubt == (each["say"]["channel"] == "hall")
    await talk.until_answered("!claims")
    assert len(mine.heard) == len(kept)


async def test_killed_at_any_moment_it_says_nothing_twice(system: System, talk: Talk) -> None:
    chance = Random(5)
    taken: list[Json] = []
    replies = [SAID, None, SAID, b""]

    def in_turn(say: Json) -> bytes | None:
        """What is turned away may come again."""
        reply = replies[len(talk.heard) % len(replies)]
        if reply != b"":
            taken.append(say)
        return reply

    talk.reply = in_turn
    for _ in range(3):
        before, enough = system.pids["bot"], len(talk.heard) + chance.randrange(1, 50)
        telling = asyncio.gather(*(talk.tell(f"!help {word}", f"c{n}") for n in range(14) for word in WORDS))
        await until(lambda: len(talk.heard) >= enough, look_seconds=0)  # noqa: B023  it is over before the next turn
        system.kill("bot")
        await telling
        await system.until_another("bot", than=before)
        await talk.until_answered("!claims")

    async def nothing_waits() -> bool:
        return not any(entry["kind"] == "waiting" for entry in await entries(talk.stranger))

    replies[:] = [SAID, None]
    await until(nothing_waits)
    assert len(taken) > 50
    assert max(Counter(say["id"] for say in taken).values()) == 1
    assert max(Counter((say["in_reply_to"], say["text"]) for say in taken).values()) == 1


async def test_fifty_channels_at_once_lose_nothing(talk: Talk) -> None:
    client, tenant = talk.stranger.client, talk.stranger.tenant
    for number in range(1_000):
        line = {"id": f"l{number}", "author": "ada", "text": "hello" if number % 10 else "!claims"}
        await client.publish(f"postil.{tenant}.docs.chat.console.c{number // 10 % 50}", json.dumps(line).encode())
    await until(lambda: len(talk.heard) >= 100)

    async def all_are_kept() -> bool:
        return bool((await talk.stranger.ask("stats", {}))["documents"] == 1_000)

    await until(all_are_kept)
    assert Counter(say["in_reply_to"] for say in talk.heard) == {f"l{number}": 1 for number in range(0, 1_000, 10)}


async def test_hostile_lines_get_a_harmless_answer_or_none(system: System, talk: Talk) -> None:
    before, stranger = system.pids["bot"], talk.stranger
    talk.parrot = "polly"
    for text, part in ANSWERED.items():
        assert part in (await talk.asked(text))[0], text[:40]
    for text in NOT_ANSWERED:
        await talk.tell(text)
        await talk.asked("!claims")
    for author in AUTHORS:
        assert "about: what this bot is" in (await talk.asked("!help about", author=author))[0]
    unheard = [await talk.tell("!help", author=author) for author in UNHEARD]
    for payload in PAYLOADS:
        await stranger.publish(payload, "chat.console.room")
    await talk.asked("!claims")
    assert not any(talk.answers(id) for id in unheard)
    assert system.pids["bot"] == before
    # A mention is broken by a sign that nobody sees.
    shown = [text.replace("\N{WORD JOINER}", "") for text in talk.texts]
    assert [text for text in shown if not is_one_line(text) or len(text.encode()) > 400] == []
    assert not any(text.startswith("!") or "@everyone" in text for text in talk.texts)
    assert not {"event_failed", "command_failed", "lane_failed", "audit_refused"} & {
        each["event"] for each in system.events
    }
