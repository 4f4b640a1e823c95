"""The audit: who gave the bot which command, and what became of it, as a chain of entries.

An entry is a document of the house that is written once. It has a number, from 1 without gaps in its tenant, the hash
of the entry before it, and a hash over all of that: whoever alters, removes or inserts one breaks the chain behind it.
The hash is SHA-256 over the entry's JSON as it is kept, without the member `hash`: the keys sorted, no spaces, UTF-8.
There is no number with a fraction in an entry, because two writers of JSON may write it in two ways.

What the chain alone can't show is a tail that was cut off, or a chain that was written anew as a whole. For that,
somebody keeps the number and the hash of the newest entry elsewhere.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Annotated, Literal, NamedTuple

import orjson
from pydantic import Field, JsonValue, StringConstraints, ValidationError

from shared.contracts.documents import Document, Draft
from shared.contracts.message import Contract

AUDIT_COLLECTION = "postil.audit"
AUDIT_ID_PREFIX = "postil.audit."
NUMBER_DIGITS = 12
NUMBER_MAX = 10**NUMBER_DIGITS - 1

# What is longer is cut, with a mark: a record is no place to keep a megabyte.
NAME_CHARACTERS_MAX = 200
TEXT_CHARACTERS_MAX = 1_000
VALUE_CHARACTERS_MAX = 4_000
DEPTH_MAX = 16
BITS_MAX = 4_096
# As far as every reader of JSON counts without losing a digit.
INTEGER_MAX = 2**53 - 1

_ID = re.compile(re.escape(AUDIT_ID_PREFIX) + rf"(?P<number>[0-9]{{{NUMBER_DIGITS}}})")

Hash = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
AuditResult = Literal["ok", "refused", "denied", "limited", "usage", "failed"]


class AuditFacts(Contract):
    """A command, and what became of it. `arguments` are as they were typed."""

    at: datetime
    network: str
    channel: str
    author: str
    account: str | None = None
    command: str
    arguments: str = ""
    role: Literal["owner", "moderator", "member", "ignored"]
    allowed: bool
    result: AuditResult
    detail: str = ""
    duration_ms: float = 0
    before: JsonValue = None
    after: JsonValue = None

    def is_by(self, name: str) -> bool:
        """Whether somebody of that name, or with that account, gave it."""
        names = {self.author, self.account or self.author}
        return name.casefold() in {each.casefold() for each in names}


class AuditEntry(AuditFacts):
    """The facts in their place in the chain. `previous` is empty in the first one."""

    duration_ms: int = 0
    number: int = Field(ge=1)
    # Commands before this one whose facts were lost, because nothing could be written for too long.
    missed: int = Field(default=0, ge=0)
    previous: Hash | Literal[""] = ""
    hash: Hash


class Link(NamedTuple):
    """What the next entry needs to know of the newest one."""

    number: int
    hash: str


NOTHING_YET = Link(0, "")


class Flaw(NamedTuple):
    """What is wrong with the chain, as a sentence; `number` is the entry's, where it is about one."""

    number: int | None
    sentence: str


def entry_id(number: int) -> str:
    return f"{AUDIT_ID_PREFIX}{number:0{NUMBER_DIGITS}}"


def entry_number(id: str) -> int | None:
    found = _ID.fullmatch(id)
    return int(found["number"]) or None if found else None


def hash_of(kept: JsonValue) -> str:
    """Of whatever stands in a document where an entry should be."""
    if isinstance(kept, dict):
        kept = {name: value for name, value in kept.items() if name != "hash"}
    return sha256(_canonical(kept).encode("utf-8", "surrogatepass")).hexdigest()


def chained(facts: AuditFacts, previous: Link, missed: int = 0) -> AuditEntry:
    """The entry that follows, with what is too long cut."""
    kept = facts.model_dump() | {
        "network": _cut(facts.network, NAME_CHARACTERS_MAX),
        "channel": _cut(facts.channel, NAME_CHARACTERS_MAX),
        "author": _cut(facts.author, NAME_CHARACTERS_MAX),
        "account": None if facts.account is None else _cut(facts.account, NAME_CHARACTERS_MAX),
        "command": _cut(facts.command, NAME_CHARACTERS_MAX),
        "arguments": _cut(facts.arguments, TEXT_CHARACTERS_MAX),
        "detail": _cut(facts.detail, TEXT_CHARACTERS_MAX),
        "duration_ms": round(min(max(facts.duration_ms, 0), INTEGER_MAX)),
        "before": _bounded(facts.before),
        "after": _bounded(facts.after),
    }
    unsigned = AuditEntry(
        **kept, number=previous.number + 1, missed=missed, previous=previous.hash, hash="0" * len(hash_of(None))
    )
    return unsigned.model_copy(update={"hash": hash_of(kept_as(unsigned))})


def kept_as(entry: AuditEntry) -> JsonValue:
    """The `data` of its document."""
    data: JsonValue = orjson.loads(entry.encode())
    return data


