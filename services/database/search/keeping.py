"""Feedback and standing queries are documents of the house: written by the door that everyone writes by, and read back
from the log like everything else."""

import orjson
from pydantic import JsonValue

from services.database.search.figures.index import FiguresIndex
from services.database.search.language.filtering import node_of
from services.database.search.language.parsing import parse
from shared.bus.bus import Bus
from shared.clock import Clock
from shared.contracts.content import digest
from shared.contracts.documents import Deleted, DeleteDocument, Document, Draft, GetDocument
from shared.contracts.feedback import FEEDBACK_COLLECTION, FeedbackItems, GiveFeedback, ListFeedback
from shared.contracts.house import HOUSE_PREFIX
from shared.contracts.saving import PutDocuments, Saved
from shared.contracts.standing import STANDING_COLLECTION, SaveStanding, standing_id
from shared.errors import Invalid, NotFound

FEEDBACK_COUNT = 50
FEEDBACK_COUNT_MAX = 500
CURSOR_LENGTH_MAX = 20


class Keeping:
    def __init__(self, bus: Bus, clock: Clock) -> None:
        self._bus = bus
        self._clock = clock

    async def feedback(self, tenant: str, given: GiveFeedback) -> Saved:
        """Whoever says something else about the same thing later has changed his mind."""
        document = await self._bus.ask(tenant, GetDocument(id=given.id))
        data: dict[str, JsonValue] = {
            "about": document.id,
            "about_version": document.version,
            "step": given.step,
            "step_version": _step_version(document, given.step),
            "query": given.query,
            "thumb": given.thumb,
            "stars": given.stars,
            "correction": given.correction,
        }
        said: dict[str, JsonValue] = {name: value for name, value in data.items() if value is not None}
        id = None if given.author is None else _opinion_id(given, given.author)
        return await self._put(
            tenant,
            Draft(id=id, collection=FEEDBACK_COLLECTION, kind="feedback", author=given.author, data=said),
        )

    async def save_standing(self, tenant: str, standing: SaveStanding) -> Saved:
        parse(standing.query, self._clock.now())
        node_of(standing.filter, self._clock.now())
        kept = standing.model_dump(mode="json", include={"query", "filter", "channel"}, exclude_none=True)
        return await self._put(
            tenant,
            Draft(
                id=standing_id(standing.name),
                collection=STANDING_COLLECTION,
                kind="query",
                title=standing.name,
                author=standing.author,
                data=kept,
            ),
        )

    async def drop_standing(self, tenant: str, name: str) -> Deleted:
        id = standing_id(name)
        try:
            document = await self._bus.ask(tenant, GetDocument(id=id))
            if document.collection == STANDING_COLLECTION:
                return await self._bus.ask(tenant, DeleteDocument(id=id))
        except NotFound:
            pass
        raise NotFound(f"there is no standing query {name!r}")

    async def _put(self, tenant: str, draft: Draft) -> Saved:
        saved = (await self._bus.ask(tenant, PutDocuments(documents=(draft,)))).results[0]
        if saved.error is not None:
            raise saved.error.error()
        return saved


def feedback_page(figures: FiguresIndex, query: ListFeedback) -> FeedbackItems:
    """Its cursor is the number of the last document of the page before."""
    after = query.after
    if after is not None and not (after.isdecimal() and len(after) <= CURSOR_LENGTH_MAX):
        raise Invalid("after: not a cursor of this list; use the `next` of its page before")
    limit = query.limit or FEEDBACK_COUNT
    if limit > FEEDBACK_COUNT_MAX:
        raise Invalid(f"limit: at most {FEEDBACK_COUNT_MAX} items on a page")
    items, follows = figures.feedback(query.id, query.step, limit, None if after is None else int(after))
    return FeedbackItems(items=tuple(items), next=None if follows is None else str(follows))


def _step_version(document: Document, step: str | None) -> int | None:
    if step is None:
        return None
    for note in document.annotations:
        if note.step == step:
            return note.step_version
    raise Invalid(f"document {document.id!r} has no annotation by the step {step!r}")


def _opinion_id(given: GiveFeedback, author: str) -> str:
    """The same for the same author, document and matter."""
    matter = digest(orjson.dumps((author, given.id, given.step, given.query))).hex()
    return f"{HOUSE_PREFIX}feedback.{matter}"
