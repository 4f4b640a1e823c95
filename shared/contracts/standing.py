"""Standing queries: a query that is kept, and hears of every new document that matches it.

Such a query is a document in a collection of the house, so it is kept, exported and replayed as all of them are.
"""

from datetime import datetime
from typing import Annotated, ClassVar

from pydantic import StringConstraints

from shared.contracts.documents import Deleted, Document
from shared.contracts.message import Collection, Contract, Event, Query
from shared.contracts.saving import Saved
from shared.contracts.search import Filter, QueryText

STANDING_COLLECTION = "postil.queries"
# An id is unique in its tenant, so a query's name must not be in the way of anybody's document.
_ID_BEGINNING = "postil.query."

QueryName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]
# "network.channel", as in a chat line's subject.
Channel = Annotated[Collection, StringConstraints(pattern=r"^[^.]+\..+$")]
ShortText = Annotated[str, StringConstraints(min_length=1, max_length=1_000)]


def standing_id(name: str) -> str:
    """The id of the document that holds the query."""
    return f"{_ID_BEGINNING}{name}"


def standing_name(id: str) -> str | None:
    return id.removeprefix(_ID_BEGINNING) if id.startswith(_ID_BEGINNING) else None


class SaveStanding(Query[Saved]):
    """Keep a query under a name; saving another one under the same name replaces it. `channel` is for the bot."""

    verb: ClassVar[str] = "standing_save"
    changes: ClassVar[bool] = True
    answered_by: ClassVar[str] = "search"

    name: QueryName
    query: QueryText
    filter: Filter | QueryText | None = None
    author: ShortText | None = None
    channel: Channel | None = None


class StandingQuery(Contract):
    name: str
    query: str
    filter: Filter | str | None = None
    author: str | None = None
    channel: str | None = None
    since_seq: int = 0
    matches: int = 0


class StandingQueries(Contract):
    items: tuple[StandingQuery, ...]


class ListStanding(Query[StandingQueries]):
    verb: ClassVar[str] = "standing_list"
    answered_by: ClassVar[str] = "search"


class DropStanding(Query[Deleted]):
    verb: ClassVar[str] = "standing_drop"
    changes: ClassVar[bool] = True
    answered_by: ClassVar[str] = "search"

    name: QueryName


class Match(Event):
    """A new document, or a new version of one, that matches a standing query. It is said once for each version."""

    durable: ClassVar[bool] = True

    name: str
    id: str
    version: int
    at: datetime
    channel: str | None = None
    document: Document

    @property
    def address(self) -> str:
        return f"matches.{self.name}"
