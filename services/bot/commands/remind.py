"""`remind`: a line that is said later, here, to whoever asked or to somebody else."""

from datetime import UTC, datetime, timedelta

from pydantic import JsonValue

from services.bot.arguments import Name, Rest, When
from services.bot.command import Answer, Call, Command
from services.bot.wording import moment, short, span_in_words
from shared.contracts.content import digest
from shared.contracts.documents import Document, Draft
from shared.errors import Conflict, Invalid
from shared.shelf import Shelf

REMINDERS_COLLECTION = "postil.reminders"
SPAN_MAX = timedelta(days=366)
TEXT_CHARACTERS_MAX = 1_000
NAME_CHARACTERS_MAX = 60
# That one person waits for, and that all wait for in one channel, whatever they call themselves.
REMINDERS_MAX = 20
CHANNEL_REMINDERS_MAX = 100
TRIES_MAX = 5
_ME = ("me", "myself")
# What some networks take for all that are there.
_NOBODY = frozenset({"all", "channel", "everybody", "everyone", "group", "here", "room"})


async def _remind(call: Call, who: Name, when: When, text: Rest) -> Answer:
    to = call.who.name if who.lower() in _ME else who
    is_own = to == call.who.name
    if to.lower() in _NOBODY and not is_own:
        raise Invalid("A reminder is for one person.")
    _check(call, is_own, when, text)
    full = f"You wait for {REMINDERS_MAX} reminders already, which is the most."
    await _note(call, call.signature, when, REMINDERS_MAX, full)
    if not call.place.is_private:
        full = f"{CHANNEL_REMINDERS_MAX} reminders wait here already, which is the most."
        await _note(call, f"in {call.place.collection}", when, CHANNEL_REMINDERS_MAX, full)
    asked = "you asked" if is_own else f"{short(call.who.name, NAME_CHARACTERS_MAX)} asked"
    said = f"{asked} me on {moment(call.at)} to remind you: {text}"
    id = await call.desk.say_later(call.tenant, call.place, said, to, when)
    whom = "you" if is_own else short(to, NAME_CHARACTERS_MAX)
    line = f"I will remind {whom} in {span_in_words(when - call.at)}, at {moment(when)}."
    return Answer([line], after={"id": id, "to": to, "at": when.isoformat(), "text": text})


def _check(call: Call, is_own: bool, when: datetime, text: str) -> None:
    if when <= call.at:
        raise Invalid(f"That time has passed: it is {moment(call.at)} now.")
    if when - call.at > SPAN_MAX:
        raise Invalid("A reminder can wait for a year at most.")
    if len(text) > TEXT_CHARACTERS_MAX:
        raise Invalid(f"A reminder has at most {TEXT_CHARACTERS_MAX:,} characters.")
    if call.place.is_private and not is_own:
        raise Invalid("Here nobody but you would hear it: ask in a channel.")


async def _note(call: Call, whose: str, when: datetime, count_max: int, full: str) -> None:
    """One more for a person, or for a channel. One that never comes costs a place until its time is up."""
    shelf, id = Shelf(call.desk), f"{REMINDERS_COLLECTION}.{digest(whose.encode()).hex()}"
    for _ in range(TRIES_MAX):
        standing = await shelf.get(call.tenant, id)
        due = [at for at in _due(standing) if at > call.at]
        if len(due) >= count_max:
            raise Invalid(full)
        due = sorted([*due, when])
        noted: list[JsonValue] = [at.astimezone(UTC).isoformat() for at in due]
        draft = Draft(
            id=id,
            collection=REMINDERS_COLLECTION,
            author=whose,
            # By chance, because two that write the same on the same version would be taken for one that tries again.
            data={"due": noted, "chance": f"{call.chance.getrandbits(64):x}"},
            ttl_seconds=int((due[-1] - call.at).total_seconds()) + 1,
            if_version=0 if standing is None else standing.version,
        )
        try:
            await shelf.put(call.tenant, draft)
        except Conflict:
            continue
        return
    raise Conflict("You ask for several at once: try again.")


def _due(standing: Document | None) -> list[datetime]:
    match standing.data if standing is not None else None:
        case {"due": list(due)}:
            return [at for each in due if isinstance(each, str) and (at := _read(each)) is not None]
    return []


def _read(written: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(written)
    except ValueError:
        return None
    return at if at.tzinfo else None


commands = (
    Command(
        "remind",
        "say something to you or to somebody else when the time has come",
        _remind,
        changes=True,
        examples=("remind me 2h look at T-17", "remind ada 2026-01-31T09:00 the demo"),
    ),
)
