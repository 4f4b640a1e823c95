"""Grants, and what they amount to for one person in one place. Pure; `roles.py` says by which rules.

What a grant gives is a power: of a role, or of an owner by the settings, who has more than an owner by command.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from typing import Annotated

import orjson
from pydantic import StringConstraints, ValidationError

from services.bot.command import Person, Place, folded
from services.bot.latest import Latest
from shared.contracts.documents import Document
from shared.contracts.message import Contract
from shared.errors import Invalid
from shared.harmless import harmless
from shared.settings import Grant, Role

ROLES_COLLECTION = "postil.roles"
ANY = "*"
NOWHERE_ELSE = Place(ANY, ANY)

IGNORED, MEMBER, MODERATOR, OWNER, SETTINGS_OWNER = range(5)
POWERS: dict[Role, int] = {"ignored": IGNORED, "member": MEMBER, "moderator": MODERATOR, "owner": OWNER}
ROLE_OF_POWER: dict[int, Role] = {power: role for role, power in POWERS.items()} | {SETTINGS_OWNER: "owner"}

# From the least to the most that a network vouches for.
KINDS = ("name", "host", "account")
WHO_CHARACTERS_MAX = 200
ID_PART_CHARACTERS_MAX = 60
POWERS_KNOWN_MAX = 250
_ID_PART_BEGINNING = 40

# What stands in an id as it is; a dot parts it, a percent sign begins what is written as a number, and a `~` a digest.
_UNSAFE = re.compile(r"[^a-z0-9_#@:!+&*^\[\]{}|`/=-]")

Word = Annotated[str, StringConstraints(min_length=1, max_length=WHO_CHARACTERS_MAX)]


class StoredGrant(Contract):
    """A grant by command, as the `data` of its document. What its giver was then is kept for good."""

    who: Word
    role: Role
    network: Word
    channel: Word
    by: str
    by_role: Role
    by_settings: bool = False

    @property
    def giver_power(self) -> int:
        return SETTINGS_OWNER if self.by_settings and self.by_role == "owner" else POWERS[self.by_role]

    @property
    def id(self) -> str:
        return grant_id(Place(self.network, self.channel), self.who)


@dataclass(frozen=True, slots=True)
class Rule:
    kind: str
    who: str
    network: str
    channel: str
    power: int
    # None for the settings.
    giver_power: int | None = None

    @classmethod
    def of(cls, grant: Grant | StoredGrant) -> "Rule":
        kind, who = kind_and_name(grant.who)
        power, giver_power = POWERS[grant.role], None
        if isinstance(grant, StoredGrant):
            giver_power = grant.giver_power
        elif power == OWNER:
            power = SETTINGS_OWNER
        return cls(kind, folded(who), folded(grant.network), folded(grant.channel), power, giver_power)

    @property
    def narrowness(self) -> tuple[int, ...]:
        return (
            _exactness(self.channel),
            _exactness(self.network),
            _exactness(self.who),
            KINDS.index(self.kind),
            len(self.who) - self.who.count(ANY),
            0 if self.giver_power is None else 1,
            -self.power,
        )

    def fits(self, network: str, channel: str, who: str) -> bool:
        return matches(self.channel, channel) and matches(self.network, network) and matches(self.who, who)


class RuleBook:
    """All rules of a tenant, so that a few of them need a look for one person."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._exact: dict[tuple[str, str], list[Rule]] = defaultdict(list)
        self._patterns: list[Rule] = []
        # The same few people speak all day, and there may be thousands of patterns.
        self._powers: Latest[tuple[Place, Person], int] = Latest(POWERS_KNOWN_MAX)
        for rule in rules:
            (self._patterns if ANY in rule.who else self._exact[rule.kind, rule.who]).append(rule)

    def power_of(self, place: Place, who: Person) -> int:
        power = self._powers.get((place, who))
        if power is None:
            power = self._reckoned(place, who)
            self._powers.put((place, who), power)
        return power

    def _reckoned(self, place: Place, who: Person) -> int:
        fitting = sorted(self._fitting(place, who), key=lambda rule: rule.narrowness)
        power, decided_by = MEMBER, IGNORED
        for rule in fitting:
            if rule.giver_power is None:
                power, decided_by = rule.power, IGNORED
            elif rule.giver_power > power and rule.giver_power >= max(decided_by, rule.power):
                power, decided_by = rule.power, rule.giver_power
        by_settings = [rule.power for rule in fitting if rule.giver_power is None]
        return max(power, SETTINGS_OWNER) if by_settings[-1:] == [SETTINGS_OWNER] else power

    def _fitting(self, place: Place, who: Person) -> Iterator[Rule]:
        network, channel = folded(place.network), folded(place.channel)
        said = {"name": who.name, "host": who.host, "account": who.account}
        known = {kind: folded(name) for kind, name in said.items() if name is not None}
        for kind, name in known.items():
            for rule in self._exact.get((kind, name), ()):
                if rule.fits(network, channel, name):
                    yield rule
        for rule in self._patterns:
            if rule.kind in known and rule.fits(network, channel, known[rule.kind]):
                yield rule


def stored_grant(document: Document) -> StoredGrant | None:
    """None for what somebody else has put there, and for a grant that gives more than its giver had.

    One that stands under another's id could not be taken away by command.
    """
    try:
        grant = StoredGrant.model_validate_json(orjson.dumps(document.data))
    except (ValidationError, TypeError):
        return None
    return grant if document.id == grant.id and POWERS[grant.role] <= grant.giver_power else None


def checked_who(who: str) -> str:
    """Raises `Invalid` for what nobody can be called."""
    _, name = kind_and_name(who)
    if not name.strip() or len(who) > WHO_CHARACTERS_MAX or harmless(who) != who or "\n" in who or "\t" in who:
        raise Invalid("A role is for a name, for account:name or for host:name!user@host.")
    return folded(who)


def kind_and_name(who: str) -> tuple[str, str]:
    kind, colon, name = who.partition(":")
    return (kind, name) if colon and kind in KINDS[1:] else (KINDS[0], who)


def grant_id(place: Place, who: str) -> str:
    """One for each grant, however it was written."""
    parts = (place.network, place.channel, who)
    return "postil.role." + ".".join(_id_part(folded(part)) for part in parts)


def matches(pattern: str, text: str) -> bool:
    """`*` in the pattern stands for anything. In time that grows with the two lengths, whatever they are."""
    first, *others = pattern.split(ANY)
    if not others:
        return pattern == text
    *middle, last = others
    if not text.startswith(first) or not text.endswith(last) or len(text) < len(first) + len(last):
        return False
    position, end = len(first), len(text) - len(last)
    for piece in middle:
        found = text.find(piece, position, end)
        if found < 0:
            return False
        position = found + len(piece)
    return True


def _exactness(pattern: str) -> int:
    if ANY not in pattern:
        return 2
    return 1 if pattern.strip(ANY) else 0


def _id_part(text: str) -> str:
    safe = _UNSAFE.sub(lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode(errors="replace")), text)
    if len(safe) <= ID_PART_CHARACTERS_MAX:
        return safe
    digest = blake2b(text.encode(errors="replace"), digest_size=8).hexdigest()
    return f"{safe[:_ID_PART_BEGINNING]}~{digest}"
