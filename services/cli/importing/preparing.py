"""From a row to what is sent: columns renamed, a collection, an id, and nothing that only Postil can give."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b

import orjson
from pydantic_core import to_json

from services.cli.importing.formats import AUTO, Format, format_of, formats
from services.cli.importing.rows import BadRow, Fields, Mark, Piece, Row
from services.cli.importing.source import Source, opened
from shared.contracts.documents import GIVEN_BY_POSTIL
from shared.errors import Invalid

# What every exported document has. A stranger's row with a field that happens to be called `version` is no export.
EXPORTED = frozenset({"tenant", "version", "seq", "created_at", "updated_at"})
DATA_PREFIX = "data."
DIGEST_BYTES = 12


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be imported, and how."""

    files: Sequence[str]
    format: str = AUTO
    collection: str | None = None
    # From the name in the file to the field of a document.
    mapping: Mapping[str, str] = field(default_factory=dict)

    def digest(self) -> str:
        """The same for the same import: a checkpoint belongs to one."""
        said = [list(self.files), self.format, self.collection, sorted(self.mapping.items())]
        return blake2b(orjson.dumps(said), digest_size=DIGEST_BYTES).hexdigest()


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document on its way. Two with the same key are sent in their order."""

    piece: Piece
    key: str
    payload: bytes


@dataclass(frozen=True, slots=True)
class Step:
    """One row's worth of the import, and which file it is from."""

    file: int
    source: Source
    outcome: Prepared | BadRow

    @property
    def bytes_held(self) -> int:
        sent = len(self.outcome.payload) if isinstance(self.outcome, Prepared) else 0
        return sent + len(self.outcome.piece.content)


@dataclass(frozen=True, slots=True)
class Start:
    """Where to begin: the first row, or where a checkpoint was made."""

    file: int = 0
    mark: Mark = field(default_factory=Mark)
    fingerprint: str | None = None


def steps(plan: Plan, start: Start) -> Iterator[Step]:
    """Everything from there on, file by file, read only as fast as it is asked for."""
    for number, file in enumerate(plan.files[start.file :], start.file):
        resumed = number == start.file
        with opened(file) as source:
            if resumed and start.fingerprint not in (None, source.fingerprint):
                raise Invalid(f"{file} is not what it was when the checkpoint was made")
            form = formats()[plan.format] if plan.format != AUTO else format_of(file, source.head)
            if plan.collection is None and not form.names_collections:
                raise Invalid(f"{file} is read as {form.name}, which names no collection: use --collection")
            for found in form.read(source, start.mark if resumed else Mark()):
                outcome = prepare(found, plan, form, source.name) if isinstance(found, Row) else found
                yield Step(number, source, outcome)


def prepare(row: Row, plan: Plan, form: Format, name: str) -> Prepared | BadRow:
    try:
        fields = without_given(form.shape(_renamed(row.fields, plan.mapping)))
    except ValueError as error:
        return BadRow(row.piece, str(error))
    collection = fields.setdefault("collection", plan.collection)
    if collection is None:
        return BadRow(row.piece, "the row names no collection, and --collection was not given")
    if key := fields.get("idempotency_key"):
        # The id is derived from it where there is none.
        key = fields.get("id") or f"key {key}"
    else:
        key = fields.setdefault("id", _name(str(collection), name, row.piece))
    return Prepared(row.piece, str(key), to_json(fields))


def without_given(fields: Fields) -> Fields:
    """What `export` or `get` wrote, without what Postil will give it anew."""
    if not fields.keys() >= EXPORTED:
        return fields
    return {name: value for name, value in fields.items() if name not in GIVEN_BY_POSTIL}


def _renamed(fields: Fields, mapping: Mapping[str, str]) -> Fields:
    renamed: Fields = {}
    inner: Fields = {}
    for name, value in fields.items():
        target = mapping.get(name, name)
        if name in mapping and target.startswith(DATA_PREFIX):
            inner[target.removeprefix(DATA_PREFIX)] = value
        elif target in renamed:
            raise ValueError(f"two fields of the row would be {target!r}")
        else:
            renamed[target] = value
    if inner:
        data = renamed.get("data") or {}
        if not isinstance(data, dict):
            raise ValueError("'data' is no JSON object, so --map can put nothing into it")
        renamed["data"] = {**data, **inner}
    return renamed


def _name(collection: str, file: str, piece: Piece) -> str:
    """The same for the same row in the same place of a file of this name, so that a second import adds nothing."""
    hashed = blake2b(piece.content, digest_size=DIGEST_BYTES)
    hashed.update(orjson.dumps([collection, file, piece.offset]))
    return f"row-{hashed.hexdigest()}"
