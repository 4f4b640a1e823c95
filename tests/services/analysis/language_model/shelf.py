"""A place for a budget's accounts that keeps the store's rule, and nothing else of the store."""

import asyncio
from datetime import UTC, datetime

from shared.contracts.documents import Document, Draft
from shared.contracts.saving import Saved
from shared.errors import Conflict, TimedOut, Unavailable

MOMENT = datetime(2026, 1, 1, tzinfo=UTC)


class ShelfForTests:
    def __init__(self) -> None:
        self.documents: dict[tuple[str, str], Document] = {}
        self.puts = 0
        self.is_away = False
        # What is put is kept, but its reply is lost.
        self.is_mute = False

    async def get(self, tenant: str, id: str) -> Document | None:
        await self._turn()
        return self.documents.get((tenant, id))

    async def put(self, tenant: str, draft: Draft) -> Saved:
        await self._turn()
        assert draft.id is not None
        assert draft.collection is not None
        known = self.documents.get((tenant, draft.id))
        version = known.version if known is not None else 0
        if draft.if_version != version:
            raise Conflict(f"it is at version {version}")
        self.documents[tenant, draft.id] = Document(
            id=draft.id,
            tenant=tenant,
            collection=draft.collection,
            data=draft.data,
            version=version + 1,
            seq=self.puts,
            created_at=MOMENT,
            updated_at=MOMENT,
        )
        self.puts += 1
        if self.is_mute:
            raise TimedOut("there was no answer in time")
        return Saved(id=draft.id, version=version + 1, outcome="updated")

    async def _turn(self) -> None:
        """Others have their turn, as they have while a request is on its way."""
        turn = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_soon(turn.set_result, None)
        await turn
        if self.is_away:
            raise Unavailable("the database is away")
