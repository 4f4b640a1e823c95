"""Trying a command without a bot: for the tests of a command, of ours and of anybody's.

answer = await rehearse(roll, "2d6+3", seed=1)
assert answer.lines == ["2d6+3: [2 5] + 3 = 10"]
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from random import Random
from typing import Any, TypeVar, cast

from services.bot.arguments import read_arguments
from services.bot.command import Answer, Call, Command, Person, Place, Vital
from shared.contracts.message import Contract, Query
from shared.errors import NobodyThere, PostilError
from shared.settings import Role

ReplyT = TypeVar("ReplyT", bound=Contract)

MOMENT = datetime(2026, 1, 1, 12, tzinfo=UTC)
ADA = Person("ada")
HERE = Place("console", "general")

# By the class of a question: the reply, an error, or a function from the question to its reply.
Replies = Mapping[type[Query[Any]], Any]


class RehearsalDesk:
    """Answers from what it was given, and remembers what it was told."""

    version = "1.2.3"
    started_at = MOMENT

    def __init__(
        self,
        replies: Replies | None = None,
        *,
        prefix: str = "!",
        commands: Sequence[Command] = (),
        vitals: Sequence[Vital] = (),
        rest: Sequence[str] = (),
        role: Role = "member",
    ) -> None:
        self._replies = replies or {}
        self._vitals = vitals
        self._rest = rest
        self._role: Role = role
        self.prefix = prefix
        self.commands = commands
        self.asked: list[Query[Any]] = []
        self.granted: list[tuple[Place, str, Role | None]] = []
        self.said: list[tuple[Place, str]] = []
        self.promised: list[tuple[Place, str, str, datetime]] = []

    async def ask(self, tenant: str, query: Query[ReplyT]) -> ReplyT:
        self.asked.append(query)
        reply = self._replies.get(type(query), NobodyThere(f"nobody answers {query.verb}"))
        if callable(reply):
            reply = reply(query)
        if isinstance(reply, PostilError):
            raise reply
        return cast(ReplyT, reply)

    async def vitals(self) -> Sequence[Vital]:
        return self._vitals

    def rest(self, call: Call) -> Sequence[str]:
        return self._rest

    async def role_of(self, tenant: str, place: Place, who: Person) -> Role:
        return self._role

    async def grant(self, tenant: str, place: Place, name: str, role: Role | None, by: Person) -> Role:
        self.granted.append((place, name, role))
        return "member"

    async def say(self, tenant: str, place: Place, text: str) -> None:
        self.said.append((place, text))

    async def say_later(self, tenant: str, place: Place, text: str, to: str, at: datetime) -> str:
        self.promised.append((place, text, to, at))
        return f"promise-{len(self.promised)}"

    async def reload(self) -> Answer:
        return Answer(["reloaded"])


async def rehearse(
    command: Command,
    words: str = "",
    *,
    desk: RehearsalDesk | None = None,
    who: Person = ADA,
    place: Place = HERE,
    at: datetime = MOMENT,
    seed: int = 0,
) -> Answer:
    """What the command has to say. Raises what it raises, and `Invalid` with the usage for wrong arguments."""
    call = Call(desk or RehearsalDesk(), "main", place, who, at, Random(seed), command, words)  # noqa: S311  no secrets
    result = await command.work(call, **read_arguments(command, call))
    if isinstance(result, str):
        result = [result]
    answer = result if isinstance(result, Answer) else Answer(result)
    # A list, whatever it was, so that a test can compare it with one.
    return replace(answer, lines=list(answer.lines))
