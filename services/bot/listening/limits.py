"""How often somebody may give commands: so many a minute for a person and for a channel, and a cooldown for some.

Whoever is over it is told so once and then met with silence until it is over, so that nobody can make the bot flood.
"""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.bot.command import Call, Person, Place
from services.bot.latest import Latest
from shared.clock import Clock, is_within
from shared.settings import BotSettings, Role

MINUTE = timedelta(minutes=1)
KNOWN_COUNT_MAX = 10_000
# What nobody has asked for just now, in one channel in a minute.
FINDS_COUNT_MAX = 20


@dataclass(frozen=True, slots=True)
class Refusal:
    """Without a text, nothing is said."""

    text: str | None = None


@dataclass(slots=True)
class _Bucket:
    """Fills up in a minute, and each call takes one out of it."""

    left: float
    at: datetime
    told_at: datetime | None = None

    def fill(self, count_max: int, now: datetime) -> None:
        passed = max((now - self.at) / MINUTE, 0.0)
        self.left, self.at = min(float(count_max), self.left + passed * count_max), now

    def seconds_until_one(self, count_max: int) -> int:
        return max(1, math.ceil((1 - self.left) * 60 / count_max))

    def refusal(self, text: str, now: datetime) -> Refusal:
        if self.told_at is not None and is_within(now, self.told_at, MINUTE):
            return Refusal()
        self.told_at = now
        return Refusal(text)


@dataclass(slots=True)
class _Cooldown:
    begun_at: datetime
    told: bool = False


Key = tuple[str, ...]


class Limits:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._people: Latest[Key, _Bucket] = Latest(KNOWN_COUNT_MAX)
        self._channels: Latest[Key, _Bucket] = Latest(KNOWN_COUNT_MAX)
        self._cooldowns: Latest[Key, _Cooldown] = Latest(KNOWN_COUNT_MAX)
        self._finds: Latest[Key, _Bucket] = Latest(KNOWN_COUNT_MAX)

    def refusal(self, call: Call, role: Role, settings: BotSettings) -> Refusal | None:
        """None if it may be done; then it is counted."""
        if role == "owner":
            return None
        now, here = self._clock.now(), call.place
        person_count_max, channel_count_max = settings.person_count_max, settings.channel_count_max
        channel = _bucket(self._channels, (call.tenant, here.network, here.channel), channel_count_max, now)
        person = _bucket(self._people, (call.tenant, here.network, *_who(call.who)), person_count_max, now)
        if channel.left < 1:
            seconds = channel.seconds_until_one(channel_count_max)
            return channel.refusal(f"More than {channel_count_max} commands a minute here: again in {seconds} s.", now)
        if person.left < 1:
            seconds = person.seconds_until_one(person_count_max)
            refusal = person.refusal(
                f"More than {person_count_max} commands a minute of yours: again in {seconds} s.", now
            )
            # A line is a line: many people who are each told once are a flood as well.
            channel.left -= 1 if refusal.text else 0
            return refusal
        channel.left -= 1
        person.left -= 1
        return None

    def telling(self, tenant: str, place: Place) -> Refusal | None:
        """None if a find of a standing query may be told there; then it is counted."""
        now = self._clock.now()
        finds = _bucket(self._finds, (tenant, place.network, place.channel), FINDS_COUNT_MAX, now)
        if finds.left < 1:
            return finds.refusal(f"More than {FINDS_COUNT_MAX} finds a minute: not all of them are told here.", now)
        finds.left -= 1
        return None

    def cooling(self, call: Call, role: Role) -> Refusal | None:
        """Whether this person has only just given this command here."""
        known = self._cooldowns.get(_call_key(call)) if call.command.cooldown_seconds and role != "owner" else None
        now, span = self._clock.now(), timedelta(seconds=call.command.cooldown_seconds)
        if known is None or not is_within(now, known.begun_at, span):
            return None
        if known.told:
            return Refusal()
        known.told = True
        seconds = math.ceil((known.begun_at + span - now).total_seconds())
        return Refusal(f"{call.command.word} can be given again in {seconds} s.")

    def begin_cooldown(self, call: Call) -> None:
        if call.command.cooldown_seconds:
            self._cooldowns.put(_call_key(call), _Cooldown(self._clock.now()))


def _bucket(known: Latest[Key, _Bucket], key: Key, count_max: int, now: datetime) -> _Bucket:
    bucket = known.get(key)
    if bucket is None:
        bucket = _Bucket(float(count_max), now)
        known.put(key, bucket)
    bucket.fill(count_max, now)
    return bucket


def _who(who: Person) -> Key:
    """Another nick is the same person, as far as the network knows."""
    if who.account:
        return "account", who.account.lower()
    _, mark, host = (who.host or "").partition("!")
    return ("host", host.lower()) if mark else ("name", who.name.lower())


def _call_key(call: Call) -> Key:
    return call.tenant, call.place.network, call.place.channel, *_who(call.who), call.command.word
