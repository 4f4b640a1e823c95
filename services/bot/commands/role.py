"""`role`: who may do what. What may be given by whom is decided where the roles are kept."""

from typing import Literal

from services.bot.arguments import Name
from services.bot.command import Answer, Call, Command, Person, Place
from services.bot.wording import short

NAME_CHARACTERS = 60
ANY = "*"

Given = Literal["owner", "moderator", "member", "ignored", "none"]
Scope = Literal["here", "network", "everywhere"]


async def _role(call: Call, name: Name, role: Given | None = None, scope: Scope = "here") -> Answer:
    place, where = _place(call, scope)
    shown = short(name, NAME_CHARACTERS)
    if role is None:
        return Answer([f"{shown} {_is(await call.desk.role_of(call.tenant, call.place, Person.meant_by(name)))} here."])
    wanted = None if role == "none" else role
    before = await call.desk.grant(call.tenant, place, name, wanted, call.who)
    after = await call.desk.role_of(call.tenant, place, Person.meant_by(name))
    line = f"{shown} {_is(after)} {where} now." if after != before else f"{shown} {_is(after)} {where}, as before."
    return Answer([line], before=before, after=after)


def _place(call: Call, scope: Scope) -> tuple[Place, str]:
    match scope:
        case "here":
            return call.place, "here"
        case "network":
            return Place(call.place.network, ANY), f"on {call.place.network}"
        case "everywhere":
            return Place(ANY, ANY), "everywhere"


def _is(role: str) -> str:
    return "is ignored" if role == "ignored" else f"is {'an' if role == 'owner' else 'a'} {role}"


commands = (
    Command(
        "role",
        "show somebody's role, give one, or take it away with none",
        _role,
        role="moderator",
        changes=True,
        examples=("role ada moderator", "role account:ada owner network"),
    ),
)
