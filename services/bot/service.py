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
from services.bot.catalogue import Catalogue, load_catalogue
from services.bot.command import Call, Command, Place
from services.bot.desk import BotDesk, Current, ReadAnew
from services.bot.documents import holds_secrets, is_a_command
from services.bot.listening.hearing import Hearing, Line, is_own_name
from services.bot.listening.lanes import Lanes
from services.bot.listening.limits import Limits
from services.bot.networks.door import NetworkDoor
from services.bot.saying.delivery import can_be_spoken_to
from services.bot.saying.speaking import Voice
from services.bot.trust.audit import AuditBook
from services.bot.trust.roles import Roles
from shared.bus.bus import Bus
from shared.bus.wire import Delivery
from shared.clock import Clock
from shared.contracts.chat import network_and_channel
from shared.contracts.documents import Document
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
        self._limits = Limits(clock)
        self._answering = Answering(parts.voice, parts.audit, self._limits, parts.current, clock)
        self._lanes = Lanes(self._complain, clock, at_a_time_max=bot.calls_max, waiting_count_max=bot.waiting_count_max)
        self._commands = self._untold = 0

    @property
    def commands(self) -> Sequence[Command]:
        return self._current.catalogue.commands

    def loops(self) -> Sequence[Coroutine[Any, Any, None]]:
        return [self._voice.run(), self._parts.audit.run(), *(door.run() for door in self._doors)]

    async def stop(self) -> None:
        await self._lanes.drain(self._drain_seconds_max)
        # The doors come after what is said through them.
        await asyncio.gather(*(door.stop() for door in self._doors))
        self._voice.stop()
        self._parts.audit.stop()

    @watch("docs.chat.>")
    async def hear(self, tenant: str, event: Delivery) -> None:
        self._voice.hear_of(tenant)
        for line in self._hearing.lines_in(event, self._current.settings, self._clock.now()):
            call = self._call_of(tenant, line)
            if call is None:
                continue
            self._commands += 1
            if self._current.roles.is_ignored(tenant, line.place, line.who):
                # Here already, so that whoever is ignored takes nobody's turn, and nobody is told about his flood.
                self._answering.ignored += 1
            else:
                self._lanes.put(tenant, line.place, partial(self._answering.answer, call))

    @watch("matches.>")
    async def tell(self, tenant: str, event: Delivery) -> None:
        """A standing query has found something, and a channel wants to hear of it."""
        match = Match.decode(event.payload)
        network, dot, channel = (match.channel or "").partition(".")
        place = Place(network, channel)
        is_for_there = dot and can_be_spoken_to(place) and _may_hear(place, match.document.collection)
        if not is_for_there or not self._is_news(place, match.document):
            return
        refusal = self._limits.telling(tenant, place)
        text = _one_line_of(match) if refusal is None else refusal.text
        if text is None:
            self._untold += 1
        else:
            await self._voice.say(tenant, place, text)

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
            "dropped": self._lanes.dropped + self._untold,
            "in_lanes": self._lanes.waiting,
            **self._parts.asker.vitals(),
            **self._voice.vitals(),
            **self._parts.audit.vitals(),
            "networks": {name: door and dict(door.vitals()) for name, door in self._parts.doors.items()},
            # For whoever helps people type.
            "usages": [usage_of(command, self._current.settings.prefix) for command in self.commands],
        }

    def _is_news(self, place: Place, document: Document) -> bool:
        """Whoever is in a channel has read its lines. What a bot says there might be of a match: telling of that would
        never end."""
        where, settings = network_and_channel(document.collection), self._current.settings
        if where is None:
            return True
        is_here = document.collection == place.collection and not place.is_private
        is_own = is_own_name(document.author, where[0], settings)
        return not (is_here or is_own or is_a_command(document, settings.prefix))

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

    async def _complain(self, tenant: str, place: Place, count: int) -> None:
        await self._voice.say(tenant, place, f"Too many commands at once: {count} of them got no answer.")


def _may_hear(place: Place, collection: str) -> bool:
    """What is kept apart is told in its own conversation alone."""
    return not is_kept_apart(collection) or (place.is_private and place.collection == collection)


def _one_line_of(match: Match) -> str:
    document = match.document
    about = one_line(document.title or document.text or "", MATCH_CHARACTERS)
    if holds_secrets(document):
        about = "there is something secret in it; show tells it to you alone"
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
    catalogue = catalogue or load_catalogue(settings.commands_path, bot.disabled)
    current = Current(bot, catalogue, Roles(shelf, bot, clock))
    desk = BotDesk(bus, asker, voice, current, read_anew or partial(_read_anew, settings.data), clock)
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
