"""Announces the change log: every commit, in order, and after a crash also what was committed just before it.

The log is its own outbox. In ordinary load the feed announces from memory what was just committed; after a start,
and whenever it has fallen behind, it reads the log from where it stands.
"""

import asyncio
from collections.abc import Mapping, Sequence

import structlog

from services.database.backlog import Backlog
from services.database.encoding import without_bodies
from services.database.store import Run, Store, TenantState
from shared.bus.bus import Bus
from shared.bus.streams import CHANGES
from shared.bus.wire import MESSAGE_ID_HEADER
from shared.contracts.changes import PREVIOUS_SEQ_HEADER, decode_changes
from shared.contracts.message import subject_for
from shared.errors import TooLarge, Unavailable
from shared.runtime.patience import Patience, pause_unless
from shared.settings import DatabaseSettings

log = structlog.get_logger()


class _Stopped(Exception):
    """We were told to stop while the broker or the store was away; the log keeps what was not announced."""


class Feed:
    def __init__(self, store: Store, bus: Bus, settings: DatabaseSettings, patience: Patience) -> None:
        self._store = store
        self._bus = bus
        self._settings = settings
        self._patience = patience
        self._backlog = Backlog(
            count_max=settings.announce_waiting_max,
            run_count_max=settings.announce_count_max,
            run_bytes_max=settings.announce_bytes_max,
        )
        self._committed: dict[str, int] = {}
        self._announced: dict[str, int] = {}
        # Tenants whose changes must be read from the log, because memory does not hold all of them.
        self._behind: set[str] = set()
        self._opened = False
        self._something = asyncio.Event()
        self._stopping = asyncio.Event()

    def offer(self, runs: Sequence[Run]) -> None:
        """Take what was just committed. Never waits: what finds no room in memory is read from the log later."""
        for run in runs:
            self._committed[run.tenant] = run.changes[-1].seq
            if run.tenant in self._behind:
                continue
            if not self._opened:
                self._behind.add(run.tenant)
            elif not self._backlog.add(run):
                self._behind |= {run.tenant} | self._backlog.clear()
        self._something.set()

    def doubt(self) -> None:
        """A commit has failed in a way that leaves open whether it is there: look it up before going on."""
        self._behind |= self._backlog.clear()
        self._opened = False
        self._something.set()

    async def run(self) -> None:
        """Until it is stopped and has announced what there was."""
        try:
            while await self._next_is_there():
                if not self._opened:
                    await self._try_to_open()
                elif self._behind:
                    await self._announce_from_log(next(iter(self._behind)))
                else:
                    await self._announce(self._backlog.next())
        except _Stopped:
            log.warning("feed_stopped_early", unannounced=self.lag)

    def stop(self) -> None:
        self._stopping.set()
        self._something.set()

    @property
    def announced(self) -> Mapping[str, int]:
        return dict(self._announced)

    @property
    def lag(self) -> int:
        """Changes that are committed and not yet announced."""
        return sum(seq - self._announced.get(tenant, 0) for tenant, seq in self._committed.items())

    async def _try_to_open(self) -> None:
        try:
            await self._open()
        except Unavailable as error:
            await self._pause(error)

    async def _open(self) -> None:
        """Find out what has been announced already, as soon as the broker can tell."""
        for tenant in await self._store.tenants():
            announced = await self._where_the_stream_ends(tenant)
            self._announced[tenant.name] = announced
            self._committed[tenant.name] = max(tenant.last_seq, self._committed.get(tenant.name, 0))
            if announced < tenant.last_seq:
                log.info("announcing_from_log", tenant=tenant.name, since=announced, until=tenant.last_seq)
                self._behind.add(tenant.name)
        self._opened = True

    async def _where_the_stream_ends(self, tenant: TenantState) -> int:
        """The last number that was announced for certain. The store's own note of it may lag behind the stream."""
        last = await self._bus.wire.last(CHANGES, subject_for(tenant.name, "changes.>"))
        in_stream = decode_changes(last.payload)[-1].seq if last else 0
        if in_stream > tenant.last_seq:
            log.error("stream_is_ahead_of_log", tenant=tenant.name, stream=in_stream, log=tenant.last_seq)
            return tenant.last_seq
        return max(in_stream, tenant.announced_seq)

    async def _next_is_there(self) -> bool:
        while self._opened and not self._behind and not self._backlog:
            if self._stopping.is_set():
                return False
            self._something.clear()
            await self._something.wait()
        return True

    async def _announce_from_log(self, tenant: str) -> None:
        """Announce until the log has no more. What is committed meanwhile is in the log, too."""
        settings = self._settings
        while self._announced.get(tenant, 0) < self._committed[tenant]:
            since = self._announced.get(tenant, 0)
            try:
                runs = await self._store.runs(tenant, since, settings.announce_count_max, settings.announce_bytes_max)
            except Unavailable as error:
                await self._pause(error)
            else:
                for run in runs:
                    await self._announce(run)
        self._behind.discard(tenant)

    async def _announce(self, run: Run) -> None:
        """Return once it is in the stream. Saying it again under the same message id is harmless."""
        first, last = run.changes[0].seq, run.changes[-1].seq
        headers = {
            MESSAGE_ID_HEADER: f"{run.tenant}-{first}-{last}",
            PREVIOUS_SEQ_HEADER: str(run.previous_seq),
        }
        subject = subject_for(run.tenant, f"changes.{run.collection}")
        payload = b"[" + b",".join(change.json for change in run.changes) + b"]"
        while True:
            try:
                await self._bus.wire.append(subject, payload, headers)
            except Unavailable as error:
                await self._pause(error)
            except TooLarge as error:
                bare = without_bodies(run)
                if payload == bare:
                    raise
                log.warning("announced_without_bodies", subject=subject, first=first, last=last, because=error.detail)
                payload = bare
            else:
                self._patience.reset()
                self._announced[run.tenant] = last
                return

    async def _pause(self, error: Unavailable) -> None:
        pause = self._patience.next_pause_seconds()
        log.warning("waiting", because=error.detail, pause_seconds=pause)
        if await pause_unless(self._stopping, pause):
            raise _Stopped from error
