"""The bot service: hears chat lines as they are published, and says the answers of its commands.

It hears the very message that is being stored, so an answer waits for no disk. Whoever hears never waits for a
command: what is to be done goes into the lane of its place.
"""

import asyncio
import os
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import structlog

from services.bot.answering import UNKNOWN, Answering
from services.bot.arguments import usage_of
from services.bot.asking import Asker
from services.bot.audit import AuditBook
from services.bot.catalogue import Catalogue, load_catalogue
from services.bot.command import Call, Command, Place
from services.bot.desk import BotDesk, Current, Makers, ReadAnew
from services.bot.hearing import Hearing, Line
from services.bot.lanes import Lanes
from services.bot.limits import Limits
from services.bot.networks.door import NetworkDoor
from services.bot.roles import Roles
from services.bot.speaking import Voice
from shared.bus.bus import Bus
from shared.bus.wire import Delivery
from shared.clock import Clock
from shared.contracts.house import is_kept_apart
from shared.contracts.standing import Match
from shared.errors import Invalid
from shared.harmless import one_line
from shared.runtime.process import Context
from shared.runtime.service import Service, watch
from shared.settings import BotSettings, Settings
from shared.shelf import Shelf

log = structlog.get_logger()

MATCH_CHARACTERS = 200
MATCHES_WAITING_MAX = 100
# Of the time that a service has for stopping: what is said last must still find its way out.
DRAIN_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Parts:
    """What the service is put together from; `assemble` does it."""

    asker: Asker
    voice: Voice
    audit: AuditBook
    current: Current
    desk: BotDesk
    # By the names of the networks; None is one that was refused.
    doors: Mapping[str, NetworkDoor | None]


class BotService(Service):
    name = "bot"
    description = "Answers chat-style commands."

    def __init__(self, parts: Parts, settings: Settings, clock: Clock, chance: Random) -> None:
        bot = settings.bot
        self._parts = parts
        self._current, self._voice = parts.current, parts.voice
        self._doors = [door for door in parts.doors.values() if door is not None]
        self._clock = clock
        self._chance = chance
        self._drain_seconds_max = settings.runtime.drain_seconds_max * DRAIN_SHARE
        self._hearing = Hearing()
        self._answering = Answering(parts.voice, parts.audit, Limits(clock), parts.current, clock)
        self._calls = Lanes(
            self._complain_of_calls, clock, at_a_time_max=bot.calls_max, waiting_count_max=bot.waiting_count_max
        )
        self._matches = Lanes(
            self._complain_of_matches, clock, at_a_time_max=bot.calls_max, waiting_count_max=MATCHES_WAITING_MAX
        )
        self._commands = 0

    @property
    def commands(self) -> Sequence[Command]:
        return self._current.catalogue.commands

    def loops(self) -> Sequence[Coroutine[Any, Any, None]]:
        return [self._voice.run(), self._parts.audit.run(), *(door.run() for door in self._doors)]

    async def stop(self) -> None:
        await asyncio.gather(*(lanes.drain(self._drain_seconds_max) for lanes in (self._calls, self._matches)))
        # The doors come after what is said through them.
        await asyncio.gather(*(door.stop() for door in self._doors))
        self._voice.stop()
        self._parts.audit.stop()

    @watch("docs.chat.>")
    async def hear(self, tenant: str, event: Delivery) -> None:
        self._voice.hear_of(tenant)
        for line in self._hearing.lines_in(event, self._current.settings, self._clock.now()):
            call = self._call_of(tenant, line)
            if call is not None:
                self._commands += 1
                self._calls.put(tenant, line.place, partial(self._answering.answer, call))

    @watch("matches.>")
    async def tell(self, tenant: str, event: Delivery) -> None:
        """A standing query has found something, and a channel wants to hear of it."""
        match = Match.decode(event.payload)
        network, dot, channel = (match.channel or "").partition(".")
        place = Place(network, channel)
        if dot and _may_hear(place, match.document.collection):
            self._matches.put(tenant, place, partial(self._voice.say, tenant, place, _one_line_of(match)))

    @watch("changes.postil.roles")
    async def forget_roles(self, tenant: str, event: Delivery) -> None:
        self._current.roles.forget(tenant)

    def vitals(self) -> Mapping[str, object]:
        return {
            "commands": self._commands,
            "answered": self._answering.answered,
            "refused": self._answering.refused,
            "ignored": self._answering.ignored,
            "broken": self._answering.failed,
            "dropped": self._calls.dropped + self._matches.dropped,
            "in_lanes": self._calls.waiting + self._matches.waiting,
            **self._parts.asker.vitals(),
            **self._voice.vitals(),
            **self._parts.audit.vitals(),
            "networks": {name: door and dict(door.vitals()) for name, door in self._parts.doors.items()},
            # For whoever helps people type.
            "usages": [usage_of(command, self._current.settings.prefix) for command in self.commands],
        }

    def _call_of(self, tenant: str, line: Line) -> Call | None:
        """None for a word that is nobody's here; another bot may know it."""
        found = self._current.catalogue.find(line.typed)
        if found is None and not line.place.is_private:
            return None
        command, words = found or (UNKNOWN, line.typed)
        return Call(
            desk=self._parts.desk,
            tenant=tenant,
            place=line.place,
            who=line.who,
            at=self._clock.now(),
            chance=self._chance,
            command=command,
            words=words,
            line_id=line.id,
        )

    async def _complain_of_calls(self, tenant: str, place: Place, count: int) -> None:
        await self._voice.say(tenant, place, f"Too many commands at once: {count} of them got no answer.")

    async def _complain_of_matches(self, tenant: str, place: Place, count: int) -> None:
        await self._voice.say(tenant, place, f"Too many matches at once: {count} of them are not told here.")


