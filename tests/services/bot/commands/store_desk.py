"""A desk before a real store, for commands that keep documents: two people may be at it at once."""

import asyncio
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any, TypeVar, cast

from services.bot.command import Answer, Command, Person, Place
from services.bot.rehearsal import ADA, HERE, MOMENT, RehearsalDesk, rehearse
from services.database.memory import MemoryStore
from services.database.store import Delete, Expire, Save, Store
from shared.clock import Clock
from shared.contracts.documents import (
    Deleted,
    DeleteDocument,
    Document,
    DocumentPage,
    GetDocument,
    ListDocuments,
)
from shared.contracts.message import Contract, Query
from shared.contracts.saving import PutDocuments, Receipt, Saved, SaveResults, seal
from shared.errors import PostilError
from shared.settings import Role
from tests.conformance.store.ground import HandClock

ReplyT = TypeVar("ReplyT", bound=Contract)
BYTES_MAX = 768 * 1024


class StoreDesk(RehearsalDesk):
    """What the store does not answer is answered by the replies, as at a rehearsal."""

    def __init__(
        self,
        replies: Mapping[type[Query[Any]], Any] | None = None,
        *,
        clock: Clock | None = None,
        store: Store | None = None,
        role: Role = "member",
        # Of each question, how long it is on its way: so many turns of the loop at the most.
        turns_max: int = 0,
    ) -> None:
        super().__init__(replies, role=role)
        self.clock = clock or HandClock()
        self.store = store or MemoryStore(self.clock)
        self._turns_max = turns_max
        self._chance = Random(7)

    async def ask(self, tenant: str, query: Query[ReplyT]) -> ReplyT:
        await self._be_on_the_way()
        match query:
            case GetDocument():
                reply: Contract = Document.decode(await self.store.get(tenant, query.id, None))
            case ListDocuments():
                reply = await self._list(tenant, query)
            case PutDocuments():
                reply = await self._put(tenant, query)
            case DeleteDocument():
                reply = await self._delete(tenant, query)
            case _:
                return await super().ask(tenant, query)
        await self._be_on_the_way()
        return cast(ReplyT, reply)

    async def _be_on_the_way(self) -> None:
        for _ in range(self._chance.randint(0, self._turns_max)):
            turn = asyncio.get_running_loop().create_future()
            asyncio.get_running_loop().call_soon(turn.set_result, None)
            await turn

    async def expire(self) -> None:
        """What the database does every second."""
        await self.store.commit([Expire(1_000)])

    async def documents(self, collection: str) -> Sequence[Document]:
        return (await self._list("main", ListDocuments(collection=collection, limit=1_000))).items

    async def _list(self, tenant: str, query: ListDocuments) -> DocumentPage:
        rows = await self.store.list(tenant, query.collection, query.limit or 50, BYTES_MAX, query.after)
        return DocumentPage(items=tuple(map(Document.decode, rows.items)), next=rows.next, total=rows.total)

    async def _put(self, tenant: str, query: PutDocuments) -> SaveResults:
        sealed = [seal(draft, draft.id or "", draft.collection or "") for draft in query.documents]
        receipts = cast(Sequence[Receipt], (await self.store.commit([Save(tenant, sealed)])).answers[0])
        return SaveResults(results=tuple(Saved(**each._asdict()) for each in receipts))

    async def _delete(self, tenant: str, query: DeleteDocument) -> Deleted:
        [answer] = (await self.store.commit([Delete(tenant, query.id, query.if_version)])).answers
        if isinstance(answer, PostilError):
            raise answer
        return cast(Deleted, answer)


class People:
    """Those who give commands at one desk, each line a little later than the one before."""

    def __init__(self, desk: StoreDesk, commands: Sequence[Command], *, seed: int = 0) -> None:
        self.desk = desk
        self._commands = {command.word: command for command in commands}
        self._seed = seed

    async def answer(self, line: str, who: str | Person = ADA, place: Place = HERE) -> Answer:
        """To a line as it would be typed, without its prefix."""
        command = self._command_of(line)
        self._seed += 1
        person = Person(who) if isinstance(who, str) else who
        words = line[len(command.word) :].lstrip()
        at = self.desk.clock.now() if isinstance(self.desk.clock, HandClock) else MOMENT
        return await rehearse(command, words, desk=self.desk, who=person, place=place, at=at, seed=self._seed)

    async def say(self, line: str, who: str | Person = ADA, place: Place = HERE) -> str:
        return "\n".join((await self.answer(line, who, place)).lines)

    async def told(self, line: str, who: str | Person = ADA, place: Place = HERE) -> str:
        """The answer, or why not."""
        try:
            return await self.say(line, who, place)
        except PostilError as error:
            return f"{error.kind}: {error.detail}"

    def _command_of(self, line: str) -> Command:
        words = line.split()
        return self._commands.get(" ".join(words[:2])) or self._commands[words[0]]