def draft_of(entry: AuditEntry) -> Draft:
    """An entry is never written over another document."""
    return Draft(
        id=entry_id(entry.number),
        collection=AUDIT_COLLECTION,
        # Where it is one that a document may have.
        author=entry.author if entry.author and entry.author.isprintable() else None,
        data=kept_as(entry),
        if_version=0,
    )


def entry_of(document: Document) -> AuditEntry | None:
    """None for what is no entry, or not as it was written."""
    try:
        entry = AuditEntry.model_validate_json(orjson.dumps(document.data))
    except (ValidationError, TypeError):
        return None
    sound = entry.number == entry_number(document.id) and entry.hash == hash_of(document.data)
    return entry if sound else None


def newest(documents: Sequence[Document]) -> AuditEntry | None:
    """The head of the chain among its newest documents; rather one that follows another than one that stands alone."""
    entries = {entry.number: entry for each in documents if (entry := entry_of(each)) is not None}
    linked = [each for each in entries.values() if _follows(each, entries.get(each.number - 1))]
    return max(linked or entries.values(), key=lambda entry: entry.number, default=None)


def _follows(entry: AuditEntry, before: AuditEntry | None) -> bool:
    if before is None:
        return entry.number == 1 and not entry.previous
    return entry.previous == before.hash


def flaws(documents: Iterable[Document]) -> Iterator[Flaw]:
    """What is wrong with the chain, given all documents of the collection in the order of their creation."""
    reading = ChainReading()
    for document in documents:
        yield from reading.read(document)


class ChainReading:
    """Reads a chain from its beginning, document by document."""

    def __init__(self) -> None:
        self.head = NOTHING_YET
        self.entries = 0
        # What the newest entry says its hash is, and what it really is. Where these differ, that has been told.
        self._hashes = {""}

    def read(self, document: Document) -> Iterator[Flaw]:
        number, kept = entry_number(document.id), document.data
        if number is None or not isinstance(kept, dict):
            yield Flaw(number, f"Document {document.id} is no entry of the audit.")
            return
        self.entries += 1
        yield from _own_flaws(document, number, kept)
        expected = self.head.number + 1
        if number < expected:
            yield Flaw(number, f"Entry {number} was written after entry {self.head.number}, out of its turn.")
            return
        if number > expected:
            yield Flaw(expected, _missing(expected, number - 1))
        elif kept.get("previous", "") not in self._hashes:
            yield Flaw(number, _unlinked(number))
        told = kept.get("hash")
        self._hashes = {hash_of(kept)} | ({told} if isinstance(told, str) else set())
        self.head = Link(number, told if isinstance(told, str) else hash_of(kept))


def _own_flaws(document: Document, number: int, kept: dict[str, JsonValue]) -> Iterator[Flaw]:
    if kept.get("number") != number:
        yield Flaw(number, f"Entry {number} says that it is another one.")
    if kept.get("hash") != hash_of(kept):
        yield Flaw(number, f"Entry {number} is not as it was written: its hash does not fit.")
    if document.author not in (None, kept.get("author")):
        yield Flaw(number, f"The document of entry {number} names another author than the entry.")
    if document.version != 1:
        yield Flaw(number, f"Entry {number} is at version {document.version}: it was written more than once.")


def _unlinked(number: int) -> str:
    if number == 1:
        return "Entry 1 follows another one, and should be the first."
    return f"Entry {number} does not follow entry {number - 1}: one of them was altered or replaced."


def _missing(first: int, last: int) -> str:
    return f"Entry {first} is missing." if first == last else f"Entries {first} to {last} are missing."


def _canonical(value: JsonValue) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _cut(text: str, characters_max: int) -> str:
    text = _without_null(text)
    if len(text) <= characters_max:
        return text
    return f"{text[:characters_max]}\N{HORIZONTAL ELLIPSIS} (cut, of {len(text)} characters)"


def _bounded(value: JsonValue) -> JsonValue:
    """As it is, with numbers that JSON may write in two ways as texts; or the beginning of it, if it is too large."""
    plain = _plain(value, DEPTH_MAX)
    text = _canonical(plain)
    return plain if len(text) <= VALUE_CHARACTERS_MAX else _cut(text, VALUE_CHARACTERS_MAX)


def _plain(value: JsonValue, depth: int) -> JsonValue:
    match value:
        case bool() | None:
            return value
        case str():
            return _without_null(value)
        case int():
            return value if abs(value) <= INTEGER_MAX else _digits(value)
        case float():
            return repr(value)
    if not depth:
        return "(too deep to be kept)"
    if isinstance(value, list):
        return [_plain(each, depth - 1) for each in value]
    return {_without_null(name): _plain(each, depth - 1) for name, each in value.items()}


def _without_null(text: str) -> str:
    """No document may hold that character."""
    return text.replace("\0", "\N{SYMBOL FOR NULL}")


def _digits(number: int) -> str:
    return str(number) if number.bit_length() <= BITS_MAX else "(a number too large to be kept)"
