"""The transcript of docs/BOT.md, said line by line to the running system."""

import re
from collections.abc import Iterator
from typing import NamedTuple
from uuid import uuid4

from tests.docs.test_bot import blocks
from tests.flow.stranger import FAST, Stranger, introduced
from tests.flow.test_bot_commands import CHANNEL, channel_in
from tests.system import System
from tests.until import until

# What is another each time: dates, times, the names of watches.
_CHANGING = re.compile(r"\d{4}-\d{2}-\d{2}|\d{2}:\d{2}(?::\d{2})?|w-[0-9a-f]{4}")
ANYTHING = "…"


class Turn(NamedTuple):
    author: str
    text: str
    answer: list[str]


def turns() -> Iterator[Turn]:
    [transcript] = blocks("chat")
    turn: Turn | None = None
    for line in transcript.splitlines():
        who, text = line.split(maxsplit=1)
        if who != "postil":
            if turn is not None:
                yield turn
            turn = Turn(who, text, [])
        else:
            assert turn is not None, "the bot speaks when it is spoken to"
            turn.answer.append(text)
    assert turn is not None
    yield turn


def pattern_of(line: str) -> re.Pattern[str]:
    steady = _CHANGING.sub("\0", line)
    escaped = re.escape(steady).replace(re.escape(ANYTHING), ".*")
    return re.compile(escaped.replace(re.escape("\0"), f"(?:{_CHANGING.pattern})"))


async def kept_and_found(stranger: Stranger, turn: Turn) -> None:
    id = uuid4().hex
    await stranger.publish({"id": id, "author": turn.author, "text": turn.text}, CHANNEL)
    await stranger.notes(id, FAST)

    async def found_by_all_means() -> bool:
        found = await stranger.ask("search", {"query": turn.text})
        return [hit["id"] for hit in found["hits"]] == [id] and not found["degraded"]

    await until(found_by_all_means)


async def test_the_transcript_is_true(system: System) -> None:
    said = list(turns())
    assert sum(len(turn.answer) for turn in said) > 10
    async with introduced(system.url, f"t{uuid4().hex}") as somebody, channel_in(system, somebody.tenant) as channel:
        for turn in said:
            if not turn.answer:
                await kept_and_found(somebody, turn)
                continue
            heard = await channel.asked(turn.text, len(turn.answer), turn.author)
            assert len(heard) == len(turn.answer), heard
            for expected, line in zip(turn.answer, heard, strict=True):
                assert pattern_of(expected).fullmatch(line), (expected, line)
