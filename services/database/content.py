"""How documents, notes and changes are put together as JSON, around the content that came with them.

Pure functions. Which of them is due, and with which numbers, is the ledger's business.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache

import orjson
from pydantic import JsonValue

from shared.clock import from_milliseconds
from shared.contracts.annotations import Annotation
from shared.contracts.changes import Op
from shared.contracts.content import digest, moment_text
from shared.errors import Invalid

NOTE_OPTIONS = ("value", "reason", "model", "duration_ms")

# The others are to be tried again.
SETTLED = ("ok", "skipped")

BODY_NAMES: dict[Op, bytes] = {"put": b"document", "annotate": b"annotations"}


# All changes of a transaction have the same time, and a page of changes comes from few transactions.
@lru_cache(maxsize=256)
def milliseconds_text(milliseconds: int) -> str:
    return moment_text(from_milliseconds(milliseconds))


def document_json(
    content: bytes, key: str | None, tenant: str, version: int, seq: int, times: tuple[str, str, str | None]
) -> bytes:
    """A document as it is served. `times` are those of its creation, its update and its end."""
    created, updated, expires = times
    keyed = b"" if key is None else b',"idempotency_key":%b' % orjson.dumps(key)
    ends = b"" if expires is None else b',"expires_at":"%b"' % expires.encode()
    return b'%b%b,"tenant":%b,"version":%d,"seq":%d,"created_at":"%b","updated_at":"%b"%b}' % (
        content[:-1], keyed, orjson.dumps(tenant), version, seq, created.encode(), updated.encode(), ends,
    )  # fmt: skip


def change_json(seq: int, op: Op, collection: str, id: str, version: int, at: str, body: bytes | None) -> bytes:
    """A change as it is announced and read back; without a body where none is kept."""
    held = b"" if body is None else b',"%b":%b' % (BODY_NAMES[op], body)
    return b'{"seq":%d,"op":"%b","collection":%b,"id":%b,"version":%d,"at":"%b"%b}' % (
        seq, op.encode(), orjson.dumps(collection), orjson.dumps(id), version, at.encode(), held,
    )  # fmt: skip


def note_of(annotation: Annotation, at: str) -> tuple[bytes, bytes]:
    """The annotation as it is read back with its document, and the digest by which a repetition is known."""
    note: dict[str, object] = {
        "step": annotation.step,
        "step_version": annotation.step_version,
        "version": annotation.version,
        "status": annotation.status,
    }
    note |= {name: value for name in NOTE_OPTIONS if (value := getattr(annotation, name)) is not None}
    if annotation.cost is not None:
        note["cost"] = annotation.cost.model_dump(exclude_defaults=True)
    try:
        return orjson.dumps(note | {"at": at}), digest_of_note(note)
    except TypeError as error:
        raise Invalid(f"the annotation can't be kept as JSON: {error}") from error


def is_settled(status: object) -> bool:
    return status in SETTLED


def digest_of_note(note: Mapping[str, object]) -> bytes:
    """Over what was found, not over what finding it took."""
    said = [note.get(name) for name in ("step_version", "version", "status", "value", "reason")]
    return digest(orjson.dumps(said, option=orjson.OPT_SORT_KEYS))


def notes_in(body: bytes | None) -> dict[str, dict[str, JsonValue]]:
    """The notes of an annotating change, by their step; none if its body is no longer kept."""
    return {} if body is None else {note["step"]: note for note in orjson.loads(body)}


def with_notes(document: bytes, notes: Sequence[bytes]) -> bytes:
    """The document with these notes in its margin."""
    return b'%b,"annotations":[%b]}' % (document[:-1], b",".join(notes)) if notes else document


def chosen_notes(body: bytes | None, steps: set[str]) -> list[bytes]:
    """Those of an annotating change's notes that belong to these steps."""
    return [orjson.dumps(note) for step, note in notes_in(body).items() if step in steps]


def notes_then(bodies: Sequence[bytes | None]) -> list[bytes]:
    """What a document's annotating changes have left in its margin, given from the oldest to the newest."""
    newest = {step: index for index, body in enumerate(bodies) for step in notes_in(body)}
    return [
        note
        for index, body in enumerate(bodies)
        for note in chosen_notes(body, {step for step, last in newest.items() if last == index})
    ]
