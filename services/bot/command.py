"""What a command is, and what it gets to see when somebody gives it.

A command is an `async def` whose annotations are its arguments: `arguments.py` reads them from the line, and makes the
usage of them. Each file in `commands/` has a tuple of commands, under that name. What a command returns is said; what
it raises of `shared.errors` is said as well, in the error's own words.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from string import ascii_lowercase, ascii_uppercase
from typing import Protocol, TypeVar

from pydantic import JsonValue

from shared.contracts.chat import chat_collection, is_private, private_channel
from shared.contracts.house import is_kept_apart
from shared.contracts.message import Contract, Query
from shared.settings import Role

ReplyT = TypeVar("ReplyT", bound=Contract)

# From the most to the least.
ROLES: tuple[Role, ...] = ("owner", "moderator", "member", "ignored")

SIGNED_CHARACTERS_MAX = 200
_LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)


def folded(name: str) -> str:
    """On many networks the same person may write the name in either case; other alphabets have more cases than two."""
    return name.translate(_LOWER)


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is said."""

    network: str
    channel: str

    @property
    def collection(self) -> str:
        return chat_collection(self.network, self.channel)

    @property
    def is_private(self) -> bool:
        return is_private(self.channel)


@dataclass(frozen=True, slots=True)
class Person:
    """Who says it: `name` is what the others see; the network vouches for the rest, if it is there."""

    name: str
    account: str | None = None
    host: str | None = None

    @classmethod
    def meant_by(cls, who: str) -> "Person":
        """As somebody is named in a grant: a name, `account:name` or `host:name!user@host`."""
        kind, _, rest = who.partition(":")
        match kind:
            case "account":
                return cls("", account=rest)
            case "host":
                return cls(rest.partition("!")[0], host=rest)
        return cls(who)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command has to say. Each line is said as one; control characters and the like are taken out later.

    A command that changes something says what was there `before` and what `after`; that is for the audit.
    """

    lines: Sequence[str] = ()
    # Whoever asked hears it alone.
    private: bool = False
    before: JsonValue = None
    after: JsonValue = None


Result = str | Sequence[str] | Answer


@dataclass(frozen=True, slots=True)
class Vital:
    """A running service, as `status` shows it."""

    name: str
    version: str
    up_seconds: float
    figures: Mapping[str, object]


class Desk(Protocol):
    """What the bot itself can do for a command. Whoever is away raises `Unavailable`."""

    @property
    def prefix(self) -> str: ...

    @property
    def version(self) -> str: ...

    @property
    def started_at(self) -> datetime: ...

    @property
    def commands(self) -> Sequence["Command"]:
        """All that there are, in the order of their names."""

    async def ask(self, tenant: str, query: Query[ReplyT]) -> ReplyT:
        """What changes nothing is asked a second time if there was no answer."""

    async def vitals(self) -> Sequence[Vital]: ...

    def rest(self, call: "Call") -> Sequence[str]:
        """What was left of this person's last long answer here, page by page."""

    async def role_of(self, tenant: str, place: Place, who: Person) -> Role: ...

    async def grant(self, tenant: str, place: Place, name: str, role: Role | None, by: Person) -> Role:
        """Give somebody a role here, or take it away with None; returns the role from before."""

    async def say(self, tenant: str, place: Place, text: str) -> None:
        """Say a line somewhere else."""

    async def say_later(self, tenant: str, place: Place, text: str, to: str, at: datetime) -> str:
        """Say a line when the time has come, also after a restart; returns the id of its document."""

    async def reload(self) -> Answer:
        """Read the settings of the bot and the commands anew."""


@dataclass(frozen=True, slots=True)
class Call:
    """A command as somebody gave it."""

    desk: Desk
    tenant: str
    place: Place
    who: Person
    # When the line was heard.
    at: datetime
    chance: Random
    command: "Command"
    # What stands behind the command's words, as it was typed.
    words: str = ""
    # The id of the line's own document, if its publisher gave one.
    line_id: str | None = None

    async def ask(self, query: Query[ReplyT]) -> ReplyT:
        return await self.desk.ask(self.tenant, query)

    async def role(self) -> Role:
        return await self.desk.role_of(self.tenant, self.place, self.who)

    def may_read(self, collection: str) -> bool:
        """What is kept apart is read in its own private conversation alone."""
        return not is_kept_apart(collection) or (self.place.is_private and collection == self.place.collection)

    @property
    def signature(self) -> str:
        """Who gave it, for what is kept of it: `ada@libera`, or `account:ada@libera` if the network knows the account.

        In lower case, because on many networks the same person may write the name in either.
        """
        name = self.who.name
        if self.who.account is not None:
            name = f"account:{self.who.account}"
        elif name.lower().startswith(("account:", "name:")):
            # Whoever only calls himself so has not logged in to it.
            name = f"name:{name}"
        return f"{folded(name[:SIGNED_CHARACTERS_MAX])}@{self.place.network}"

    @property
    def private_place(self) -> Place:
        """The private conversation with whoever gave the command."""
        return self.place if self.place.is_private else Place(self.place.network, private_channel(self.who.name))


Work = Callable[..., Awaitable[Result]]


@dataclass(frozen=True, slots=True)
class Command:
    """`word` may be two words, as in `quote add`. `work` gets the call and then its arguments, by name."""

    word: str
    help: str
    work: Work
    # Who may give it: this role, and those above.
    role: Role = "member"
    cooldown_seconds: float = 0.0
    # Whether it changes something: then it is always recorded, and not done while nothing can be recorded.
    changes: bool = False
    # Whether its answer is for whoever asked alone.
    private: bool = False
    # One or two lines as they would be typed, without the prefix.
    examples: Sequence[str] = field(default=())
