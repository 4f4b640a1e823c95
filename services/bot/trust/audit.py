"""Writing the audit: one chain of entries for each tenant, by however many bots there are.

Each entry is a put of its own. Two in one request would be taken or refused each for itself, so the second could be
kept without the first that it follows when another bot was faster. An entry whose fate is not known is put again, just
as it is, until it is known: then it is there, or its number is another's, and it is chained anew behind that one.
What the entries say, and how a chain is checked, is in `shared.contracts.audit`.
"""

import asyncio
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from shared.clock import Clock
from shared.contracts.audit import (
    AUDIT_COLLECTION,
    NOTHING_YET,
    AuditEntry,
    AuditFacts,
    Link,
    chained,
    draft_of,
    entry_id,
    entry_of,
    hash_of,
    newest,
)
from shared.errors import Conflict, Internal, NobodyThere, PostilError, Unavailable
from shared.runtime.patience import Patience, pause_unless
from shared.shelf import Shelf

log = structlog.get_logger()

# For each tenant.
RECORDS_WAITING_MAX = 1_000
NOTES_WAITING_MAX = 1_000
# Tenants that are written for at a time, and those whose newest entry is remembered.
TENANTS_WRITING_MAX = 16
TENANTS_KNOWN_MAX = 1_000
NEWEST_COUNT = 20
# When others write all the time, how often one entry is chained anew before it rests.
CONFLICTS_MAX = 50
RETRY_SECONDS_MIN = 0.5
RETRY_SECONDS_MAX = 5.0
STOP_SECONDS_MAX = 3.0


class _Crowded(Unavailable):
    """So many others write this chain that nothing can be said of any other."""


@dataclass(slots=True)
class _Waiting:
    facts: AuditFacts
    # Of a record; nobody waits for a note.
    written: asyncio.Future[None] | None = None


@dataclass(slots=True)
class _Chain:
    """What is known of a tenant's chain, and what is to be added to it."""

    head: Link | None = None
    # A number that turned out to be somebody else's.
    taken: int = 0
    # What is being written now, as which entry, and whether it may be there already.
    current: _Waiting | None = None
    entry: AuditEntry | None = None
    is_in_doubt: bool = False
    records: deque[_Waiting] = field(default_factory=deque)
    notes: deque[_Waiting] = field(default_factory=deque)
    missed: int = 0
    behind_since: datetime | None = None
    is_crowded: bool = False
    writing: asyncio.Task[None] | None = None

    @property
    def waiting_count(self) -> int:
        return len(self.records) + len(self.notes) + (self.current is not None)

    @property
    def is_idle(self) -> bool:
        return not self.waiting_count and not self.missed and (self.writing is None or self.writing.done())

    def next(self) -> _Waiting | None:
        """What was begun first; then records before notes."""
        if self.current is None:
            waiting = self.records or self.notes
            self.current = waiting.popleft() if waiting else None
        return self.current

    def is_at(self, entry: AuditEntry) -> None:
        self.head = Link(entry.number, entry.hash)
        self.missed -= entry.missed
        self.current, self.entry, self.is_in_doubt = None, None, False

    def lost_to_another(self, number: int) -> None:
        self.head, self.taken = None, number
        self.entry, self.is_in_doubt = None, False

    def drop_current(self) -> None:
        """It can't be kept, ever."""
        self.missed += 1
        self.current, self.entry, self.is_in_doubt = None, None, False

    def heard_by(self) -> Iterator[asyncio.Future[None]]:
        """Whoever waits for a record."""
        for each in (self.current, *self.records):
            if each is not None and each.written is not None and not each.written.done():
                yield each.written


