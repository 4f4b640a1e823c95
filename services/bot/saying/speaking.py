"""The bot's voice: an answer becomes lines, and each line is said, or waits in the outbox, or has failed.

Lines go out in order and don't wait for each other; whether a network has said them is learnt in the background.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import count
from random import Random

import structlog

from services.bot.command import Answer, Call, Place
from services.bot.saying.backlog import Entry
from services.bot.saying.delivery import Delivering, Outcome, can_be_spoken_to, check_place
from services.bot.saying.outbox import Outbox
from services.bot.saying.paging import LINES_MAX, Pages
from services.bot.saying.tenants import Tenants
from services.bot.wording import ELLIPSIS, clean, cut, short
from shared.bus.bus import Bus
from shared.clock import Clock, to_milliseconds
from shared.contracts.chat import Say
from shared.errors import Invalid
from shared.settings import BotSettings
from shared.shelf import Shelf

log = structlog.get_logger()

# Lines of which it is not known yet whether they were said. While there are that many, nobody is asked about more.
UNCONFIRMED_MAX = 4_096
# For their confirmations, when the bot stops: a network of our own has given its by then.
STOP_SECONDS_MAX = 0.5
NAME_CHARACTERS_MAX = 100
CUT_OFF = f"{ELLIPSIS} here it was cut off: ask for less at a time."
TOO_LONG = "Too long for here: I tell you in private."
TOLD = "I have told you in private."
NOWHERE = "That is for you alone, and your name is none to which I could speak in private."


class Voice:
    def __init__(
        self, bus: Bus, shelf: Shelf, settings: BotSettings, clock: Clock, own_tenant: str, chance: Random
    ) -> None:
        self._settings, self._chance = settings, chance
        self._pages = Pages(settings, clock)
        self._delivering = Delivering(bus, settings.confirm_seconds_max)
        self._outbox = Outbox(shelf, Tenants(shelf, own_tenant), settings, clock, self._try_kept, self._new_id())
        self._tasks: set[asyncio.Task[None]] = set()
        # Lines of the same millisecond keep their order, too.
        self._numbers = count(to_milliseconds(clock.now()) * 1_000)
        self._counts = {"said": 0, "confirmed": 0, "unconfirmed": 0, "failed": 0}

    async def answer(self, call: Call, answer: Answer) -> None:
        """Return when it is on its way."""
        lines = self._lines_of(answer.lines)
        if not lines:
            return
        place, note = self._place_for(call, answer.private or call.command.private, lines)
        if note is not None:
            await self._say_all(call.tenant, call.place, [note], to=call.who.name, in_reply_to=call.line_id)
        if place is not None:
            to = None if place.is_private else call.who.name
            page = self._pages.first(call, place, lines)
            await self._say_all(call.tenant, place, page, to=to, in_reply_to=call.line_id)

    def rest(self, call: Call) -> Sequence[str]:
        return self._pages.more(call)

    async def say(
        self, tenant: str, place: Place, text: str, *, to: str | None = None, in_reply_to: str | None = None
    ) -> None:
        """Say it, on no more than a page; raises `Invalid` for a place that can't be one."""
        check_place(place)
        await self._say_all(tenant, place, self._short_lines_of(text), to=to, in_reply_to=in_reply_to)

    async def say_later(self, tenant: str, place: Place, text: str, to: str | None, at: datetime) -> str:
        """Returns the id of the document of its first line when all of it is written down."""
        check_place(place)
        lines = self._short_lines_of(text)
        if not lines:
            raise Invalid("there is nothing to say in it")
        order = to_milliseconds(at) * 1_000 + next(self._numbers) % 1_000
        entries = [
            Entry(say=self._say_of(place, line, None if number else to), due_at=at, order=order + number)
            for number, line in enumerate(lines)
        ]
        await self._outbox.promise(tenant, entries)
        return entries[0].draft(0).id or ""

    def use(self, settings: BotSettings) -> None:
        """From now on say it by these."""
        self._settings = self._pages.settings = settings

    def hear_of(self, tenant: str) -> None:
        """A tenant that was seen: it may have something in the outbox."""
        self._outbox.hear_of(tenant)

    async def run(self) -> None:
        """Until `stop`. What is on its way then has a moment to arrive."""
        await self._outbox.run()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=STOP_SECONDS_MAX)
        await self._outbox.finish()

    def stop(self) -> None:
        self._outbox.stop()

    def vitals(self) -> Mapping[str, object]:
        outbox = self._outbox
        failed = self._counts["failed"] + outbox.failed
        return {**self._counts, "failed": failed, "waiting": outbox.waiting, "lost": outbox.lost}

    def _place_for(self, call: Call, is_private: bool, lines: Sequence[str]) -> tuple[Place | None, str | None]:
        """Where to say it, and what to say in the channel beside it."""
        if call.place.is_private:
            return call.place, None
        can_be_private = call.who.name != "" and can_be_spoken_to(call.private_place)
        if is_private:
            return (call.private_place, TOLD) if can_be_private else (None, NOWHERE)
        if can_be_private and self._pages.is_too_long(lines, call.place):
            return call.private_place, TOO_LONG
        return call.place, None

    def _lines_of(self, texts: Sequence[str]) -> list[str]:
        lines: list[str] = []
        for text in texts:
            lines += self._pieces(text)
            if len(lines) > LINES_MAX:
                return [*lines[: LINES_MAX - 1], CUT_OFF]
        return lines

    def _short_lines_of(self, text: str) -> list[str]:
        lines, last = self._pieces(text), self._settings.lines_count_max - 1
        if len(lines) <= last + 1:
            return lines
        # With something of the next line, so that there is too much of it.
        return [*lines[:last], self._clean(f"{lines[last]} {lines[last + 1]}", self._settings.line_bytes_max)]

    def _pieces(self, text: str) -> list[str]:
        return cut(self._clean(text), self._settings.line_bytes_max, self._settings.prefix)

    def _clean(self, text: str, bytes_max: int | None = None) -> str:
        return clean(text, bytes_max, self._settings.prefix)

    async def _say_all(
        self, tenant: str, place: Place, lines: Sequence[str], *, to: str | None, in_reply_to: str | None
    ) -> None:
        for number, line in enumerate(lines):
            say = self._say_of(place, line, None if number else to, in_reply_to)
            if len(self._tasks) >= UNCONFIRMED_MAX:
                # Those before it go out first.
                await asyncio.sleep(0)
                self._counts["said"] += 1
                self._counts["unconfirmed"] += 1
                await self._delivering.tell(tenant, say)
                continue
            # Tasks begin in the order in which they were made, so the lines go out in it.
            task = asyncio.get_running_loop().create_task(self._say_live(tenant, say, next(self._numbers)))
            self._tasks.add(task)
            task.add_done_callback(self._said_live)

    async def _say_live(self, tenant: str, say: Say, order: int) -> None:
        outcome = await self._try(tenant, say)
        if outcome.what == "undelivered":
            self._outbox.keep(tenant, say, order, outcome.reason)
        elif outcome.what == "refused":
            self._counts["failed"] += 1
            log.warning("line_failed", id=say.id, network=say.network, channel=say.channel, because=outcome.reason)

    def _said_live(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            # Nothing is expected to be raised there: if it is, the loop shall say so.
            task.result()

    async def _try(self, tenant: str, say: Say) -> Outcome:
        self._counts["said"] += 1
        outcome = await self._delivering.deliver(tenant, say)
        if outcome.what == "said":
            self._counts["confirmed"] += 1
        elif outcome.what == "unconfirmed":
            self._counts["unconfirmed"] += 1
        return outcome

    async def _try_kept(self, tenant: str, say: Say) -> Outcome:
        """What comes out of the database may have been written by anybody."""
        text = self._clean(say.text, self._settings.line_bytes_max)
        to = None if say.to is None else short(say.to, NAME_CHARACTERS_MAX)
        return await self._try(tenant, say.model_copy(update={"text": text, "to": to}))

    def _say_of(self, place: Place, text: str, to: str | None, in_reply_to: str | None = None) -> Say:
        return Say(
            id=self._new_id(),
            network=place.network,
            channel=place.channel,
            text=text,
            to=None if to is None else short(to, NAME_CHARACTERS_MAX),
            in_reply_to=in_reply_to,
        )

    def _new_id(self) -> str:
        return f"{self._chance.getrandbits(96):024x}"
