"""What of a document is indexed, and a hash of it by which store and index are compared."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import orjson
import xxhash
from pydantic import JsonValue

from services.database.search.index import Json, Present
from services.database.search.text.fields import STEMMED, stems_field
from services.database.search.text.leaves import terms_of
from services.database.search.text.words import prepared
from shared.contracts.house import is_kept_apart

ENTITIES_MAX = 1_000
# Also of names: the engine refuses terms beyond 64 KiB, and nobody looks for such a one.
EXACT_LENGTH_MAX = 1_000

Entry = Mapping[str, str | int | bool | Sequence[str]]

_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Written:
    """An entry as the engine takes it, and its state."""

    text: str
    state: int


def written(present: Present) -> Written:
    entry = orjson.dumps(entry_of(present))
    state = xxhash.xxh3_64_intdigest(entry)
    return Written(f'{{"state":{state},{entry[1:].decode()}', state)


def state_of(present: Present) -> int:
    """Equal for what would be indexed alike."""
    return written(present).state


def entry_of(present: Present) -> Entry:
    document = present.document
    entry: dict[str, str | int | bool | list[str]] = {"no": present.no, "id": exact(present.id)}
    entry["collection"] = exact(present.collection)
    if is_kept_apart(present.collection):
        entry["house"] = True
    for field in ("kind", "author", "source", "thread"):
        if isinstance(value := document.get(field), str):
            entry[field] = exact(value)
    if tags := _texts(document.get("tags")):
        entry["tag"] = [exact(tag) for tag in tags]
    said = {field: prepared(value) for field in ("title", "text") if isinstance(value := document.get(field), str)}
    entry |= said
    if language := language_of(present):
        entry["language"] = language
        if language in STEMMED and said:
            entry[stems_field(language)] = list(said.values())
    if entities := list(_entities(_value(present, "entities"))):
        entry["entity"] = entities
    if terms := terms_of(document.get("data")):
        entry["data"] = terms
    entry["created"] = _moment(document["created_at"])
    entry["updated"] = _moment(document["updated_at"])
    occurred = document.get("occurred_at")
    entry["occurred"] = entry["created"] if occurred is None else _moment(occurred)
    return entry


def exact(value: str) -> str:
    """As a whole; what is longer than anything that one would ask for is known by its beginning."""
    return value[:EXACT_LENGTH_MAX]


def entity(value: str) -> str:
    """However it is written."""
    return exact(prepared(value).lower())


def microseconds(moment: datetime) -> int:
    return (moment - _BEGINNING) // _MICROSECOND


def language_of(present: Present) -> str | None:
    """If it is known of this version of the document."""
    value = _value(present, "language")
    language = value.get("language") if isinstance(value, dict) else None
    return exact(language).lower() if isinstance(language, str) and language else None


def _value(present: Present, step: str) -> JsonValue:
    note: Json = present.notes.get(step) or {}
    return note.get("value") if note.get("version") == present.document.get("version") else None


def _entities(found: JsonValue) -> Iterable[str]:
    """Anyone may have written this note, so nothing about it is certain."""
    items = found.get("entities") if isinstance(found, dict) else None
    known: dict[str, None] = {}
    for item in items[:ENTITIES_MAX] if isinstance(items, list) else ():
        value = item.get("value") if isinstance(item, dict) else None
        if isinstance(item, dict) and isinstance(value, str):
            known[entity(value)] = None
            if isinstance(kind := item.get("kind"), str):
                known[entity(f"{kind}:{value}")] = None
    return known


def _texts(value: JsonValue) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def _moment(value: JsonValue) -> int:
    moment = datetime.fromisoformat(str(value))
    return microseconds(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
