"""Hearing: from a message in a channel to the lines in it that are commands.

It is pure but for its memory of what it has heard. Most lines are no command, so a message is only parsed if one may
be in it: where a text can begin with the prefix, or where the conversation is private. What ingest would refuse is no
command either. What the words mean is left to the catalogue.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from hashlib import blake2b

import orjson
from pydantic import JsonValue, ValidationError

from services.bot.command import Person, Place
from services.bot.latest import Latest
from services.bot.saying.delivery import can_be_spoken_to
from shared.bus.wire import MESSAGE_ID_HEADER, Delivery
from shared.contracts.chat import Speaker, network_and_channel
from shared.contracts.documents import Draft
from shared.contracts.message import tenant_and_address
from shared.harmless import one_line
from shared.settings import BotSettings

# What the bot is called where nobody says otherwise. It never listens to anybody of that name.
OWN_NAME = "postil"
SOMEBODY = "somebody"

ANSWERED_COUNT_MAX = 10_000
# No command needs more; what is longer was not typed.
TYPED_CHARACTERS_MAX = 16_000
NAME_CHARACTERS_MAX = 100
# What a network vouches for is compared as a whole, so what is longer is left out rather than cut.
VOUCHED_CHARACTERS_MAX = 500
# In one message; nobody types that many at once.
COMMANDS_COUNT_MAX = 1_000

_DOCS = "docs."
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_WHITESPACE = " \t\r\n"


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is a command, if there is one of that name. `typed` is without the prefix."""

    place: Place
    who: Person
    typed: str
    id: str | None = None


class Hearing:
    def __init__(self) -> None:
        # A publisher's retry: the stream drops it, but whoever listens hears it again.
        self._answered: Latest[bytes, bool] = Latest(ANSWERED_COUNT_MAX)

    def lines_in(self, event: Delivery, settings: BotSettings, now: datetime) -> Sequence[Line]:
        place = place_of(event)
        if place is None or not _may_hold_a_command(event.payload, place, settings.prefix):
            return ()
        if not can_be_spoken_to(place):
            # Its documents are refused, too.
            return ()
        headers = {name.lower(): value for name, value in event.headers.items()}
        oldest = now - timedelta(seconds=settings.age_seconds_max)
        message_id = headers.get(MESSAGE_ID_HEADER.lower())
        lines: list[Line] = []
        for index, element in enumerate(_elements(event.payload, headers)):
            typed = _typed(element, place, settings.prefix)
            draft = None if typed is None else _read(element)
            if typed is None or draft is None or not _is_for_us(draft, place, settings, oldest):
                continue
            if self._is_new(event.subject, draft, message_id, index):
                lines.append(Line(place, _who_said(draft), typed, draft.id))
            if len(lines) == COMMANDS_COUNT_MAX:
                break
        return lines

    def _is_new(self, subject: str, draft: Draft, message_id: str | None, index: int) -> bool:
        tenant, _ = tenant_and_address(subject)
        # The database counts documents by tenant, and messages by the subject that they came to.
        names = [("id", tenant, draft.id or ""), ("key", tenant, draft.idempotency_key or "")]
        if message_id:
            names.append(("message", subject, f"{index} {message_id}"))
        keys = [_digest(name) for name in names if name[2]]
        is_new = not any(key in self._answered for key in keys)
        for key in keys:
            self._answered.put(key, True)
        return is_new


def place_of(event: Delivery) -> Place | None:
    """None for what is no channel."""
    _, address = tenant_and_address(event.subject)
    found = network_and_channel(address.removeprefix(_DOCS))
    return None if found is None else Place(*found)


def is_own_name(author: str | None, network: str, settings: BotSettings) -> bool:
    irc = settings.irc.get(network)
    return (author or "").strip().lower() in {OWN_NAME, irc.nick.lower() if irc else OWN_NAME}


def is_a_bots(data: JsonValue) -> bool:
    # Read by itself: with something else wrong in it, a bot is still a bot.
    return isinstance(data, dict) and bool(data.get("bot"))


