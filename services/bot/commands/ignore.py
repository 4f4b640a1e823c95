"""`ignore` and `unignore`: whose commands are not heard in this channel."""

from services.bot.arguments import Name
from services.bot.command import Answer, Call, Command, Person
from services.bot.wording import short
from shared.errors import Conflict

NAME_CHARACTERS = 60


async def _ignore(call: Call, name: Name) -> Answer:
    shown = short(name, NAME_CHARACTERS)
    if await _is_ignored(call, name):
        return Answer([f"{shown} is ignored here already."], before="ignored", after="ignored")
    before = await call.desk.grant(call.tenant, call.place, name, "ignored", call.who)
    return Answer([f"{shown} is ignored here from now on."], before=before, after="ignored")


async def _unignore(call: Call, name: Name) -> Answer:
    shown = short(name, NAME_CHARACTERS)
    if not await _is_ignored(call, name):
        raise Conflict(f"{shown} is not ignored here.")
    before = await call.desk.grant(call.tenant, call.place, name, None, call.who)
    after = await call.desk.role_of(call.tenant, call.place, Person.meant_by(name))
    if after == "ignored":
        return Answer(
            [f"{shown} is still ignored here, by what holds beyond this channel."], before=before, after=after
        )
    return Answer([f"{shown} is heard again."], before=before, after=after)


async def _is_ignored(call: Call, name: str) -> bool:
    return await call.desk.role_of(call.tenant, call.place, Person.meant_by(name)) == "ignored"


commands = (
    Command(
        "ignore",
        "don't hear somebody's commands here any more",
        _ignore,
        role="moderator",
        changes=True,
        examples=("ignore mallory", "ignore host:*!*@bad.example"),
    ),
    Command(
        "unignore",
        "hear somebody again",
        _unignore,
        role="moderator",
        changes=True,
        examples=("unignore mallory",),
    ),
)
