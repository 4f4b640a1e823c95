"""The desk: what the bot can do for a command, put together from its parts; and what `reload` makes anew."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePath
from typing import TypeVar

from pydantic import JsonValue

from services.bot.asking import Asker
from services.bot.catalogue import Catalogue, load_catalogue
from services.bot.command import Answer, Call, Command, Person, Place, Vital
from services.bot.saying.speaking import Voice
from services.bot.trust.roles import Roles
from shared import __version__
from shared.bus.bus import Bus
from shared.clock import Clock
from shared.contracts.message import ROOT, Contract, Query
from shared.errors import Invalid
from shared.settings import BotSettings, Role

ReplyT = TypeVar("ReplyT", bound=Contract)

DISCOVERY_SECONDS_MAX = 0.3
# Whoever keeps these has them from its start, so they stay as they are until there is another.
AFTER_A_RESTART = frozenset(
    {
        "irc",
        "calls_max",
        "waiting_count_max",
        "ask_seconds_max",
        "failures_max",
        "rest_seconds",
        "confirm_seconds_max",
        "retry_seconds",
        "tries_max",
    }
)


@dataclass(slots=True)
class Current:
    """What is another after a `reload`."""

    settings: BotSettings
    catalogue: Catalogue
    roles: Roles


# The settings and the folder of commands as they are written down now; raises `ValueError` or `OSError`.
ReadAnew = Callable[[], tuple[BotSettings, Path]]


class BotDesk:
    version = __version__

    def __init__(
        self, bus: Bus, asker: Asker, voice: Voice, current: Current, read_anew: ReadAnew, clock: Clock
    ) -> None:
        self._bus = bus
        self._asker = asker
        self._voice = voice
        self._current = current
        self._read_anew = read_anew
        self._clock = clock
        self._started_at = clock.now()

    @property
    def prefix(self) -> str:
        return self._current.settings.prefix

    @property
    def started_at(self) -> datetime:
        return self._started_at

    @property
    def commands(self) -> Sequence[Command]:
        return self._current.catalogue.commands

    async def ask(self, tenant: str, query: Query[ReplyT]) -> ReplyT:
        return await self._asker.ask(tenant, query)

    async def vitals(self) -> Sequence[Vital]:
        states = await self._bus.wire.services(DISCOVERY_SECONDS_MAX)
        now = self._clock.now()
        return [
            Vital(
                name=state.name.removeprefix(f"{ROOT}-"),
                version=state.version,
                up_seconds=max(0.0, (now - state.started_at).total_seconds()),
                figures=state.vitals,
            )
            for state in sorted(states, key=lambda state: (state.name, state.started_at))
        ]

    def rest(self, call: Call) -> Sequence[str]:
        return self._voice.rest(call)

    async def role_of(self, tenant: str, place: Place, who: Person) -> Role:
        return await self._current.roles.role_of(tenant, place, who)

    async def grant(self, tenant: str, place: Place, name: str, role: Role | None, by: Person) -> Role:
        return await self._current.roles.grant(tenant, place, name, role, by)

    async def say(self, tenant: str, place: Place, text: str) -> None:
        await self._voice.say(tenant, place, text)

    async def say_later(self, tenant: str, place: Place, text: str, to: str, at: datetime) -> str:
        return await self._voice.say_later(tenant, place, text, to, at)

    async def reload(self) -> Answer:
        current = self._current
        try:
            settings, folder = self._read_anew()
        except (ValueError, OSError) as error:
            raise Invalid(f"The settings can't be read, so all stays as it was: {_first_line(error)}") from error
        refused: list[str] = []
        catalogue = load_catalogue(
            folder, settings.disabled, lambda where, why: refused.append(f"{PurePath(where).name}: {why}")
        )
        before, after = _summary(current.settings, current.catalogue), _summary(settings, catalogue)
        changed = [name for name in before if before[name] != after[name]]
        if current.settings.irc != settings.irc:
            changed.append("irc")
        kept = {name: getattr(current.settings, name) for name in AFTER_A_RESTART}
        current.settings, current.catalogue = settings.model_copy(update=kept), catalogue
        current.roles.use(current.settings)
        self._voice.use(current.settings)
        return Answer(
            _report(changed, catalogue, refused),
            before={name: before[name] for name in changed if name in before},
            after={name: after[name] for name in changed if name in after},
        )


def _summary(settings: BotSettings, catalogue: Catalogue) -> Mapping[str, JsonValue]:
    # The keys of channels stand among the settings of a network.
    values: dict[str, JsonValue] = settings.model_dump(mode="json", exclude={"irc"})
    return {**values, "commands offered": [command.word for command in catalogue.commands]}


def _report(changed: Sequence[str], catalogue: Catalogue, refused: Sequence[str]) -> Sequence[str]:
    lines = [f"{len(catalogue.commands)} commands. Changed: {', '.join(sorted(changed)) or 'nothing'}."]
    late = sorted(AFTER_A_RESTART & set(changed))
    if late:
        lines.append(f"Only after a restart: {', '.join(late)}.")
    return [*lines, *(f"Refused: {each}" for each in refused)]


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
