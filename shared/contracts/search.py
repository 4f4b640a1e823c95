"""Asking for documents by what they say: by words, by meaning, or by both; and for those that resemble something."""

from datetime import datetime
from typing import Annotated, ClassVar, Literal

from pydantic import Field, JsonValue, StringConstraints

from shared.contracts.documents import Document, DocumentId
from shared.contracts.message import Asked, Contract, Query
from shared.contracts.moment import Moment

Mode = Literal["hybrid", "text", "semantic"]
Sort = Literal["relevance", "time"]
Facet = Literal["collection", "kind", "author", "tag", "language"]
IndexState = Literal["READY", "BUILDING", "STALE"]

QueryText = Annotated[str, StringConstraints(max_length=4_000)]
Word = Annotated[str, StringConstraints(min_length=1, max_length=1_000)]
Words = Word | tuple[Word, ...]


class Filter(Asked):
    """What a document must be, beside what it says. Of several values for one field any will do; of `tag`, all."""

    collection: Words = ()
    kind: Words = ()
    author: Words = ()
    tag: Words = ()
    language: Words = ()
    entity: Words = ()
    thread: Words = ()
    since: Moment | None = None
    until: Moment | None = None
    # By path: {"priority": "high", "build.number": 7}
    data: dict[str, JsonValue] = {}


class FacetCount(Contract):
    value: str
    count: int


class Highlight(Contract):
    """Where a field matched: spans of characters, from the first to the one after the last."""

    field: Literal["title", "text"]
    spans: tuple[tuple[int, int], ...]


class Hit(Contract):
    id: str
    score: float
    document: Document
    highlights: tuple[Highlight, ...] = ()


class IndexReport(Contract):
    """How far one index has come. `STALE` is an index that is behind the log by more than it should."""

    index: str
    state: IndexState
    applied_seq: int
    last_seq: int
    documents: int
    bytes: int = 0
    detail: str | None = None


class Explanation(Contract):
    """How a search was answered: what was understood, what was looked up, and how long it took."""

    understood: str
    plan: tuple[str, ...]
    indexes: tuple[IndexReport, ...]
    timings_ms: dict[str, float]
    warnings: tuple[str, ...] = ()


class Found(Contract):
    hits: tuple[Hit, ...]
    # How many there are; in a search by meaning everything resembles everything, so there it counts what was ranked.
    total: int
    next: str | None = None
    # Why the answer is less than it could be. Empty when nothing is missing.
    degraded: tuple[str, ...] = ()
    facets: dict[str, tuple[FacetCount, ...]] = {}
    explanation: Explanation | None = None


class Search(Query[Found]):
    """Documents for a query in the search language. `filter` is an object, or one more query that doesn't rank."""

    verb: ClassVar[str] = "search"
    answered_by: ClassVar[str] = "search"

    query: QueryText = ""
    mode: Mode = "hybrid"
    filter: Filter | QueryText | None = None
    sort: Sort = "relevance"
    limit: int | None = Field(default=None, ge=1)
    after: str | None = None
    facets: tuple[Facet, ...] = ()
    explain: bool = False


class Similar(Query[Found]):
    """What resembles a document, or a text."""

    verb: ClassVar[str] = "similar"
    answered_by: ClassVar[str] = "search"

    id: DocumentId | None = None
    text: Annotated[str, StringConstraints(min_length=1, max_length=100_000)] | None = None
    filter: Filter | QueryText | None = None
    limit: int | None = Field(default=None, ge=1)


class Embeddings(Contract):
    """Vectors of 16-bit floats, little-endian, of length one, in base64."""

    model: str
    vectors: tuple[str, ...]


class Embed(Query[Embeddings]):
    """Turn texts into vectors, by the model that is named or else by the newest. The analysis answers it, because it
    has the models."""

    verb: ClassVar[str] = "embed"
    answered_by: ClassVar[str] = "analysis"

    model: str | None = None
    texts: tuple[Annotated[str, StringConstraints(max_length=100_000)], ...] = Field(min_length=1, max_length=64)


class Unplaced(Asked):
    """A document that is just being analysed: where it would stand among the others."""

    id: DocumentId
    vector: str | None = None
    signature: str | None = None


class Neighbour(Contract):
    id: str
    score: float


class Duplicate(Contract):
    """A document that says almost the same, and the cluster that it belongs to."""

    id: str
    similarity: float
    cluster: str


class Neighbourhood(Contract):
    id: str
    similar: tuple[Neighbour, ...] = ()
    duplicates: tuple[Duplicate, ...] = ()


class Neighbourhoods(Contract):
    items: tuple[Neighbourhood, ...]
    # Annotations up to this change have been looked at.
    applied_seq: int


class FindAlike(Query[Neighbourhoods]):
    """For many documents at once: what resembles them, by vector, and what almost repeats them, by fingerprint."""

    verb: ClassVar[str] = "alike"
    answered_by: ClassVar[str] = "search"

    items: tuple[Unplaced, ...] = Field(min_length=1)
    # The model that made the vectors: what another one has made can't be compared.
    model: str | None = None
    limit: int = Field(default=5, ge=1, le=50)


class IndexReports(Contract):
    indexes: tuple[IndexReport, ...]


class GetIndexes(Query[IndexReports]):
    """How far the indexes have come."""

    verb: ClassVar[str] = "indexes"
    answered_by: ClassVar[str] = "search"


class RebuildIndexes(Query[IndexReports]):
    """Begin to build indexes anew from the store, beside the ones that serve meanwhile; all, if none is named."""

    verb: ClassVar[str] = "reindex"
    changes: ClassVar[bool] = True
    answered_by: ClassVar[str] = "search"

    names: tuple[str, ...] = ()


class IndexFinding(Contract):
    index: str
    what: str
    # Some of the documents that are concerned, by id.
    examples: tuple[str, ...] = ()


class IndexExamination(Contract):
    findings: tuple[IndexFinding, ...]
    documents_read: int
    applied_seq: int
    at: datetime | None = None


class ExamineIndexes(Query[IndexExamination]):
    """Compare what the indexes hold with what the store holds."""

    verb: ClassVar[str] = "examine_indexes"
    answered_by: ClassVar[str] = "search"
