"""Proofs that nothing of what was acknowledged has suffered: in the log, in the margins, in the indexes."""

from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from services.analysis import steps
from services.analysis.catalogue import load_catalogue
from shared.bus.bus import Bus
from shared.contracts.changes import Change, ListChanges
from shared.contracts.documents import Document, ListDocuments
from shared.contracts.pending import ListPending
from shared.contracts.search import Search
from shared.errors import Unavailable
from shared.settings import AnalysisSettings
from tests.chaos.clients import TENANT
from tests.system import UNMEASURED, postil
from tests.until import until

SETTLE_SECONDS_MAX = 120.0
PAGE = 200
SETTLED = {"ok", "skipped"}

FAST: Mapping[str, int] = {step.name: step.version for step in load_catalogue(steps, AnalysisSettings()).fast}


class Written(NamedTuple):
    """One finding of one step, as the log tells it."""

    id: str
    version: int
    step: str
    step_version: int


async def all_documents(bus: Bus) -> AsyncIterator[Document]:
    after: str | None = None
    while True:
        page = await bus.ask(TENANT, ListDocuments(after=after, limit=1000))
        for document in page.items:
            yield document
        if page.next is None:
            return
        after = page.next


async def all_changes(bus: Bus) -> AsyncIterator[Change]:
    since = 0
    while (page := await bus.ask(TENANT, ListChanges(since=since, limit=1000))).items:
        for change in page.items:
            yield change
        since = page.last_seq


async def until_annotated(bus: Bus, wanted: Mapping[str, int]) -> None:
    async def annotated() -> bool:
        after: str | None = None
        try:
            while True:
                page = await bus.ask(TENANT, ListPending(steps=dict(wanted), after=after, limit=1))
                if page.items:
                    return False
                if page.next is None:
                    return True
                after = page.next
        except Unavailable:
            return False

    await until(annotated, seconds_max=SETTLE_SECONDS_MAX, look_seconds=0.1)


async def expect_each_step_once(bus: Bus, wanted: Mapping[str, int]) -> None:
    """Counted over the log: for every version of a document, whatever a step has settled was written once."""
    put: set[tuple[str, int]] = set()
    written: Counter[Written] = Counter()
    async for change in all_changes(bus):
        if change.op == "put":
            put.add((change.id, change.version))
        written.update(
            Written(change.id, note.version, note.step, note.step_version)
            for note in change.annotations or ()
            if note.status in SETTLED
        )
    twice = [each for each, count in written.items() if count > 1]
    assert not twice, f"{len(twice)} are written twice: {twice[:5]}"
    of_fast = {each for each in written if each.step in wanted}
    assert of_fast == {Written(*each, step, version) for each in put for step, version in wanted.items()}


async def expect_findable(bus: Bus, expected: Iterable[str]) -> None:
    """Each publisher's texts by the name that stands in them, and no other."""
    counts = Counter(text.partition("-")[0] for text in expected)

    async def findable() -> bool:
        try:
            found = {name: (await bus.ask(TENANT, Search(query=name, mode="text", limit=1))).total for name in counts}
        except Unavailable:
            return False
        return found == counts

    await until(findable, seconds_max=SETTLE_SECONDS_MAX, look_seconds=0.1)


async def texts_found(bus: Bus) -> Counter[str]:
    """All that a search for everything finds, page by page."""
    found: Counter[str] = Counter()
    after: str | None = None
    while True:
        page = await bus.ask(TENANT, Search(query="*", limit=PAGE, after=after))
        found.update(str(hit.document.text) for hit in page.hits)
        if page.next is None:
            return found
        after = page.next


def expect_a_clean_bill(folder: Path) -> None:
    """`postil doctor` on the system in `data`."""
    ran = postil("doctor", "--data", "data", cwd=folder, variables=UNMEASURED)
    assert (ran.code, ran.err) == (0, ""), ran.out
    assert "Everything is as it should be" in ran.out