def _may_hold_a_command(payload: bytes, place: Place, prefix: str) -> bool:
    in_json, in_text = _beginnings(prefix)
    return place.is_private or in_json.search(payload) is not None or in_text.match(payload) is not None


@lru_cache(maxsize=16)
def _beginnings(prefix: str) -> tuple[re.Pattern[bytes], re.Pattern[bytes]]:
    """Where a text in JSON begins with the prefix, or with an escape that may stand for it; and where any text does."""
    first = re.escape(prefix[0].encode())
    return (
        re.compile(rb'"text"\s*:\s*"(?:[ \t]|\\[nrt])*+(?:' + first + rb'|\\[u"\\/])'),
        re.compile(rb"(?:" + re.escape(_BYTE_ORDER_MARK) + rb")?[ \t\r\n]*+" + first),
    )


def _elements(payload: bytes, headers: Mapping[str, str]) -> Iterator[JsonValue]:
    """What the message holds, as intake counts it; None for what can't be read."""
    payload = payload.removeprefix(_BYTE_ORDER_MARK).strip(_WHITESPACE.encode())
    if any(name.startswith("ce-") for name in headers):
        # A CloudEvent is somebody's machine.
        return
    if headers.get("content-type", "").lower().startswith("text/") or payload[:1] not in (b"[", b"{"):
        yield _as_text(payload)
        return
    whole = _parsed(payload)
    if isinstance(whole, list):
        yield from whole
    elif whole is not None:
        yield whole
    else:
        yield from (_parsed(line) for line in payload.split(b"\n") if line.strip())


def _parsed(payload: bytes) -> JsonValue:
    try:
        value: JsonValue = orjson.loads(payload)
    except orjson.JSONDecodeError:
        return None
    return value


def _as_text(payload: bytes) -> JsonValue:
    try:
        return {"text": payload.decode()}
    except UnicodeDecodeError:
        return None


def _typed(element: JsonValue, place: Place, prefix: str) -> str | None:
    """What stands behind the prefix; in a private conversation it may be left out."""
    text = element.get("text") if isinstance(element, dict) else None
    if not isinstance(text, str) or len(text) > TYPED_CHARACTERS_MAX:
        return None
    said = text.strip(_WHITESPACE)
    typed = said.removeprefix(prefix)
    if said.startswith(prefix):
        # Whoever calls out loud, or writes a sign of another kind, gives no command.
        return typed if typed[:1].isalnum() else None
    return said if said and place.is_private else None


def _read(element: JsonValue) -> Draft | None:
    try:
        return Draft.model_validate_json(orjson.dumps(element))
    except ValidationError:
        return None


def _is_for_us(draft: Draft, place: Place, settings: BotSettings, oldest: datetime) -> bool:
    if draft.kind is not None or draft.collection not in (None, place.collection) or is_a_bots(draft.data):
        return False
    # An import, or a network that plays back what was said before.
    if draft.occurred_at is not None and draft.occurred_at < oldest:
        return False
    # Two of them might be one when they are cut, and an answer in private would go to a third.
    if len(draft.author or "") > NAME_CHARACTERS_MAX:
        return False
    return not is_own_name(draft.author, place.network, settings)


def _who_said(draft: Draft) -> Person:
    """A line without an author is somebody's: all of them are one person, and have one person's rights."""
    speaker = Speaker.of(draft.data)
    name = one_line(draft.author or "", NAME_CHARACTERS_MAX) or SOMEBODY
    return Person(name, _vouched(speaker.account), _vouched(speaker.host))


def _vouched(name: str | None) -> str | None:
    """None for an empty one, too: whoever is nobody must not be taken for anybody."""
    return name if name and len(name) <= VOUCHED_CHARACTERS_MAX else None


def _digest(name: tuple[str, ...]) -> bytes:
    return blake2b("\0".join(name).encode("utf-8", "surrogatepass"), digest_size=16).digest()
