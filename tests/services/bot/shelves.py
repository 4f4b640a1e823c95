"""A real store to ask, that can be told to fail, to refuse and to hang."""

import asyncio
from collections.abc import Callable
from typing import TypeVar, cast

from services.ingest.intake import Incoming, Refused, take_in
from shared.clock import Clock
from shared.contracts.documents import Document, DocumentItems, Draft, RecentDocuments
from shared.contracts.message import Contract, Query
from shared.contracts.saving import PutDocuments
from shared.errors import Unavailable
from shared.limits import Limits
from tests.services.bot.commands.store_desk import BYTES_MAX, StoreDesk
from tests.simulation.loop import STARTED_AT, Simulation

ReplyT = TypeVar("ReplyT", bound=Contract)

MOMENT = STARTED_AT


class Asked(StoreDesk):
    def __init__(self, clock: Clock) -> None:
        super().__init__(clock=clock, turns_max=3)
        self._failing: tuple[type[Query[Contract]], bool] | None = None
        self._refused: tuple[Callable[[Draft], bool], Exception] | None = None
        self._hangs = False
        self.questions: list[str] = []

    def fail(self, kind: type[Query[ReplyT]], *, is_done: bool = False) -> None:
        """From now on there is no answer to these, whether they are done or not."""
        self._failing = cast(type[Query[Contract]], kind), is_done

    def refuse(self, which: Callable[[Draft], bool], error: Exception) -> None:
        self._refused = which, error

    def hang(self) -> None:
        self._hangs = True

    def well(self) -> None:
        self._failing = self._refused = None

    async def ask(self, tenant: str, query: Query[ReplyT]) -> ReplyT:
        self.questions.append(query.verb)
        if self._hangs:
            await asyncio.Event().wait()
        if self._refused and isinstance(query, PutDocuments) and any(map(self._refused[0], query.documents)):
            raise self._refused[1]
        if self._failing and isinstance(query, self._failing[0]):
            if self._failing[1]:
                await self._answer(tenant, query)
            raise Unavailable("no answer")
        return await self._answer(tenant, query)

    async def _answer(self, tenant: str, query: Query[ReplyT]) -> ReplyT:
        if isinstance(query, PutDocuments):
            for taken in take_in(Incoming(query.encode()), Limits(), self.clock.now(), self._chance.randbytes):
                if isinstance(taken, Refused):
                    raise taken.reason
        if not isinstance(query, RecentDocuments):
            return await super().ask(tenant, query)
        rows = await self.store.recent(tenant, query.collection, query.limit or 50, BYTES_MAX)
        return cast(ReplyT, DocumentItems(items=tuple(map(Document.decode, rows))))

    async def documents(self, collection: str, tenant: str = "main") -> list[Document]:
        rows = await self.store.list(tenant, collection, 5_000, 10 * BYTES_MAX, None)
        return list(map(Document.decode, rows.items))


async def let_pass(simulation: Simulation, seconds: float) -> None:
    await asyncio.sleep(seconds)