def _may_hear(place: Place, collection: str) -> bool:
    """What is kept apart is told in its own conversation alone."""
    return not is_kept_apart(collection) or (place.is_private and place.collection == collection)


def _one_line_of(match: Match) -> str:
    document = match.document
    about = one_line(document.title or document.text or "", MATCH_CHARACTERS)
    by = f" by {document.author}" if document.author else ""
    return f"{match.name}: {about} ({one_line(f'{document.collection}/{document.id}{by}', MATCH_CHARACTERS)})"


def assemble(
    bus: Bus,
    settings: Settings,
    clock: Clock,
    chance: Random,
    read_anew: ReadAnew | None = None,
    catalogue: Catalogue | None = None,
) -> BotService:
    """The service with all its parts; with a catalogue of one's own, that is all it knows."""
    bot = settings.bot
    asker = Asker(bus, clock, bot)
    shelf = Shelf(asker)
    voice = Voice(bus, shelf, bot, clock, settings.tenant, chance)
    makers = Makers(read_anew or partial(_read_anew, settings.data), lambda anew: Roles(shelf, anew, clock))
    catalogue = catalogue or load_catalogue(settings.commands_path, bot.disabled)
    current = Current(bot, catalogue, makers.roles(bot))
    desk = BotDesk(bus, asker, voice, current, makers, clock)
    parts = Parts(asker, voice, AuditBook(shelf, clock), current, desk, _doors(bus, bot, clock, chance))
    return BotService(parts, settings, clock, chance)


def _doors(bus: Bus, bot: BotSettings, clock: Clock, chance: Random) -> Mapping[str, NetworkDoor | None]:
    """None for a network whose settings can't be meant; the others work."""
    if not bot.irc:
        return {}
    # Nobody who has no IRC pays for its library.
    from services.bot.networks.irc import irc_network  # noqa: PLC0415  see above

    doors: dict[str, NetworkDoor | None] = {}
    for name, irc in sorted(bot.irc.items()):
        try:
            network = irc_network(name, irc, clock, chance)
        except Invalid as error:
            log.error("network_refused", network=name, because=error.detail)
            doors[name] = None
        else:
            doors[name] = NetworkDoor(bus, network, clock, chance)
    return doors


def _read_anew(data: Path) -> tuple[BotSettings, Path]:
    settings = Settings(data=data)
    return settings.bot, settings.commands_path


async def build(context: Context) -> Service:
    chance = Random(os.urandom(16))  # noqa: S311  games and pauses, no secrets
    return assemble(context.bus, context.settings, context.clock, chance)
