"""What a document's note says of its vector. Anyone may write notes, so nothing is believed before it is looked at."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from hashlib import blake2b

from services.database.search.index import Json, Present
from shared.contracts.house import is_kept_apart
from shared.vectors import bytes_of_text, halves_of_bytes, of_length_one

STEP = "embedding"
MODEL_LENGTH_MAX = 200
STATE_BYTES = 8


@dataclass(frozen=True, slots=True)
class Model:
    """Vectors can be compared if both are the same."""

    name: str
    dimensions: int


@dataclass(frozen=True, slots=True)
class Said:
    """A vector in bytes. Whether its length is one has not been looked at."""

    model: Model
    raw: bytes


class Silence(Enum):
    # There is none, or none yet: an older one goes on serving.
    ABSENT = auto()
    # The same, and somebody wrote nonsense.
    MALFORMED = auto()
    # It has none on purpose: an older one is wrong.
    NONE = auto()


def read(present: Present) -> Said | Silence:
    if is_kept_apart(present.collection):
        return Silence.NONE
    note = present.notes.get(STEP)
    if note is None or note.get("status") == "failed":
        return Silence.ABSENT
    if note.get("status") == "skipped":
        return Silence.NONE
    value = note.get("value")
    return _said(value) if isinstance(value, Mapping) else Silence.MALFORMED


def _said(value: Json) -> Said | Silence:
    name, dimensions, text = value.get("model"), value.get("dimensions"), value.get("vector")
    # A bool is an int as well.
    if not isinstance(name, str) or not isinstance(text, str) or type(dimensions) is not int:
        return Silence.MALFORMED
    raw = bytes_of_text(text, dimensions) if 0 < len(name) <= MODEL_LENGTH_MAX else None
    return Silence.MALFORMED if raw is None else Said(Model(name, dimensions), raw)


def state_of(present: Present) -> int | None:
    """What the index has to say of it: equal for equal vectors of the same model. None if it should know of none."""
    said = read(present)
    if isinstance(said, Silence) or not of_length_one(halves_of_bytes([said.raw]))[0]:
        return None
    return state(said.model, said.raw)


def state(model: Model, raw: bytes) -> int:
    told = blake2b(raw, digest_size=STATE_BYTES, key=f"{model.dimensions} {model.name}".encode()[:64])
    return int.from_bytes(told.digest(), "little")
