"""Documents on their way out, one JSON object each, as the database serves them: what `import` takes back."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from pydantic_core import from_json, to_json

from services.cli.patiently import patiently
from services.cli.session import Session
from shared.bus.wire import Delivery
from shared.contracts.changes import Change, ChangePage, ListChanges
from shared.contracts.documents import GetDocument, ListDocuments
from shared.contracts.stats import GetStats, Stats
from shared.errors import NotFound

PAGE_COUNT = 500
GETS_MAX = 16
AWAY_SECONDS_MAX = 15.0


@dataclass(frozen=True, slots=True)
class Portion:
    """Some documents, how far they bring us, and how far there is to go."""

    documents: Sequence[bytes]
    done: int
    total: int


async def all_documents(session: Session, collection: str | None) -> AsyncIterator[Portion]:
    """As they are now, in the order of their creation."""
    after: str | None = None
    done = 0
    while True:
        query = ListDocuments(collection=collection, limit=PAGE_COUNT, after=after)
        reply = await _asked(session, query.verb, query.encode())
        # Not as a class: what a newer database says of its documents shall not get lost on the way.
        page = from_json(reply.payload)
        done += len(page["items"])
        yield Portion([to_json(each) for each in page["items"]], done, page["total"])
        after = page["next"]
        if after is None:
            return


async def documents_put(
    session: Session, collection: str | None, *, since: int, until: int | None
) -> AsyncIterator[Portion]:
    """What was put in (since, until], each document once, as it stood at `until`, in the order of its last put.

    What was deleted by then is left out, and so is a version that the history no longer keeps.
    """
    stats = Stats.decode((await _asked(session, GetStats.verb, GetStats().encode())).payload)
    end = stats.last_seq if until is None else min(until, stats.last_seq)
    slots = asyncio.Semaphore(GETS_MAX)
    position = since
    while position < end:
        query = ListChanges(since=position, limit=PAGE_COUNT, collection=collection)
        page = ChangePage.decode((await _asked(session, query.verb, query.encode())).payload)
        puts = [change for change in page.items if change.op == "put" and change.seq <= end]
        found = await asyncio.gather(*(_as_it_stood(session, change, end, slots) for change in puts))
        position = min(page.last_seq, end) if page.items else end
        yield Portion([each for each in found if each is not None], position - since, end - since)


async def _as_it_stood(session: Session, change: Change, end: int, slots: asyncio.Semaphore) -> bytes | None:
    """The document, unless a later change up to the end has another version of it, or its end."""
    async with slots:
        try:
            reply = await _asked(session, GetDocument.verb, GetDocument(id=change.id, at=end).encode())
        except NotFound:
            return None
    document = from_json(reply.payload)
    return to_json(document) if document["version"] == change.version else None


async def _asked(session: Session, verb: str, payload: bytes) -> Delivery:
    return await patiently(lambda: session.bus.ask_raw(session.tenant, verb, payload), seconds_max=AWAY_SECONDS_MAX)
