"""Who may do what, where: by the settings' grants, and by those of a command, which are documents of the house.

A grant is for a name, for `account:name` or for `host:name!user@host`, in a channel, in a network or everywhere. `*`
stands for anything, and ASCII letters are the same in both cases. When several fit somebody, the narrowest counts:

1. one for this channel before one for several channels, before one for the network, before one for more than that;
2. then one without `*` before one with it, before one for anybody;
3. then an account before a host before a name, because a network vouches more for the first;
4. then the one with more characters that fit; one by command before one of the settings; the lesser role.

A grant by command does not count against somebody who has as much as its giver had, nor against what somebody with more
power has decided. So a moderator can ignore members, but no owner, whatever name that owner uses; nobody can lock
himself out; and whom the settings make an owner stays one. Somebody whom no grant fits is a member.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from services.bot.command import Person, Place
from services.bot.latest import Latest
from services.bot.trust.grants import (
    IGNORED,
    MODERATOR,
    POWERS,
    ROLE_OF_POWER,
    ROLES_COLLECTION,
    SETTINGS_OWNER,
    Rule,
    RuleBook,
    StoredGrant,
    checked_who,
    stored_grant,
)
from shared.clock import Clock, is_within
from shared.contracts.documents import Document, Draft
from shared.errors import Conflict, Invalid, NotFound, PostilError
from shared.harmless import one_line
from shared.settings import BotSettings, Role
from shared.shelf import Shelf

log = structlog.get_logger()

FRESH = timedelta(seconds=60)
# When the database could not be read, how long nobody asks it again.
REST = timedelta(seconds=5)
STORED_COUNT_MAX = 5_000
# With what strangers have put there. What comes behind is not looked at.
READ_COUNT_MAX = 10_000
NAME_CHARACTERS_MAX = 200
TENANTS_KNOWN_MAX = 1_000
# A read that was overtaken by a change is made again, so often.
READS_MAX = 3


@dataclass(slots=True)
class _Known:
    """A tenant's stored grants as they were last read."""

    grants: Sequence[StoredGrant]
    book: RuleBook
    # None if they are known to be out of date.
    read_at: datetime | None = None
    # How often somebody has said that something was written.
    changes: int = 0
    reading: asyncio.Task[None] | None = None
    # Why the last read failed.
    failure: PostilError | None = None


