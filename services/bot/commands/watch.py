"""`watch`: a standing query whose finds are told in this channel."""

import re
from collections.abc import Sequence

from pydantic import JsonValue

from services.bot.arguments import Rest
from services.bot.command import Answer, Call, Command, Place
from services.bot.documents import misread, refuse_what_is_kept_apart
from services.bot.wording import counted, short
from shared.contracts.standing import (
    STANDING_COLLECTION,
    DropStanding,
    ListStanding,
    SaveStanding,
    StandingQuery,
    standing_id,
)
from shared.errors import Conflict, Invalid, NotFound
from shared.shelf import Shelf

# In one channel.
WATCHES_MAX = 10
QUERY_CHARACTERS_MAX = 1_000
SHOWN_CHARACTERS_MAX = 160
_NAME_BITS = 16
_TRIES_MAX = 20
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


async def _watch(call: Call, query: Rest) -> Answer:
    if len(query) > QUERY_CHARACTERS_MAX:
        raise Invalid(f"A query that is watched has at most {QUERY_CHARACTERS_MAX:,} characters.")
    # No standing query ever finds that: nobody shall wait in vain.
    refuse_what_is_kept_apart(query)
    known = (await call.ask(ListStanding())).items
    here = [each for each in known if each.channel == _channel(call.place)]
    for each in here:
        if each.query == query:
            raise Conflict(f"{each.name} watches for that here already.")
    if len(here) >= WATCHES_MAX:
        raise Invalid(f"There are {len(here)} watches here already, which is the most: unwatch one.")
    name = _new_name(call, known)
    channel = _channel(call.place)
    try:
        await call.ask(SaveStanding(name=name, query=query, author=call.signature, channel=channel))
    except Invalid as error:
        raise misread(error) from error
    line = f"{name} tells you here of every new document for {short(query, SHOWN_CHARACTERS_MAX)}"
    return Answer([f"{line} ({call.desk.prefix}unwatch {name} ends it)"], after={"name": name, "query": query})


async def _unwatch(call: Call, name: str) -> Answer:
    document = await Shelf(call.desk).get(call.tenant, standing_id(name)) if _NAME.fullmatch(name) else None
    match document.data if document is not None and document.collection == STANDING_COLLECTION else None:
        case {"channel": str(channel), "query": str(query)} if channel == _channel(call.place):
            before: JsonValue = {"name": name, "query": query}
        case _:
            raise NotFound(f"Nothing is watched here under the name {short(name, 64)}.")
    await call.ask(DropStanding(name=name))
    return Answer([f"{name} has ended."], before=before)


async def _watches(call: Call) -> Sequence[str]:
    known = (await call.ask(ListStanding())).items
    here = [each for each in known if each.channel == _channel(call.place)]
    if not here:
        return ["Nothing is watched here."]
    return [_told(each) for each in here]


def _told(standing: StandingQuery) -> str:
    by = f", by {short(standing.author, 60)}" if standing.author else ""
    found = f"found {counted(standing.matches, 'document')}" if standing.matches else "has found nothing yet"
    return f"{standing.name}: {short(standing.query, SHOWN_CHARACTERS_MAX)} ({found}{by})"


def _new_name(call: Call, known: Sequence[StandingQuery]) -> str:
    taken = {each.name for each in known}
    for _ in range(_TRIES_MAX):
        name = f"w-{call.chance.getrandbits(_NAME_BITS):04x}"
        if name not in taken:
            return name
    raise Conflict("There was no free name to be found: try again.")


def _channel(place: Place) -> str:
    return f"{place.network}.{place.channel}"


commands = (
    Command(
        "watch",
        "hear in this channel of every new document for a query",
        _watch,
        changes=True,
        examples=("watch printer jam", "watch collection:tickets priority:high"),
    ),
    Command("unwatch", "end a watch", _unwatch, changes=True, examples=("unwatch w-3f9a",)),
    Command("watches", "what is watched here", _watches),
)
