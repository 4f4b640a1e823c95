"""Writing documents: `put`, which anyone may use, and `save`, by which ingest reaches the database."""

from collections.abc import Sequence
from typing import ClassVar, NamedTuple, Self, cast

import orjson
from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from shared.contracts.content import content_of
from shared.contracts.documents import Draft, Outcome
from shared.contracts.message import Contract, Query, in_words
from shared.contracts.problem import Problem
from shared.errors import Invalid


class Saved(Contract):
    """What became of one document: where it was committed, or the reason why not."""

    id: str | None = None
    version: int | None = None
    seq: int | None = None
    outcome: Outcome | None = None
    error: Problem | None = None


class SaveResults(Contract):
    results: tuple[Saved, ...]


class PutDocuments(Query[SaveResults]):
    """Write documents and wait until they are committed. On the wire: one document, an array of them, or NDJSON."""

    verb: ClassVar[str] = "put"
    changes: ClassVar[bool] = True

    documents: tuple[Draft, ...] = Field(min_length=1)

    def encode(self) -> bytes:
        return b"[" + b",".join(document.encode() for document in self.documents) + b"]"


class Sealed(NamedTuple):
    """A document ready to be kept. Its content is written as JSON already, and nobody writes it again.

    A place is a text that sorts as the stream does, given to what came by it. The store never lets an older place
    overwrite a newer one: that is what makes a redelivery harmless, whatever has happened to the document since.
    """

    id: str
    collection: str
    content: bytes
    digest: bytes
    place: str | None = None
    idempotency_key: str | None = None
    if_version: int | None = None
    ttl_seconds: int | None = None


def seal(draft: Draft, id: str, collection: str, place: str | None = None) -> Sealed:
    """Raises `Invalid` if JSON can't carry what is in the draft."""
    content, digest = content_of(draft, id, collection)
    return Sealed(id, collection, content, digest, place, draft.idempotency_key, draft.if_version, draft.ttl_seconds)


class Receipt(NamedTuple):
    """What became of one sealed document: what `Saved` says, light enough to be made for every one of them."""

    id: str
    version: int | None = None
    seq: int | None = None
    outcome: Outcome | None = None
    error: Problem | None = None


class SaveReceipts(Contract):
    """Column by column, because thousands of them are written and read in a second; errors by their index."""

    ids: tuple[str, ...]
    versions: tuple[int | None, ...]
    seqs: tuple[int | None, ...]
    outcomes: tuple[Outcome | None, ...]
    errors: dict[int, Problem] = {}

    @classmethod
    def of(cls, receipts: Sequence[Receipt]) -> Self:
        ids, versions, seqs, outcomes, errors = zip(*receipts, strict=True)
        found = {index: error for index, error in enumerate(errors) if error is not None}
        return cls(ids=ids, versions=versions, seqs=seqs, outcomes=outcomes, errors=found)

    def receipts(self) -> list[Receipt]:
        receipts = list(map(Receipt, self.ids, self.versions, self.seqs, self.outcomes))
        for index, error in self.errors.items():
            receipts[index] = receipts[index]._replace(error=error)
        return receipts


class SaveDocuments(Query[SaveReceipts]):
    """One batch from ingest to the database.

    On the wire it is lines of JSON: first a list with what the database must know of each document's delivery, then
    one document a line.
    """

    verb: ClassVar[str] = "save"
    changes: ClassVar[bool] = True

    documents: tuple[Sealed, ...] = Field(min_length=1)

    def encode(self) -> bytes:
        return lines_of(self.documents)

    @classmethod
    def decode(cls, payload: bytes) -> Self:
        first, *contents = payload.split(b"\n")
        try:
            deliveries = _DELIVERIES.validate_json(first)
        except ValidationError as error:
            raise Invalid(in_words(error)) from error
        if not contents or len(deliveries) != len(contents):
            raise Invalid(f"there are {len(contents)} documents and {len(deliveries)} deliveries of them")
        documents = tuple(map(_unpacked, deliveries, contents))
        return cast(Self, cls.model_construct(documents=documents))


# A document's digest in hexadecimal, its place, its idempotency key, and the version that it expects.
_Delivery = tuple[str, str | None, str | None, int | None]
_DELIVERIES: TypeAdapter[list[_Delivery]] = TypeAdapter(list[_Delivery], config=ConfigDict(strict=True))


def lines_of(documents: Sequence[Sealed]) -> bytes:
    deliveries = [(each.digest.hex(), each.place, each.idempotency_key, each.if_version) for each in documents]
    return b"\n".join([orjson.dumps(deliveries), *[each.content for each in documents]])


def _unpacked(delivery: _Delivery, content: bytes) -> Sealed:
    digest, place, key, if_version = delivery
    # Read only to be sure of it: whatever is wrong in there would be found by those whom it is served to.
    try:
        fields = orjson.loads(content)
        id, collection, ttl_seconds = fields["id"], fields["collection"], fields.get("ttl_seconds")
        digest_bytes = bytes.fromhex(digest)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Invalid(f"a line is no document: {error}") from error
    if type(id) is not str or type(collection) is not str or not (ttl_seconds is None or type(ttl_seconds) is int):
        raise Invalid("a line is no document: its id, its collection or its ttl_seconds is of another type")
    return Sealed(id, collection, content, digest_bytes, place, key, if_version, ttl_seconds)
