"""Entries of the audit, for the tests that write them and read them back."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from services.bot.trust.audit import AuditBook
from shared.contracts.audit import AUDIT_COLLECTION, AuditFacts, Flaw, flaws
from shared.contracts.documents import Document
from shared.shelf import Shelf
from tests.services.bot.shelves import MOMENT, Asked
from tests.simulation.loop import Simulation, run_simulated


def facts(command: str = "role", author: str = "ada") -> AuditFacts:
    return AuditFacts(
        at=MOMENT,
        network="irc",
        channel="python",
        author=author,
        command=command,
        role="owner",
        allowed=True,
        result="ok",
        duration_ms=1.5,
    )


def data_of(documents: Sequence[Document], name: str) -> list[object]:
    return [each.data.get(name) for each in documents if isinstance(each.data, dict)]


def checked(documents: Sequence[Document]) -> list[Flaw]:
    return list(flaws(documents))


def told(story: Callable[[Asked, AuditBook], Awaitable[None]]) -> None:
    """With a store, and a book whose loop runs until the story is over."""

    async def tell(simulation: Simulation) -> None:
        asked = Asked(simulation.clock)
        book = AuditBook(Shelf(asked), simulation.clock)
        running = asyncio.create_task(book.run())
        await story(asked, book)
        book.stop()
        await running

    run_simulated(tell, 1)


async def entries(asked: Asked) -> Sequence[Document]:
    return await asked.documents(AUDIT_COLLECTION)
