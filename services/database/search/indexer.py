"""Keeps every tenant's indexes up with the log: asks the database file whether something is new, takes it in, commits.

It asks the file and not the bus, because the file can't lose a message. All of it happens in one thread of its own.
"""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import structlog

from services.database.search.index import Outdated, Present
from services.database.search.index_set import IndexSet
from services.database.sqlite.following import Follower, TenantHead
from services.database.sqlite.lock import FileLock
from shared.errors import PostilError, Unavailable
from shared.runtime.patience import Patience, pause_unless
from shared.settings import Settings

log = structlog.get_logger()

ResultT = TypeVar("ResultT")
# In one commit at the most, so that a long backlog is found bit by bit.
COMMIT_COUNT_MAX = 20_000
IDLE_SECONDS = 30.0

# What is to be done with documents that have just become findable.
Found = Callable[[IndexSet, Sequence[Present]], None]


class Indexer:
    def __init__(self, database: Path, settings: Settings, found: Found, patience: Patience) -> None:
        self._database = database
        self._path = settings.search_path
        self._settings = settings.search
        self._found = found
        self._patience = patience
        self._thread = ThreadPoolExecutor(1, "indexing")
        self._follower: Follower | None = None
        self._lock: FileLock | None = None
        self._sets: dict[str, IndexSet] = {}
        self._last_seqs: dict[str, int] = {}
        self._version = 0
        self._rested_at = 0.0
        self._stopping = asyncio.Event()

    @property
    def sets(self) -> Mapping[str, IndexSet]:
        return self._sets

    def last_seq(self, tenant: str) -> int:
        return self._last_seqs.get(tenant, 0)

    @property
    def lag(self) -> int:
        return sum(max(0, seq - self._applied(tenant)) for tenant, seq in self._last_seqs.items())

    def _applied(self, tenant: str) -> int:
        indexes = self._sets.get(tenant)
        return indexes.applied_seq if indexes else 0

    async def run(self) -> None:
        while not self._stopping.is_set():
            try:
                busy = await self.do(self._turn)
                self._patience.reset()
            except Unavailable as error:
                pause = self._patience.next_pause_seconds()
                log.warning("waiting", because=error.detail, pause_seconds=pause)
            else:
                pause = self._settings.commit_seconds if busy else self._settings.settle_seconds
            await pause_unless(self._stopping, pause)

    async def do(self, work: Callable[[], ResultT]) -> ResultT:
        """Run it in the thread that writes: nothing changes meanwhile."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def stop(self) -> None:
        self._stopping.set()

    async def close(self) -> None:
        await self.do(self._close)
        self._thread.shutdown()

    def _close(self) -> None:
        for indexes in self._sets.values():
            indexes.close()
        if self._follower is not None:
            self._follower.close()
        if self._lock is not None:
            self._lock.release()

    @property
    def follower(self) -> Follower:
        """For work that is done in the writing thread."""
        if self._follower is None:
            self._follower = Follower.open(self._database)
        return self._follower

    def _turn(self) -> bool:
        """Whether something was done."""
        if self._lock is None:
            self._path.mkdir(parents=True, exist_ok=True)
            self._lock = FileLock(self._path / "indexes")
        version = self.follower.version()
        building = any(indexes.building for indexes in self._sets.values())
        if version == self._version and not building and not self.lag:
            self._rest()
            return False
        for head in self.follower.tenants():
            self._last_seqs[head.name] = head.last_seq
            indexes = self._set(head)
            try:
                self._catch_up(indexes, head.last_seq)
                indexes.build_on(self.follower)
            except Outdated as error:
                log.error("index_damaged", tenant=head.name, because=str(error))
                indexes.condemn_figures()
                self._sets.pop(head.name).close()
        self._version = version
        return True

    def _set(self, head: TenantHead) -> IndexSet:
        indexes = self._sets.get(head.name)
        if indexes is None:
            indexes = IndexSet(self._path / str(head.number), head, self._settings)
            self._sets[head.name] = indexes
        return indexes

    def catch_up(self, indexes: IndexSet) -> None:
        """Up to this moment. For work in the writing thread that wants nothing to be on its way."""
        for head in self.follower.tenants():
            if head.name == indexes.tenant:
                while indexes.applied_seq < head.last_seq:
                    self._catch_up(indexes, head.last_seq)

    def _catch_up(self, indexes: IndexSet, last_seq: int) -> None:
        """One commit's worth of it."""
        started = indexes.applied_seq
        touched: dict[int, Present] = {}
        while indexes.applied_seq < min(last_seq, started + COMMIT_COUNT_MAX):
            for document in indexes.apply(self.follower, self._settings.batch_count_max):
                touched[document.no] = document
        if not indexes.dirty:
            return
        indexes.commit_text()
        try:
            self._found(indexes, list(touched.values()))
        except PostilError as error:
            log.error("standing_queries_failed", tenant=indexes.tenant, because=error.detail)
        indexes.commit_rest()

    def _rest(self) -> None:
        now = time.monotonic()
        if now - self._rested_at > IDLE_SECONDS:
            self._rested_at = now
            for indexes in self._sets.values():
                indexes.rest()
