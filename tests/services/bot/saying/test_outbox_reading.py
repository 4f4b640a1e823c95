"""The outbox is read while lines are said, while others are written down, and for however long it takes."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

from services.bot.saying.backlog import Entry
from services.bot.saying.delivery import Outcome
from services.bot.saying.outbox import Outbox
from services.bot.saying.tenants import Tenants
from shared.contracts.chat import Say
from shared.contracts.documents import Document
from shared.shelf import Shelf
from tests.services.bot.stage import Stage, staged

DOCUMENT_SECONDS, LINE_SECONDS = 10.0, 5.0


class SlowShelf(Shelf):
    """As if there were very many entries."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage.audience)
        self._stage = stage

    async def all(self, tenant: str, collection: str, count_max: int | None = None) -> AsyncIterator[Document]:
        found = [document async for document in super().all(tenant, collection, count_max)]
        for document in found:
            yield document
            await self._stage.passing(DOCUMENT_SECONDS)


class Slow:
    """An outbox whose network and whose reading take their time."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.said: list[str] = []
        shelf = SlowShelf(stage)
        self.outbox = Outbox(shelf, Tenants(shelf, "house"), stage.settings, stage.clock, self._deliver, "us")
        self.ended = asyncio.create_task(self.outbox.run())

    async def promise(self, *texts: str, after_seconds: float = 0) -> None:
        at = self.stage.clock.now() + timedelta(seconds=after_seconds)
        says = [Say(id=text, network="irc", channel="a", text=text) for text in texts]
        await self.outbox.promise("main", [Entry(say=say, due_at=at, order=n) for n, say in enumerate(says)])

    async def _deliver(self, tenant: str, say: Say) -> Outcome:
        await self.stage.passing(LINE_SECONDS)
        self.said.append(say.text)
        return Outcome("said")


def slowly(story: Callable[[Slow], Awaitable[None]]) -> None:
    async def told(stage: Stage) -> None:
        slow = Slow(stage)
        await story(slow)
        slow.outbox.stop()
        await slow.ended

    staged(told, has_network=False)


def test_what_is_read_while_it_is_being_said_is_not_said_twice() -> None:
    async def story(slow: Slow) -> None:
        await slow.promise("much later", after_seconds=9_999)
        await slow.promise("one", "two")
        await slow.stage.passing(1)
        slow.outbox.hear_of("main")
        await slow.stage.passing(200)
        assert slow.said == ["one", "two"]

    slowly(story)


def test_what_is_due_does_not_wait_until_all_is_read() -> None:
    async def story(slow: Slow) -> None:
        await slow.promise(*map(str, range(100)), after_seconds=9_999)
        slow.outbox.hear_of("main")
        await slow.stage.passing(1)
        await slow.promise("due")
        await slow.stage.passing(LINE_SECONDS + 1)
        assert slow.said == ["due"]

    slowly(story)


def test_a_stop_does_not_wait_until_all_is_read() -> None:
    async def story(slow: Slow) -> None:
        await slow.promise(*map(str, range(100)), after_seconds=9_999)
        slow.outbox.hear_of("main")
        await slow.stage.passing(1)
        begun = slow.stage.clock.now()
        slow.outbox.stop()
        await slow.ended
        assert slow.stage.clock.now() - begun < timedelta(seconds=1)

    slowly(story)
