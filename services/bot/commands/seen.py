"""`seen`: when somebody was last heard, and what they said."""

import asyncio
from collections.abc import Sequence

from services.bot.arguments import Name
from services.bot.command import Call, Command
from services.bot.documents import NAME_CHARACTERS, as_said, holds_secrets, when
from services.bot.wording import ago, moment, short
from shared.contracts.chat import network_and_channel
from shared.contracts.documents import Document
from shared.contracts.search import Filter, Found, Search


async def _seen(call: Call, name: Name) -> Sequence[str]:
    if name == call.who.name:
        return [f"You are here, {short(name, NAME_CHARACTERS)}: you have just asked."]
    here, anywhere = await asyncio.gather(
        call.ask(_last_of(Filter(author=name, collection=call.place.collection))),
        call.ask(_last_of(Filter(author=name))),
    )
    last_here, last = _readable(call, here), _readable(call, anywhere)
    if last is not None and last.collection == call.place.collection:
        # Between the two questions the index may have come further.
        last_here, last = max(last, last_here or last, key=when), None
    shown = short(name, NAME_CHARACTERS)
    if last_here is None and last is None:
        return [f"{shown} was never heard."]
    lines = [f"{shown} was last heard here {_told(call, last_here)}"] if last_here else []
    if last and (last_here is None or when(last) > when(last_here)):
        where = network_and_channel(last.collection)
        place = short(".".join(where) if where else last.collection, NAME_CHARACTERS)
        only = "" if last_here else "never here, but "
        lines.append(f"{shown} was {only}last heard in {place} {_told(call, last)}")
    return lines


def _last_of(filter_: Filter) -> Search:
    return Search(filter=filter_, sort="time", limit=1)


def _readable(call: Call, found: Found) -> Document | None:
    return next((hit.document for hit in found.hits if call.may_read(hit.document.collection)), None)


def _told(call: Call, document: Document) -> str:
    said = "something secret" if holds_secrets(document) else as_said(document)
    return f"{ago(call.at - when(document))} ({moment(when(document))}): {said}"


commands = (Command("seen", "when somebody was last heard, and what they said", _seen, examples=("seen ada",)),)
