"""`status`: who is up, who is missing, and how far each has come."""

import asyncio
from collections.abc import Iterator, Sequence
from datetime import timedelta

from services.bot.command import Call, Command, Vital
from services.bot.wording import counted, listed, short, span_in_words
from shared.contracts.search import GetIndexes
from shared.contracts.stats import GetStats
from shared.errors import PostilError

NAME_CHARACTERS = 40
# What everybody misses when one of them is away.
MISSED = {
    "ingest": "ingest does not answer: what is published waits.",
    "database": "database does not answer: nothing is stored just now, and what is published waits.",
    "search": "search does not answer: nothing is found, and there are no figures.",
    "analysis": "analysis does not answer: no new annotations, and searches go by words alone.",
    "bot": "bot is not listed, though it has just answered you.",
}


async def _status(call: Call) -> Sequence[str]:
    """Whatever can't be said costs its own sentence alone."""
    services, log, indexes = await asyncio.gather(_services(call), _log(call), _indexes(call))
    up = f"The bot has been up for {span_in_words(call.at - call.desk.started_at)}."
    return [*services, " ".join((log, indexes, up))]


async def _services(call: Call) -> Sequence[str]:
    try:
        vitals = await call.desk.vitals()
    except PostilError:
        return ["The bus does not say who is up."]
    present = {vital.name for vital in vitals}
    missing = [sentence for name, sentence in MISSED.items() if name not in present]
    up = f"Up: {listed(list(_up(vitals)))}." if vitals else "Nobody says to be up."
    return [up, " ".join(missing)] if missing else [up]


def _up(vitals: Sequence[Vital]) -> Iterator[str]:
    for vital in sorted(vitals, key=lambda each: (each.name, -each.up_seconds)):
        name = short(vital.name, NAME_CHARACTERS)
        yield f"{name} for {span_in_words(timedelta(seconds=vital.up_seconds), parts_max=1)}"


async def _log(call: Call) -> str:
    try:
        stats = await call.ask(GetStats())
    except PostilError:
        return "The database does not say how much is stored."
    behind = stats.last_seq - stats.announced_seq
    announced = "all announced" if behind <= 0 else f"{behind:,} of them not announced yet"
    return f"{counted(stats.documents, 'document')}, {counted(stats.last_seq, 'change')}, {announced}."


async def _indexes(call: Call) -> str:
    try:
        indexes = (await call.ask(GetIndexes())).indexes
    except PostilError:
        return "The search does not say how far its indexes are."
    late = [
        f"{short(each.index, NAME_CHARACTERS)} is {max(0, each.last_seq - each.applied_seq):,} behind"
        + ("" if each.state == "READY" else f" and {each.state.lower()}")
        for each in indexes
        if each.state != "READY" or each.applied_seq < each.last_seq
    ]
    return f"Of the indexes, {listed(late)}." if late else "The indexes are up to date."


commands = (Command("status", "who is up, who is missing, and how far each has come", _status),)
