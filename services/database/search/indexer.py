"""Keeps every tenant's indexes up with the log: asks the database file whether something is new, takes it in, commits.

It asks the file and not the bus, because the file can't lose a message. All of it happens in one thread of its own.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import structlog

from services.database.search.index_set import IndexSet, News
from services.database.sqlite.following import Follower, TenantHead
from services.database.sqlite.lock import FileLock
from shared.errors import Unavailable
from shared.runtime.patience import Patience, pause_unless
from shared.settings import Settings

log = structlog.get_logger()

ResultT = TypeVar("ResultT")
# In one commit at the most, so that a long backlog is found bit by bit.
COMMIT_COUNT_MAX = 20_000
IDLE_SECONDS = 30.0
OPEN_SECONDS_MAX = 2.0
# After two hundred looks in vain, the pauses are five times as long.
IDLE_TURNS_MAX = 200
IDLE_TURNS_SLOWER = 50

# What is to be done with documents that have just become findable. What it notes is part of the same commit.
Found = Callable[[IndexSet, Sequence[News]], None]
# Called when such a commit is over, and when indexes were opened.
Settled = Callable[[], None]


class Indexer:
    def __init__(self, database: Path, settings: Settings, found: Found, settled: Settled, patience: Patience) -> None:
        self._database = database
        self._path = settings.search_path
        self._settings = settings.search
        self._found = found
        self._settled = settled
        self._patience = patience
        self._thread = ThreadPoolExecutor(1, "indexing")
        self._follower: Follower | None = None
        self._lock: FileLock | None = None
        self._sets: dict[str, IndexSet] = {}
        self._last_seqs: dict[str, int] = {}
        self._unopened: set[str] = set()
        self._has_looked = False
        self._version = 0
        self._idle_turns = 0
        self._rests_at = 0.0
        self._stopping = asyncio.Event()
        # Set at the end of each turn, and then replaced.
        self._turned = asyncio.Event()

    @property
    def sets(self) -> Sequence[IndexSet]:
        return list(self._sets.values())

    async def of(self, tenant: str) -> IndexSet | None:
        """None for a tenant that has never written. Where they are just being opened, it waits a moment, and raises
        `Unavailable` if that is not enough."""
        with suppress(TimeoutError):
            async with asyncio.timeout(OPEN_SECONDS_MAX):
                while self._is_unknown(tenant):
                    await self._turned.wait()
        if self._is_unknown(tenant):
            raise Unavailable("the indexes are not open yet")
        return self._sets.get(tenant)

    def _is_unknown(self, tenant: str) -> bool:
        return tenant not in self._sets and (not self._has_looked or tenant in self._unopened)

    def last_seq(self, tenant: str) -> int:
        return self._last_seqs.get(tenant, 0)

    @property
    def lag(self) -> int:
        return sum(max(0, self.last_seq(indexes.tenant) - indexes.applied_seq) for indexes in self.sets)

    async def start(self) -> None:
        """Open what there is, so that nobody is turned away who asks first. What can't be opened, `run` tries again."""

        def opened() -> None:
            self._hold_lock()
            self._open_all(self.follower.tenants())

        with suppress(Unavailable):
            await self.do(opened)

    async def run(self) -> None:
        while not self._stopping.is_set():
            try:
                busy = await self.do(self._turn)
                self._patience.reset()
                self._wake()
            except Unavailable as error:
                pause = self._patience.next_pause_seconds()
                log.warning("waiting", because=error.detail, pause_seconds=pause)
            else:
                pause = self._pause_seconds(busy=busy)
            await pause_unless(self._stopping, pause)

    def _wake(self) -> None:
        self._turned.set()
        self._turned = asyncio.Event()

    def _pause_seconds(self, *, busy: bool) -> float:
        if not busy:
            # The longer nothing comes, the less often it is looked for.
            self._idle_turns = min(self._idle_turns + 1, IDLE_TURNS_MAX)
            return self._settings.settle_seconds * (1 + self._idle_turns / IDLE_TURNS_SLOWER)
        self._idle_turns = 0
        # What is behind makes its commits large enough by itself.
        return 0.0 if self.lag > self._settings.batch_count_max else self._settings.commit_seconds

    async def do(self, work: Callable[[], ResultT]) -> ResultT:
        """Run it in the thread that writes: nothing changes meanwhile."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def stop(self) -> None:
        self._stopping.set()

    async def close(self) -> None:
        await self.do(self._close)
        self._thread.shutdown()

    def _close(self) -> None:
        for indexes in self.sets:
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
        self._hold_lock()
        version = self.follower.version()
        if version == self._version and not any(map(self._wants_attention, self.sets)):
            self._rest()
            return False
        self._rests_at = time.monotonic() + IDLE_SECONDS
        heads = self.follower.tenants()
        failures = [*self._open_all(heads), *_each(heads, self._bring_up)]
        if failures:
            raise failures[0]
        self._version = version
        return True

    def _hold_lock(self) -> None:
        if self._lock is None:
            self._path.mkdir(parents=True, exist_ok=True)
            self._lock = FileLock(self._path / "indexes")

    def _open_all(self, heads: Sequence[TenantHead]) -> Sequence[Unavailable]:
        failures = _each(heads, self._open)
        self._has_looked = True
        return failures

    def _wants_attention(self, indexes: IndexSet) -> bool:
        behind = indexes.applied_seq < self.last_seq(indexes.tenant)
        return behind or bool(indexes.building) or indexes.broken is not None

    def _open(self, head: TenantHead) -> None:
        self._last_seqs[head.name] = head.last_seq
        indexes = self._sets.get(head.name)
        if indexes is not None:
            if indexes.broken is None:
                return
            log.error("indexes_are_opened_anew", tenant=head.name, because=indexes.broken)
            indexes.close()
        try:
            self._sets[head.name] = IndexSet(self._path / str(head.number), head, self._settings)
        except (OSError, Unavailable) as error:
            self._unopened.add(head.name)
            raise Unavailable(f"the indexes of {head.name} can't be opened: {error}") from error
        self._unopened.discard(head.name)
        self._settled()

    def _bring_up(self, head: TenantHead) -> None:
        indexes = self._sets.get(head.name)
        if indexes is None or indexes.broken is not None:
            return
        self._catch_up(indexes, head.last_seq)
        with indexes.telling():
            indexes.build_on(self.follower)

    def catch_up(self, indexes: IndexSet) -> None:
        """Up to this moment. For work in the writing thread that wants nothing to be on its way."""
        for head in self.follower.tenants():
            if head.number == indexes.number:
                while indexes.applied_seq < head.last_seq and not self._stopping.is_set():
                    self._catch_up(indexes, head.last_seq)

    def _catch_up(self, indexes: IndexSet, last_seq: int) -> None:
        """One commit's worth of it."""
        goal = min(last_seq, indexes.applied_seq + COMMIT_COUNT_MAX)
        news: dict[int, News] = {}
        with indexes.telling():
            while indexes.taken_in_seq < goal and not self._stopping.is_set():
                news |= {each.no: each for each in indexes.apply(self.follower, self._settings.batch_count_max)}
            if indexes.taken_in_seq > indexes.applied_seq:
                indexes.commit_text()
                self._found(indexes, list(news.values()))
                indexes.commit_rest()
                self._settled()

    def _rest(self) -> None:
        if time.monotonic() > self._rests_at:
            self._rests_at = time.monotonic() + IDLE_SECONDS
            for indexes in self.sets:
                indexes.rest()


def _each(heads: Sequence[TenantHead], work: Callable[[TenantHead], None]) -> Sequence[Unavailable]:
    """Returns what failed: the others don't have to wait for those."""
    failures: list[Unavailable] = []
    for head in heads:
        try:
            work(head)
        except Unavailable as error:
            failures.append(error)
    return failures
