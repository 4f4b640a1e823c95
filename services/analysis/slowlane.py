"""The slow lane: steps that ask a language model, a document at a time and few at once, never in anybody's way.

It keeps only the names of the documents that wait, and fetches each with its notes when its turn comes. What finds no
room is remembered by the store, where `ListPending` finds it again.
"""

import asyncio
from collections.abc import Sequence, Set
from time import perf_counter

import structlog

from services.analysis.catalogue import Catalogue
from services.analysis.finishing import finish
from services.analysis.notebook import NoteBook, Page
from services.analysis.step import Desk, Step
from services.analysis.work import Work, redoing
from services.analysis.workers.task import Crew
from shared.contracts.documents import Document
from shared.errors import PostilError, Unavailable
from shared.runtime.patience import Patience

log = structlog.get_logger()

WAITING_COUNT_MAX = 10_000
# A step has its own, shorter limits for whom it asks; this is for one that has none.
FINISH_SECONDS_MAX = 300.0
RETRY_SECONDS_MIN = 0.1
RETRY_SECONDS_MAX = 10.0
WRITE_TRIES_MAX = 20

Key = tuple[str, str]


class SlowLane:
    def __init__(self, catalogue: Catalogue, crew: Crew, desk: Desk, notebook: NoteBook, concurrency: int) -> None:
        self._catalogue = catalogue
        self._crew = crew
        self._desk = desk
        self._notebook = notebook
        self._concurrency = concurrency
        self._slots = asyncio.Semaphore(concurrency)
        # In the order in which they came; each once, however often it is offered.
        self._waiting: dict[Key, None] = {}
        self._in_hand: set[Key] = set()
        self._something = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        # Tenants of which something found no room.
        self.overflowed: set[str] = set()
        self.done = 0

    @property
    def waiting(self) -> int:
        return len(self._waiting) + len(self._in_hand)

    def offer(self, tenant: str, id: str) -> None:
        """Never waits: without room it is left to the store."""
        key = (tenant, id)
        if len(self._waiting) >= WAITING_COUNT_MAX:
            self.overflowed.add(tenant)
            self._room.clear()
            return
        # One that is in hand waits once more: it may be another version by now.
        self._waiting[key] = None
        self._something.set()

    async def room(self) -> None:
        """Return when half of the room is free again."""
        await self._room.wait()

    async def run(self) -> None:
        """Until it is cancelled; what is in hand then is found again by the next one."""
        async with asyncio.TaskGroup() as group:
            for _ in range(self._concurrency):
                group.create_task(self._run_one())

    async def _run_one(self) -> None:
        while True:
            while not self._waiting:
                self._something.clear()
                await self._something.wait()
            key = next(iter(self._waiting))
            del self._waiting[key]
            if len(self._waiting) <= WAITING_COUNT_MAX // 2:
                self._room.set()
            self._in_hand.add(key)
            try:
                await self._do_stored(*key)
            except Unavailable as error:
                log.warning("put_off", id=key[1], because=error.detail)
                self.overflowed.add(key[0])
                await asyncio.sleep(RETRY_SECONDS_MAX)
            except PostilError as error:
                log.error("not_analysed", id=key[1], because=error.detail)
            finally:
                self._in_hand.discard(key)

    async def _do_stored(self, tenant: str, id: str) -> None:
        document = await self._desk.get(tenant, id)
        if document is not None:
            await self._do(tenant, document, [step.name for step in self._catalogue.slow])

    async def redo(self, tenant: str, documents: Sequence[Document], step: Step) -> Sequence[bytes]:
        """The notes that come of one step, as far as the documents want it. Raises `Unavailable`."""
        works = await asyncio.gather(*(self._do(tenant, document, [step.name]) for document in documents))
        return [work.notes[step.name] for work in works if step.name in work.notes]

    async def _do(self, tenant: str, document: Document, names: Sequence[str]) -> Work:
        """Those of the steps that want the document and have not done it yet."""
        work = redoing(tenant, document, names, self._catalogue)
        outdated = {note.step for note in document.annotations} - work.known.keys()
        work.steps = tuple(step for step in work.steps if self._is_ready(work, step, outdated))
        if work.steps:
            async with self._slots:
                work.take((await self._crew.run([work.task]))[0])
                for step in work.steps:
                    if step.name in work.notes:
                        await self._do_step(work, step)
        return work

    def _is_ready(self, work: Work, step: Step, outdated: Set[str]) -> bool:
        known = work.known.get(step.name)
        if known is not None and known.status in {"ok", "skipped"}:
            return False
        # The fast lane writes all its notes at once. When it has come to this version, it says so.
        fast = {each.name for each in self._catalogue.fast}
        missing = (fast & set(step.needs)) - work.known.keys()
        return not missing or bool(fast & work.known.keys() and not missing & outdated)

    async def _do_step(self, work: Work, step: Step) -> None:
        noted = work.noted_for(step, self._desk.settings.text_count_max)
        if noted is not None:
            begun = perf_counter()
            [finding] = await finish(step, [noted], self._desk, FINISH_SECONDS_MAX)
            work.finish(step, finding, (perf_counter() - begun) * 1000)
        note = work.notes[step.name]
        if note in work.news():
            await self._write(work, note)
        self.done += 1

    async def _write(self, work: Work, note: bytes) -> None:
        """Again and again: it may have cost money."""
        patience = Patience(RETRY_SECONDS_MIN, RETRY_SECONDS_MAX)
        for left in reversed(range(WRITE_TRIES_MAX)):
            try:
                await self._notebook.write(work.tenant, [Page(work.document.id, [note])])
            except Unavailable as error:
                if not left:
                    raise
                log.warning("waiting", because=error.detail)
                await asyncio.sleep(patience.next_pause_seconds())
            else:
                return
