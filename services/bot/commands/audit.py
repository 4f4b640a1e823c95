"""`audit`: the newest commands and what became of them, as far as whoever asks is a moderator there."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from services.bot.arguments import Name
from services.bot.command import Call, Command, Place
from services.bot.wording import moment, short
from shared.contracts.audit import AUDIT_COLLECTION, AuditEntry, entry_of
from shared.contracts.chat import is_private
from shared.contracts.documents import RecentDocuments

COUNT = 10
COUNT_MAX = 50
# The newest entries that are looked at. Whoever wants more has `postil audit list`.
LOOK_COUNT = 200
NAME_CHARACTERS = 40
WORDS_CHARACTERS = 80
DETAIL_CHARACTERS = 100
EVERYWHERE = Place("*", "*")

Count = Annotated[int, Field(ge=1)]
# `audit 20` asks for a count. Somebody who is called so is asked for as @20.
NameOrCount = Annotated[Count | Name, Field(union_mode="left_to_right")]


async def _audit(call: Call, name: NameOrCount | None = None, count: Count = COUNT) -> Sequence[str]:
    if isinstance(name, int):
        count = name
    author = name if isinstance(name, str) else None
    looked_at = (await call.ask(RecentDocuments(collection=AUDIT_COLLECTION, limit=LOOK_COUNT))).items
    seeing = _Seeing(call)
    lines: list[str] = []
    for document in looked_at:
        entry = entry_of(document)
        if entry is not None and (author is None or entry.is_by(author)) and await seeing.may_see(entry):
            lines.append(_line(entry, is_own=Place(entry.network, entry.channel) == call.private_place))
        if len(lines) == min(count, COUNT_MAX):
            return lines
    by = f" of {short(author, NAME_CHARACTERS)}" if author else ""
    if len(looked_at) == LOOK_COUNT:
        return [*lines, f"There is no more{by} among the newest {LOOK_COUNT} entries; older ones were not looked at."]
    return lines or [f"There is no entry{by} yet that is for you to see."]


class _Seeing:
    """Whoever is a moderator in one channel alone sees what was done there, and nothing else."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._known: dict[Place, bool] = {}

    async def may_see(self, entry: AuditEntry) -> bool:
        # In another network, somebody else may have the same name.
        is_own = entry.network == self._call.place.network
        place = Place(entry.network, entry.channel) if is_own else EVERYWHERE
        if place not in self._known:
            role = await self._call.desk.role_of(self._call.tenant, place, self._call.who)
            self._known[place] = role in ("owner", "moderator")
        return self._known[place]


def _line(entry: AuditEntry, *, is_own: bool) -> str:
    if is_private(entry.channel) and not is_own:
        # Which words somebody used in private, no moderator has to know.
        entry = entry.model_copy(update={"arguments": "", "detail": ""})
    typed = short(f"{entry.command} {entry.arguments}".rstrip(), WORDS_CHARACTERS)
    where = f"{short(entry.network, NAME_CHARACTERS)}/{short(entry.channel, NAME_CHARACTERS)}"
    because = f" ({short(entry.detail, DETAIL_CHARACTERS)})" if entry.detail and entry.result != "ok" else ""
    author = short(entry.author, NAME_CHARACTERS)
    return f"{entry.number} · {moment(entry.at)} · {author} in {where} · {typed} · {entry.result}{because}"


commands = (
    Command(
        "audit",
        "who gave which command, and what became of it",
        _audit,
        role="moderator",
        private=True,
        examples=("audit", "audit @mallory 20"),
    ),
)
