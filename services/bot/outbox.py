"""The outbox: lines that could not be said, and those that are to be said later, until they are sent or have failed.

Each is a document, and what has begun is written there before it is done: a line of which it is not known whether it
was said is never said again. In memory is what is due next, and no more; the rest stays in the database until then.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

import structlog

from services.bot.backlog import COLLECTION, Backlog, Entry, Waiting, Where
from services.bot.delivery import Outcome
from services.bot.tenants import Tenants
from shared.clock import Clock
from shared.contracts.chat import Say
from shared.contracts.documents import Document
from shared.errors import Conflict, PostilError, Unavailable
from shared.runtime.patience import Patience
from shared.settings import BotSettings
from shared.shelf import Shelf

log = structlog.get_logger()

HELD_COUNT_MAX = 2_000
# What could not be written yet, as the database is away. What comes beyond it is lost, and counted.
UNWRITTEN_COUNT_MAX = 2_000
TENANTS_COUNT_MAX = 10_000
ROUNDS_MAX = 32
AWAY_SECONDS_MIN, AWAY_SECONDS_MAX = 0.5, 30.0
# So that a clock that was set is noticed.
SLEEP_SECONDS_MIN, SLEEP_SECONDS_MAX = 0.001, 60.0
STOP_SECONDS_MAX = 3.0
# Where more is due than is held, the rest is looked for that often.
READ_AGAIN_SECONDS = 10.0
# Beyond the time that a try may take: then nobody is saying a line any more that stands there as being said.
MARGIN_SECONDS = 10.0
NOT_KNOWN = "it is not known whether it was said"


class Outbox:
    def __init__(
        self,
        shelf: Shelf,
        tenants: Tenants,
        settings: BotSettings,
        clock: Clock,
        deliver: Callable[[str, Say], Awaitable[Outcome]],
        holder: str,
    ) -> None:
        self._shelf, self._tenants, self._settings, self._clock = shelf, tenants, settings, clock
        self._deliver, self._holder = deliver, holder
        self._backlog = Backlog(HELD_COUNT_MAX)
        # In order, each with the version that it replaces.
        self._unwritten: deque[tuple[str, Entry, int]] = deque()
        # When to read a tenant's entries: there may be some that are not held.
        self._to_read: dict[str, datetime] = {}
        self._heard: set[str] = set()
        self._knows_tenants = False
        self._rounds: set[asyncio.Task[None]] = set()
        self._patience = Patience(AWAY_SECONDS_MIN, AWAY_SECONDS_MAX)
        self._away_until: datetime | None = None
        self._news = asyncio.Event()
        self._stopping = asyncio.Event()
        self.failed = self.lost = 0

    @property
    def waiting(self) -> int:
        return len(self._backlog) + len(self._unwritten)

    def hear_of(self, tenant: str) -> None:
        if tenant not in self._heard and len(self._heard) < TENANTS_COUNT_MAX:
            self._heard.add(tenant)
            self._read_at(tenant, self._clock.now())

    def keep(self, tenant: str, say: Say, order: int, reason: str) -> None:
        """Take a line that was tried and certainly not said. It never waits."""
        entry = Entry(say=say, due_at=self._clock.now(), order=order)
        self._write(tenant, self._after_a_try(entry, Outcome("undelivered", reason)), 0)

    async def promise(self, tenant: str, entries: Sequence[Entry]) -> None:
        """Return when they are written down; raises `Unavailable`, and then they may be all the same."""
        try:
            await self._tenants.add(tenant)
            for entry in entries:
                saved = await self._shelf.put(tenant, entry.draft(0))
                self._hold(Waiting(tenant, entry, saved.version or 1))
        except Unavailable:
            self._read_at(tenant, self._clock.now() + timedelta(seconds=self._settings.retry_seconds))
            raise
        self._news.set()

    async def run(self) -> None:
        """Until `stop`. Raises nothing of ours: whoever is away comes back."""
        while not self._stopping.is_set():
            self._news.clear()
            await self._turn()
            with suppress(TimeoutError):
                async with asyncio.timeout(self._sleep_seconds()):
                    await self._news.wait()

    async def finish(self) -> None:
        """Give what is being said a moment, and write down what is not yet."""
        if self._rounds:
            _, late = await asyncio.wait(self._rounds, timeout=STOP_SECONDS_MAX)
            for task in late:
                task.cancel()
        with suppress(Unavailable, TimeoutError):
            async with asyncio.timeout(STOP_SECONDS_MAX):
                await self._flush()

    def stop(self) -> None:
        self._stopping.set()
        self._news.set()

    async def _turn(self) -> None:
        if self._is_away():
            return
        try:
            await self._flush()
            await self._read()
        except Unavailable as error:
            self._went_away(error)
            return
        # Taking turns also when all of them have much to say: a place has one round at a time.
        while len(self._rounds) < ROUNDS_MAX and (lines := self._backlog.take(self._clock.now())):
            task = asyncio.get_running_loop().create_task(self._round(lines[0].where, deque(lines)))
            self._rounds.add(task)
            task.add_done_callback(self._round_ended)

    def _round_ended(self, task: asyncio.Task[None]) -> None:
        self._rounds.discard(task)
        self._news.set()
        if not task.cancelled():
            # Nothing is expected to be raised there: if it is, the loop shall say so.
            task.result()

    async def _round(self, where: Where, lines: deque[Waiting]) -> None:
        """Say the lines of a place in their order, up to one that can't be said."""
        try:
            while lines and not self._stopping.is_set():
                line = lines.popleft()
                outcome = await self._try(line)
                if outcome is None:
                    return
                if outcome.what == "undelivered":
                    self._postpone(lines, outcome)
        finally:
            # What is left is still waiting, as it stands in the database.
            for line in lines:
                self._hold(line)
            self._backlog.release(where)

    async def _try(self, line: Waiting) -> Outcome | None:
        """None if the database is away: then nothing is said."""
        saying = line.entry.model_copy(update={"state": "saying", "holder": self._holder})
        try:
            saved = await self._shelf.put(line.tenant, saying.draft(line.version))
        except Unavailable as error:
            self._went_away(error)
            self._hold(line)
            return None
        except PostilError as error:
            # Another bot has it, or somebody has removed it.
            self._turned_down(line.tenant, line.entry, error)
            return Outcome("refused", error.detail)
        outcome = await self._deliver(line.tenant, saying.say)
        # A line that was tried before its time has lost nothing.
        was_early = line.entry.due_at > self._clock.now() and outcome.what == "undelivered"
        after = line.entry if was_early else self._after_a_try(line.entry, outcome)
        self._write(line.tenant, after, saved.version or line.version + 1)
        return outcome

    def _postpone(self, lines: deque[Waiting], outcome: Outcome) -> None:
        """Those behind a line that can't be said: to say them first would turn them around."""
        now = self._clock.now()
        for line in tuple(lines):
            if line.entry.due_at <= now:
                self._write(line.tenant, self._after_a_try(line.entry, outcome), line.version)
            else:
                self._hold(line)
        lines.clear()

    def _after_a_try(self, entry: Entry, outcome: Outcome) -> Entry:
        tries = entry.tries + 1
        if outcome.what == "undelivered" and tries < self._settings.tries_max:
            pause = timedelta(seconds=self._settings.retry_seconds * 2.0**entry.tries)
            return entry.model_copy(
                update={"tries": tries, "due_at": self._clock.now() + pause, "reason": outcome.reason}
            )
        state = "sent" if outcome.what in ("said", "unconfirmed") else "failed"
        reason = f"{NOT_KNOWN}: {outcome.reason}" if outcome.what == "unconfirmed" else outcome.reason or None
        if state == "failed":
            self.failed += 1
            log.warning("line_failed", id=entry.say.id, channel=entry.say.channel, tries=tries, because=reason)
        return entry.model_copy(update={"tries": tries, "state": state, "reason": reason})

    def _write(self, tenant: str, entry: Entry, if_version: int) -> None:
        if len(self._unwritten) >= UNWRITTEN_COUNT_MAX:
            self.lost += 1
            log.error("line_lost", id=entry.say.id, because="the database is away, and too much waits for it")
            return
        self._unwritten.append((tenant, entry, if_version))
        self._news.set()

    async def _flush(self) -> None:
        while self._unwritten:
            tenant, entry, if_version = self._unwritten[0]
            try:
                await self._tenants.add(tenant)
                saved = await self._shelf.put(tenant, entry.draft(if_version))
            except Unavailable:
                raise
            except PostilError as error:
                self._turned_down(tenant, entry, error)
            else:
                self._patience.reset()
                if entry.state == "waiting":
                    self._hold(Waiting(tenant, entry, saved.version or if_version + 1))
            self._unwritten.popleft()

    def _turned_down(self, tenant: str, entry: Entry, error: PostilError) -> None:
        log.warning("entry_not_written", id=entry.say.id, state=entry.state, because=error.detail)
        if isinstance(error, Conflict):
            # Whatever is there instead may be waiting.
            self._read_at(tenant, self._clock.now() + timedelta(seconds=self._settings.retry_seconds))

    async def _read(self) -> None:
        if not self._knows_tenants:
            for tenant in await self._tenants.all():
                self._read_at(tenant, self._clock.now())
            self._knows_tenants = True
        for tenant in [each for each, at in self._to_read.items() if at <= self._clock.now()]:
            at = self._to_read.pop(tenant)
            try:
                async for document in self._shelf.all(tenant, COLLECTION):
                    self._found(document)
            except Unavailable:
                self._read_at(tenant, at)
                raise
            except PostilError as error:
                log.warning("outbox_not_read", tenant=tenant, because=error.detail)
            self._patience.reset()

    def _found(self, document: Document) -> None:
        entry = Entry.of(document)
        # What we have begun ourselves is in our hands, also if we have not heard that it is written down.
        if entry is None or entry.state in ("sent", "failed") or entry.holder == self._holder:
            return
        waiting = Waiting(document.tenant, entry, document.version)
        if entry.state == "waiting":
            if not self._backlog.holds(waiting):
                self._hold(waiting)
            return
        over_at = document.updated_at + timedelta(seconds=self._settings.confirm_seconds_max + MARGIN_SECONDS)
        if over_at > self._clock.now():
            self._read_at(document.tenant, over_at)
        else:
            self._write(document.tenant, self._after_a_try(entry, Outcome("refused", NOT_KNOWN)), document.version)

    def _hold(self, waiting: Waiting) -> None:
        self._backlog.hold(waiting)
        for tenant, due_at in self._backlog.trim().items():
            self._read_at(tenant, max(due_at, self._clock.now() + timedelta(seconds=READ_AGAIN_SECONDS)))

    def _read_at(self, tenant: str, at: datetime) -> None:
        self._to_read[tenant] = min(at, self._to_read.get(tenant, at))
        self._news.set()

    def _is_away(self) -> bool:
        return self._away_until is not None and self._clock.now() < self._away_until

    def _went_away(self, error: Unavailable) -> None:
        if not self._is_away():
            pause = self._patience.next_pause_seconds()
            self._away_until = self._clock.now() + timedelta(seconds=pause)
            log.warning("outbox_waits", because=error.detail, pause_seconds=pause, unwritten=len(self._unwritten))

    def _sleep_seconds(self) -> float:
        now = self._clock.now()
        if self._is_away() and self._away_until is not None:
            nexts = [self._away_until]
        else:
            due_at = self._backlog.next_due() if len(self._rounds) < ROUNDS_MAX else None
            nexts = [*([due_at] if due_at else []), *self._to_read.values()]
        seconds = min(((each - now).total_seconds() for each in nexts), default=SLEEP_SECONDS_MAX)
        return min(max(seconds, SLEEP_SECONDS_MIN), SLEEP_SECONDS_MAX)
