"""The documents that a service keeps for itself: read, and written only on top of the version that was read."""

from collections.abc import AsyncIterator, Sequence
from typing import Protocol, TypeVar

from shared.contracts.documents import DeleteDocument, Document, Draft, GetDocument, ListDocuments, RecentDocuments
from shared.contracts.message import Contract, Query
from shared.contracts.saving import PutDocuments, Saved
from shared.errors import Conflict, NotFound

ReplyT = TypeVar("ReplyT", bound=Contract)


class Asks(Protocol):
    """The bus, or whoever asks it with more care."""

    async def ask(self, tenant: str, query: Query[ReplyT]) -> ReplyT: ...


class Shelf:
    def __init__(self, bus: Asks) -> None:
        self._bus = bus

    async def get(self, tenant: str, id: str) -> Document | None:
        try:
            return await self._bus.ask(tenant, GetDocument(id=id))
        except NotFound:
            return None

    async def put(self, tenant: str, draft: Draft) -> Saved:
        """Raises what the database has against it: `Conflict` if another version is there than `if_version` says."""
        [saved] = (await self._bus.ask(tenant, PutDocuments(documents=(draft,)))).results
        if saved.error is not None:
            raise saved.error.error()
        return saved

    async def take(self, tenant: str, document: Document) -> bool:
        """Remove it; False if it is gone, or another version is there."""
        try:
            await self._bus.ask(tenant, DeleteDocument(id=document.id, if_version=document.version))
        except (NotFound, Conflict):
            return False
        return True

    async def recent(self, tenant: str, collection: str, limit: int) -> Sequence[Document]:
        """The newest first."""
        return (await self._bus.ask(tenant, RecentDocuments(collection=collection, limit=limit))).items

    async def all(self, tenant: str, collection: str, count_max: int | None = None) -> AsyncIterator[Document]:
        """In the order of their creation, and no more than so many."""
        after: str | None = None
        count = 0
        while True:
            page = await self._bus.ask(tenant, ListDocuments(collection=collection, after=after))
            for document in page.items[: None if count_max is None else count_max - count]:
                count += 1
                yield document
            if page.next is None or count == count_max:
                return
            after = page.next