class Roles:
    def __init__(self, shelf: Shelf, settings: BotSettings, clock: Clock) -> None:
        self._shelf = shelf
        self._clock = clock
        self._settings = [Rule.of(grant) for grant in settings.roles]
        self._known: Latest[str, _Known] = Latest(TENANTS_KNOWN_MAX)

    def use(self, settings: BotSettings) -> None:
        """From now on let these settings count, with what is known."""
        self._settings = [Rule.of(grant) for grant in settings.roles]
        for known in self._known.values():
            known.book = self._book(known.grants)

    async def role_of(self, tenant: str, place: Place, who: Person) -> Role:
        """When the database is away, by what was known; by the settings alone if nothing was."""
        known = await self._up_to_date(tenant)
        return ROLE_OF_POWER[known.book.power_of(place, who)]

    def is_ignored(self, tenant: str, place: Place, who: Person) -> bool:
        """Whether that is certain without asking anybody."""
        known = self._known.get(tenant)
        return known is not None and self._is_fresh(known) and known.book.power_of(place, who) == IGNORED

    def forget(self, tenant: str) -> None:
        """Somebody has changed a grant: read anew at the next call."""
        known = self._known.get(tenant)
        if known is not None:
            known.read_at = None
            known.changes += 1

    async def grant(self, tenant: str, place: Place, name: str, role: Role | None, by: Person) -> Role:
        """In a place whose channel, or network too, is `*`: in all of them. Returns the role from before."""
        who = checked_who(name)
        if place.is_private:
            raise Invalid("In a private conversation, say where: on the network, or everywhere.")
        self.forget(tenant)
        known = await self._up_to_date(tenant)
        if known.failure is not None:
            raise known.failure
        giver, before = known.book.power_of(place, by), known.book.power_of(place, Person.meant_by(who))
        _refuse_too_much(name, role, giver, before)
        wanted = StoredGrant(
            who=who,
            role=role or "member",
            network=place.network,
            channel=place.channel,
            by=one_line(by.name, NAME_CHARACTERS_MAX),
            by_role=ROLE_OF_POWER[giver],
            by_settings=giver == SETTINGS_OWNER,
        )
        standing = await self._shelf.get(tenant, wanted.id)
        _refuse_to_overrule(name, giver, standing)
        if role is None:
            await self._take(tenant, name, standing)
        else:
            await self._put(tenant, wanted, standing, len(known.grants))
        self.forget(tenant)
        return ROLE_OF_POWER[before]

    async def _take(self, tenant: str, name: str, standing: Document | None) -> None:
        if standing is None:
            raise NotFound(f"Nobody has given {name} a role there by command.")
        if not await self._shelf.take(tenant, standing):
            raise Conflict(f"Somebody else has just changed the role of {name}: look, and try again.")

    async def _put(self, tenant: str, wanted: StoredGrant, standing: Document | None, count: int) -> None:
        if standing is None and count >= STORED_COUNT_MAX:
            raise Conflict(f"There are {count:,} roles already: take some away first.")
        draft = Draft(
            id=wanted.id,
            collection=ROLES_COLLECTION,
            author=wanted.by if wanted.by.isprintable() else None,
            data=wanted.model_dump(mode="json"),
            if_version=0 if standing is None else standing.version,
        )
        try:
            await self._shelf.put(tenant, draft)
        except Conflict as error:
            raise Conflict(f"Somebody else has just changed the role of {wanted.who}: look, and try again.") from error

    def _book(self, grants: Sequence[StoredGrant]) -> RuleBook:
        return RuleBook([*self._settings, *map(Rule.of, grants)])

    async def _up_to_date(self, tenant: str) -> _Known:
        known = self._known.get(tenant)
        if known is None:
            known = _Known((), self._book(()))
            self._known.put(tenant, known)
        for _ in range(READS_MAX):
            if self._is_fresh(known):
                break
            reading = self._begin_reading(tenant, known)
            if known.read_at is not None and known.failure is None:
                # They are only old. Whoever writes says so, so this is to be on the safe side, and nobody waits for it.
                break
            # Whoever gives up waiting leaves the others their answer.
            await asyncio.shield(reading)
        return known

    def _is_fresh(self, known: _Known) -> bool:
        span = FRESH if known.failure is None else REST
        return known.read_at is not None and is_within(self._clock.now(), known.read_at, span)

    def _begin_reading(self, tenant: str, known: _Known) -> asyncio.Task[None]:
        if known.reading is None or known.reading.done():
            known.reading = asyncio.create_task(self._read(tenant, known))
        return known.reading

    async def _read(self, tenant: str, known: _Known) -> None:
        changes = known.changes
        try:
            documents = self._shelf.all(tenant, ROLES_COLLECTION, READ_COUNT_MAX)
            stored = [stored_grant(each) async for each in documents]
        except PostilError as error:
            log.warning("roles_not_read", tenant=tenant, because=error.detail)
            known.failure = error.with_traceback(None)
            known.read_at = self._clock.now()
            return
        if len(stored) == READ_COUNT_MAX:
            log.warning("roles_not_read_to_the_end", tenant=tenant, read=READ_COUNT_MAX)
        known.grants = [grant for grant in stored if grant is not None]
        known.book = self._book(known.grants)
        known.failure = None
        # Otherwise it may have been read just before that change.
        if changes == known.changes:
            known.read_at = self._clock.now()


def _refuse_too_much(name: str, role: Role | None, giver: int, before: int) -> None:
    own = ROLE_OF_POWER[giver]
    if giver < MODERATOR:
        raise Conflict("You are no moderator there.")
    if role is not None and POWERS[role] > giver:
        raise Conflict(f"You are {_with_article(own)} there, and can't make anybody {_with_article(role)}.")
    if before >= giver:
        raise Conflict(f"{name} is {_with_article(ROLE_OF_POWER[before])} there, and you are no more than that.")


def _refuse_to_overrule(name: str, giver: int, standing: Document | None) -> None:
    grant = None if standing is None else stored_grant(standing)
    if grant is not None and grant.giver_power > giver:
        raise Conflict(f"The role of {name} was decided by {_with_article(grant.by_role)}.")


def _with_article(role: Role) -> str:
    match role:
        case "owner":
            return "an owner"
        case "ignored":
            return "ignored"
    return f"a {role}"
