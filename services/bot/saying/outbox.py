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

from services.bot.saying.backlog import Backlog, Entry, Waiting, Where
from services.bot.saying.delivery import Outcome
from services.bot.saying.reading import AWAY_SECONDS_MAX, AWAY_SECONDS_MIN, Reading, until_news
from services.bot.saying.tenants import Tenants
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
ROUNDS_MAX = 32
# Whatever the settings say, a line is tried once a day.
PAUSE_SECONDS_MAX, DOUBLINGS_MAX = 86_400.0, 32
# When the bot stops: for the words of the networks, and for writing down what is not yet.
CONFIRM_AT_STOP_SECONDS_MAX, WRITE_AT_STOP_SECONDS_MAX = 0.5, 3.0
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
        self._reading = Reading(shelf, tenants, clock, self._found)
        # In order, each with the version that it replaces.
        self._unwritten: deque[tuple[str, Entry, int]] = deque()
        # What is in a round or still to be written: whatever is read of it is out of date.
        self._in_hand: set[tuple[str, str]] = set()
        self._rounds: set[asyncio.Task[None]] = set()
        self._patience = Patience(AWAY_SECONDS_MIN, AWAY_SECONDS_MAX)
        # Why the database could not be told something.
        self._failure: Unavailable | None = None
        self._news = asyncio.Event()
        self._stopping = asyncio.Event()
        self.failed = self.lost = 0

    @property
    def waiting(self) -> int:
        return len(self._backlog) + len(self._unwritten)

    def hear_of(self, tenant: str) -> None:
        self._reading.hear_of(tenant)

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
            self._read_later(tenant)
            raise
        self._news.set()

    async def run(self) -> None:
        """Until `stop`. Raises nothing of ours: whoever is away comes back."""
        working = [asyncio.create_task(each) for each in (self._work(), self._reading.run())]
        stopped = asyncio.create_task(self._stopping.wait())
        try:
            await asyncio.wait([*working, stopped], return_when=asyncio.FIRST_COMPLETED)
        finally:
            # Neither is waited for: what is cut off here is begun anew, by `finish` or after a restart.
            for each in (*working, stopped):
                each.cancel()
            ended = await asyncio.gather(*working, return_exceptions=True)
        for error in ended:
            if isinstance(error, Exception):
                raise error

    async def finish(self) -> None:
        """Give what is being said a moment, and write down what is not yet."""
        if self._rounds:
            _, late = await asyncio.wait(self._rounds, timeout=CONFIRM_AT_STOP_SECONDS_MAX)
            for task in late:
                task.cancel()
        with suppress(Unavailable, TimeoutError):
            async with asyncio.timeout(WRITE_AT_STOP_SECONDS_MAX):
                await self._flush()
        if self._unwritten:
            log.error("lines_lost", count=len(self._unwritten), because="they could not be written down at the end")

    def stop(self) -> None:
        self._stopping.set()
        self._news.set()

    async def _work(self) -> None:
        while True:
            self._news.clear()
            try:
                await self._flush()
            except Unavailable as error:
                self._failure = error
            if self._failure is None:
                self._begin_rounds()
                await until_news(self._news, self._clock, self._next_due())
                continue
            pause, because = self._patience.next_pause_seconds(), self._failure.detail
            self._failure = None
            log.warning("outbox_waits", because=because, pause_seconds=pause, unwritten=len(self._unwritten))
            await asyncio.sleep(pause)

    def _next_due(self) -> datetime | None:
        return self._backlog.next_due() if len(self._rounds) < ROUNDS_MAX else None

    def _begin_rounds(self) -> None:
        """In turns also when all of them have much to say: a place has one round at a time."""
        while len(self._rounds) < ROUNDS_MAX and (lines := self._backlog.take(self._clock.now())):
            self._in_hand.update(line.key for line in lines)
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
                self._give_back(line)
            self._backlog.release(where)

    async def _try(self, line: Waiting) -> Outcome | None:
        """None if the database is away: then nothing is said."""
        saying = line.entry.model_copy(update={"state": "saying", "holder": self._holder})
        try:
            saved = await self._shelf.put(line.tenant, saying.draft(line.version))
        except Unavailable as error:
            self._failure = error
            self._give_back(line)
            return None
        except PostilError as error:
            # Another bot has it, or somebody has removed it.
            self._turned_down(line.tenant, line.entry, error)
            return Outcome("refused", error.detail)
        self._patience.reset()
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
                self._give_back(line)
        lines.clear()

    def _after_a_try(self, entry: Entry, outcome: Outcome) -> Entry:
        tries = entry.tries + 1
        if outcome.what == "undelivered" and tries < self._settings.tries_max:
            pause = self._settings.retry_seconds * 2.0 ** min(entry.tries, DOUBLINGS_MAX)
            due_at = self._clock.now() + timedelta(seconds=min(pause, PAUSE_SECONDS_MAX))
            return entry.model_copy(update={"tries": tries, "due_at": due_at, "reason": outcome.reason})
        state = "sent" if outcome.what in ("said", "unconfirmed") else "failed"
        reason = f"{NOT_KNOWN}: {outcome.reason}" if outcome.what == "unconfirmed" else outcome.reason or None
        if state == "failed":
            self.failed += 1
            log.warning("line_failed", id=entry.say.id, channel=entry.say.channel, tries=tries, because=reason)
        return entry.model_copy(update={"tries": tries, "state": state, "reason": reason})

    def _write(self, tenant: str, entry: Entry, if_version: int) -> None:
        key = tenant, entry.say.id or ""
        if len(self._unwritten) >= UNWRITTEN_COUNT_MAX:
            self._in_hand.discard(key)
            self.lost += 1
            log.error("line_lost", id=entry.say.id, because="the database is away, and too much waits for it")
            return
        self._in_hand.add(key)
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
                written = Waiting(tenant, entry, saved.version or if_version + 1)
                self._in_hand.discard(written.key)
                if entry.state == "waiting":
                    self._hold(written)
            self._unwritten.popleft()

    def _turned_down(self, tenant: str, entry: Entry, error: PostilError) -> None:
        log.warning("entry_not_written", id=entry.say.id, state=entry.state, because=error.detail)
        self._in_hand.discard((tenant, entry.say.id or ""))
        if isinstance(error, Conflict):
            # Whatever is there instead may be waiting.
            self._read_later(tenant)

    def _found(self, document: Document) -> None:
        """An entry that was read. What is held is begun by us as it stands there, or turned down, and read again."""
        entry = Entry.of(document)
        if entry is None or entry.state in ("sent", "failed"):
            return
        found = Waiting(document.tenant, entry, document.version)
        if found.key in self._in_hand or self._backlog.holds(found):
            return
        if entry.state == "waiting":
            self._hold(found)
            self._news.set()
            return
        over_at = document.updated_at + timedelta(seconds=self._settings.confirm_seconds_max + MARGIN_SECONDS)
        if over_at > self._clock.now():
            self._reading.at(document.tenant, over_at)
        else:
            self._write(document.tenant, self._after_a_try(entry, Outcome("refused", NOT_KNOWN)), document.version)

    def _hold(self, waiting: Waiting) -> None:
        if waiting.key in self._in_hand:
            return
        self._backlog.hold(waiting)
        for tenant, due_at in self._backlog.trim().items():
            self._reading.at(tenant, max(due_at, self._clock.now() + timedelta(seconds=READ_AGAIN_SECONDS)))

    def _give_back(self, line: Waiting) -> None:
        self._in_hand.discard(line.key)
        self._hold(line)

    def _read_later(self, tenant: str) -> None:
        self._reading.at(tenant, self._clock.now() + timedelta(seconds=self._settings.retry_seconds))