class AuditBook:
    def __init__(self, shelf: Shelf, clock: Clock) -> None:
        self._shelf = shelf
        self._clock = clock
        self._chains: dict[str, _Chain] = {}
        self._slots = asyncio.Semaphore(TENANTS_WRITING_MAX)
        self._trouble = asyncio.Event()
        self._stopping = asyncio.Event()
        self._written = 0
        self._missed = 0

    async def record(self, tenant: str, event: AuditFacts) -> None:
        """Returns after the commit. Raises `Unavailable` if it is not known to be there yet.

        Even then it stays here and is tried again, so it must not be given a second time.
        """
        chain = self._chain(tenant)
        if chain is None or len(chain.records) >= RECORDS_WAITING_MAX:
            self._miss(chain)
            raise Unavailable("The audit is too far behind to take any more.")
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        chain.records.append(_Waiting(event, written))
        self._start(tenant, chain)
        await written

    def note(self, tenant: str, event: AuditFacts) -> None:
        """Write it later. When too many wait already it is left out, and the next entry says how many were."""
        chain = self._chain(tenant)
        if chain is None or len(chain.notes) >= NOTES_WAITING_MAX:
            self._miss(chain)
            return
        chain.notes.append(_Waiting(event))
        if chain.behind_since is None:
            self._start(tenant, chain)

    @property
    def is_behind(self) -> bool:
        """Whether the last try failed, for any tenant."""
        return any(chain.behind_since is not None for chain in self._chains.values())

    def is_stuck(self, tenant: str) -> bool:
        """Whether the last try failed for this tenant, or for any unless it was because of others in its own chain."""
        behind = {name: chain for name, chain in self._chains.items() if chain.behind_since is not None}
        return tenant in behind or not all(chain.is_crowded for chain in behind.values())

    async def run(self) -> None:
        """Catch up after failures, until `stop`; then try once more to write what is left."""
        while not self._stopping.is_set():
            await self._trouble.wait()
            self._trouble.clear()
            patience = Patience(RETRY_SECONDS_MIN, RETRY_SECONDS_MAX)
            while self.is_behind and not await pause_unless(self._stopping, patience.next_pause_seconds()):
                await self._catch_up()
        with suppress(TimeoutError):
            async with asyncio.timeout(STOP_SECONDS_MAX):
                await self._catch_up()
        self._give_up()

    def stop(self) -> None:
        self._stopping.set()
        self._trouble.set()

    def vitals(self) -> Mapping[str, object]:
        since = min((each.behind_since for each in self._chains.values() if each.behind_since), default=None)
        return {
            "audit_written": self._written,
            "audit_waiting": sum(chain.waiting_count for chain in self._chains.values()),
            "audit_missed": self._missed,
            "audit_behind_seconds": 0.0 if since is None else (self._clock.now() - since).total_seconds(),
        }

    def _chain(self, tenant: str) -> _Chain | None:
        """None if there are too many of which something waits."""
        if tenant not in self._chains:
            if len(self._chains) >= TENANTS_KNOWN_MAX:
                self._chains = {name: each for name, each in self._chains.items() if not each.is_idle}
            if len(self._chains) >= TENANTS_KNOWN_MAX:
                return None
            self._chains[tenant] = _Chain()
        return self._chains[tenant]

    def _miss(self, chain: _Chain | None) -> None:
        self._missed += 1
        if chain is not None:
            chain.missed += 1

    def _start(self, tenant: str, chain: _Chain) -> None:
        if chain.writing is None or chain.writing.done():
            chain.writing = asyncio.create_task(self._write_all(tenant, chain))

    async def _catch_up(self) -> None:
        for tenant, chain in self._chains.items():
            if chain.waiting_count:
                self._start(tenant, chain)
        writing = [each.writing for each in self._chains.values() if each.writing is not None]
        if writing:
            await asyncio.wait(writing)

    def _give_up(self) -> None:
        for tenant, chain in self._chains.items():
            if chain.writing is not None:
                chain.writing.cancel()
            if chain.waiting_count:
                log.error("audit_lost", tenant=tenant, entries=chain.waiting_count)

    async def _write_all(self, tenant: str, chain: _Chain) -> None:
        failure: PostilError = Unavailable("The audit is closed.")
        try:
            async with self._slots:
                while (waiting := chain.next()) is not None:
                    await self._write_or_drop(tenant, chain, waiting)
            chain.behind_since = None
        except PostilError as error:
            failure = error
            self._is_behind_now(tenant, chain, error)
        except Exception as error:  # A mistake of ours here must not silence the audit for good.
            failure = Internal("The audit can't be written; the log says why.")
            log.exception("audit_broken", tenant=tenant)
            self._is_behind_now(tenant, chain, error)
        finally:
            for written in chain.heard_by():
                written.set_exception(failure)

    def _is_behind_now(self, tenant: str, chain: _Chain, error: Exception) -> None:
        chain.is_crowded = isinstance(error, _Crowded)
        if chain.behind_since is None:
            chain.behind_since = self._clock.now()
            log.warning("audit_behind", tenant=tenant, because=str(error))
        self._trouble.set()

    async def _write_or_drop(self, tenant: str, chain: _Chain, waiting: _Waiting) -> None:
        try:
            await self._write(tenant, chain, waiting.facts)
        except (Unavailable, Internal):
            raise
        except PostilError as error:
            # Refused for what it is, which another try would not change.
            log.error("audit_refused", tenant=tenant, command=waiting.facts.command, because=error.detail)
            chain.drop_current()
            self._missed += 1
            if waiting.written is not None and not waiting.written.done():
                waiting.written.set_exception(error)
            return
        self._written += 1
        if waiting.written is not None and not waiting.written.done():
            waiting.written.set_result(None)

    async def _write(self, tenant: str, chain: _Chain, facts: AuditFacts) -> None:
        for _ in range(CONFLICTS_MAX):
            if chain.head is None:
                chain.head = await self._find_head(tenant, chain.taken)
            entry = chain.entry = chain.entry or chained(facts, chain.head, chain.missed)
            if await self._put(tenant, chain, entry):
                chain.is_at(entry)
                return
            chain.lost_to_another(entry.number)
        raise _Crowded("Others write the audit all the time.")

    async def _put(self, tenant: str, chain: _Chain, entry: AuditEntry) -> bool:
        """False if another entry has its number."""
        try:
            saved = await self._shelf.put(tenant, draft_of(entry))
        except Conflict:
            return False
        except NobodyThere:
            raise
        except Unavailable:
            chain.is_in_doubt = True
            raise
        # The very same entry, though we have never put it before: another bot has heard the same command.
        return saved.outcome != "unchanged" or chain.is_in_doubt

    async def _find_head(self, tenant: str, taken: int) -> Link:
        """The newest entry. If it is older than a number that is taken, what stands there instead of an entry."""
        documents = await self._shelf.recent(tenant, AUDIT_COLLECTION, NEWEST_COUNT)
        head = newest(documents)
        if head is None and documents:
            async for document in self._shelf.all(tenant, AUDIT_COLLECTION):
                head = entry_of(document) or head
        link = NOTHING_YET if head is None else Link(head.number, head.hash)
        if link.number >= taken:
            return link
        stranger = await self._shelf.get(tenant, entry_id(taken))
        return Link(taken, link.hash if stranger is None else hash_of(stranger.data))
