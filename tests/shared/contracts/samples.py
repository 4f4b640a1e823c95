"""One example of every contract: what the golden files were made of."""

from datetime import UTC, datetime

from shared.contracts.annotations import Annotate, AnnotateOutcome, AnnotateResults, Annotation, Cost, Note
from shared.contracts.changes import Change, ChangePage, Changes, ListChanges
from shared.contracts.dead import DeadLetter
from shared.contracts.documents import (
    Deleted,
    DeleteDocument,
    Document,
    DocumentItems,
    DocumentPage,
    Draft,
    GetDocument,
    ListDocuments,
    RecentDocuments,
)
from shared.contracts.message import Contract
from shared.contracts.problem import Problem
from shared.contracts.saving import PutDocuments, Receipt, Saved, SaveDocuments, SaveReceipts, SaveResults, seal
from shared.contracts.stats import CollectionStats, GetStats, Stats
from shared.contracts.upkeep import Examination, Examine, Finding
from shared.errors import Conflict
from tests.shared.contracts import samples_of_chat, samples_of_search

MOMENT = datetime(2026, 11, 20, 8, 30, 0, 123_000, tzinfo=UTC)

DRAFT = Draft(
    id="T-17",
    collection="tickets",
    kind="bug",
    title="It stops",
    text="After an hour it stops.\nNo log.",
    author="ada",
    source="tracker",
    occurred_at=MOMENT,
    tags=("urgent", "größe"),
    data={"priority": "high", "votes": [1, 2.5, None, True]},
    thread="T-1",
    parents=("T-1", "T-2"),
    ttl_seconds=3600,
    idempotency_key="k-1",
    if_version=2,
)
NOTE = Note(step="stats", step_version=1, version=3, status="ok", value={"words": 5}, at=MOMENT)
DOCUMENT = Document(
    **DRAFT.model_dump(exclude={"if_version"}),
    tenant="main",
    version=3,
    seq=41,
    created_at=MOMENT,
    updated_at=MOMENT,
    expires_at=MOMENT,
    annotations=(NOTE,),
)
PUT = Change(seq=41, op="put", collection="tickets", id="T-17", version=3, at=MOMENT, document=DOCUMENT)
NOTED = Change(seq=42, op="annotate", collection="tickets", id="T-17", version=3, at=MOMENT, annotations=(NOTE,))
GONE = Change(seq=43, op="delete", collection="tickets", id="T-17", version=4, at=MOMENT)
PROBLEM = Problem.of(Conflict("the document is at version 4, not 2"))
SAVED = Saved(id="T-17", version=3, seq=41, outcome="updated")
REFUSED = Saved(id="T-17", error=PROBLEM)
ANNOTATION = Annotation(
    id="T-17",
    version=3,
    step="summary",
    step_version=2,
    status="degraded",
    value="It stops.",
    reason="no model",
    model="local",
    cost=Cost(tokens_in=10, tokens_out=3, micro_usd=12),
    duration_ms=1.5,
)
FINDING = Finding(what="counter", where="tickets", found="3", expected="2")

SAMPLES: tuple[Contract, ...] = (
    ANNOTATION,
    NOTE,
    Annotate(annotations=(ANNOTATION,)),
    AnnotateOutcome(id="T-17", step="summary", seq=44, outcome="annotated"),
    AnnotateResults(results=(AnnotateOutcome(id="T-9", step="summary", error=PROBLEM),)),
    Cost(tokens_in=10, tokens_out=3, micro_usd=12),
    PUT,
    ChangePage(items=(PUT, NOTED, GONE), last_seq=43),
    Changes(collection="tickets", items=(PUT, NOTED, GONE)),
    ListChanges(since=40, limit=10, collection="tickets"),
    DeadLetter(
        subject="postil.main.docs.tickets",
        problem=PROBLEM,
        attempts=2,
        at=MOMENT,
        headers={"Nats-Msg-Id": "m-1"},
        payload="eyI=",
        encoding="base64",
        stream_seq=9,
        index=3,
    ),
    DRAFT,
    DOCUMENT,
    GetDocument(id="T-17", at=40),
    DocumentPage(items=(DOCUMENT,), next="bmV4dA", total=12),
    ListDocuments(collection="tickets", limit=10, after="bmV4dA"),
    DocumentItems(items=(DOCUMENT,)),
    RecentDocuments(collection="tickets", limit=5),
    DeleteDocument(id="T-17", if_version=3, erase=True),
    Deleted(id="T-17", version=4, seq=43),
    PROBLEM,
    PutDocuments(documents=(DRAFT,)),
    SAVED,
    SaveResults(results=(SAVED, REFUSED)),
    SaveReceipts.of([Receipt("T-17", 3, 41, "updated"), Receipt("T-18", error=PROBLEM)]),
    SaveDocuments(documents=(seal(Draft(text="t", if_version=2), "a", "c", "0001"), seal(Draft(title="u"), "b", "c"))),
    CollectionStats(collection="tickets", documents=12, last_seq=43, last_at=MOMENT),
    GetStats(collection="tickets"),
    Stats(
        documents=12,
        last_seq=43,
        announced_seq=43,
        collections=(CollectionStats(collection="tickets", documents=12, last_seq=43, last_at=MOMENT),),
    ),
    FINDING,
    Examine(repair=True),
    Examination(findings=(FINDING,), found=1, repaired=False, changes_read=43, documents_read=12),
    *samples_of_chat.SAMPLES,
    *samples_of_search.SAMPLES,
)
