"""`stats`: how much is kept of this channel or of somebody, who says most, and when."""

import asyncio
from collections.abc import Sequence

from services.bot.arguments import Name
from services.bot.command import Call, Command
from services.bot.documents import NAME_CHARACTERS
from services.bot.wording import counted, listed, moment, short
from shared.contracts.figures import Count, Figures, GetFigures
from shared.contracts.stats import CollectionStats, GetStats
from shared.errors import Unavailable

TOP = 5
WORD_CHARACTERS = 30


async def _stats(call: Call, name: Name | None = None) -> Sequence[str]:
    if name is not None:
        return await _of_somebody(call, name)
    # Who says what in private is counted nowhere.
    if call.place.is_private:
        return [_totals(call, await _kept(call))]
    try:
        figures = await call.ask(GetFigures(collection=call.place.collection, top=TOP))
    except Unavailable:
        return [_totals(call, await _kept(call)), "The search does not answer, so there are no other figures."]
    return _of_the_channel(call, figures)


async def _kept(call: Call) -> CollectionStats | None:
    collection = call.place.collection
    collections = (await call.ask(GetStats(collection=collection))).collections
    return next((each for each in collections if each.collection == collection), None)


def _totals(call: Call, kept: CollectionStats | None) -> str:
    if kept is None or not kept.documents:
        return _nothing_of(call)
    last = f", the last one of {moment(kept.last_at)}" if kept.last_at else ""
    where = "This conversation" if call.place.is_private else _channel(call)
    return f"{where}: {counted(kept.documents, 'line')}{last}."


def _of_the_channel(call: Call, figures: Figures) -> Sequence[str]:
    if not figures.documents:
        return [_nothing_of(call)]
    since = f" since {moment(figures.first_at)}" if figures.first_at else ""
    totals = f"{counted(figures.documents, 'line')} by {counted(figures.authors, 'author')}"
    lines = [f"{_channel(call)}: {totals}{since}."]
    if figures.top_authors:
        lines.append(f"Most was said by {_top(figures.top_authors)}.")
    return [*lines, *_times(figures), *_topics(figures)]


async def _of_somebody(call: Call, name: str) -> Sequence[str]:
    shown = short(name, NAME_CHARACTERS)
    everywhere, here = await asyncio.gather(
        call.ask(GetFigures(author=name, top=TOP)),
        call.ask(GetFigures(author=name, collection=call.place.collection, top=TOP)),
    )
    if not everywhere.documents:
        return [f"Nothing is kept of {shown} yet."]
    since = f", the first one of {moment(everywhere.first_at)}" if everywhere.first_at else ""
    of_here = "" if call.place.is_private else f"{counted(here.documents, 'line')} here and "
    lines = [f"{shown}: {of_here}{counted(everywhere.documents, 'line')} in all{since}."]
    return [*lines, *_times(everywhere), *_topics(everywhere)]


def _times(figures: Figures) -> Sequence[str]:
    parts: list[str] = []
    if figures.high_water:
        high = figures.high_water
        parts.append(f"Most in one minute: {high.documents:,}, at {moment(high.minute)}.")
    if any(figures.hours):
        hour = max(range(len(figures.hours)), key=figures.hours.__getitem__)
        parts.append(f"The busiest hour begins at {hour:02}:00 UTC.")
    return [" ".join(parts)] if parts else []


def _topics(figures: Figures) -> Sequence[str]:
    return [f"Mostly about {_top(figures.top_keywords)}."] if figures.top_keywords else []


def _top(counts: Sequence[Count]) -> str:
    return listed([f"{short(each.value, WORD_CHARACTERS)} ({each.count:,})" for each in counts], TOP)


def _nothing_of(call: Call) -> str:
    return f"Nothing is kept of {'this conversation' if call.place.is_private else _channel(call)} yet."


def _channel(call: Call) -> str:
    return short(call.place.channel, NAME_CHARACTERS)


commands = (
    Command(
        "stats",
        "how much is kept of this channel or of somebody, who says most, and when",
        _stats,
        examples=("stats", "stats ada"),
    ),
)
