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
    "ingest": "The ingest does not answer: what is published waits.",
    "database": "The database does not answer: nothing is stored just now, and what is published waits.",
    "search": "The search does not answer: nothing is found, and there are no figures.",
    "analysis": "The analysis does not answer: no summaries, no new annotations, and searches go by words alone.",
}


async def _status(call: Call) -> Sequence[str]:
    """Whatever can't be said costs its own sentence alone."""
    services, kept, indexed = await asyncio.gather(_services(call), _kept(call), _indexed(call))
    return [*services, f"{kept} {indexed}".rstrip()]


async def _services(call: Call) -> Sequence[str]:
    try:
        vitals = await call.desk.vitals()
    except PostilError:
        return ["The bus does not say who is up."]
    present = {vital.name for vital in vitals}
    missing = [sentence for name, sentence in MISSED.items() if name not in present]
    return [" ".join(_up(vitals)) or "Nobody says to be up.", *([" ".join(missing)] if missing else [])]


def _up(vitals: Sequence[Vital]) -> Iterator[str]:
    """Who is up for the same time stands together. Of several of one name, the eldest is told."""
    eldest: dict[str, float] = {}
    for vital in vitals:
        eldest[vital.name] = max(vital.up_seconds, eldest.get(vital.name, 0.0))
    together: dict[str, list[str]] = {}
    for name, seconds in sorted(eldest.items(), key=lambda each: (-each[1], each[0])):
        span = span_in_words(timedelta(seconds=seconds), parts_max=1)
        together.setdefault(span, []).append(short(name, NAME_CHARACTERS))
    for span, names in together.items():
        yield f"Up for {span}: {listed(sorted(names))}."


async def _kept(call: Call) -> str:
    try:
        stats = await call.ask(GetStats())
    except PostilError:
        return "The database does not say how much is stored."
    behind = stats.last_seq - stats.announced_seq
    late = f", and {counted(behind, 'change')} still to be passed on" if behind > 0 else ""
    return f"{counted(stats.documents, 'document')} stored{late}."


async def _indexed(call: Call) -> str:
    try:
        indexes = (await call.ask(GetIndexes())).indexes
    except PostilError:
        return "The search does not say how far it is."
    if not indexes:
        return ""
    behind = max(each.last_seq - each.applied_seq for each in indexes)
    building = [short(each.index, NAME_CHARACTERS) for each in indexes if each.state == "BUILDING"]
    anew = f" Made anew just now: {listed(building)}." if building else ""
    return (f"The search is {counted(behind, 'change')} behind." if behind > 0 else "The search is up to date.") + anew


commands = (Command("status", "who is up, who is missing, and how far each has come", _status),)
