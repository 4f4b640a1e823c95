"""One example of every contract of analysis and search."""

from datetime import UTC, datetime

from shared.contracts.analysis import Analyse, AnalyseProgress
from shared.contracts.annotations import Cost
from shared.contracts.documents import Document
from shared.contracts.feedback import (
    FeedbackItem,
    FeedbackItems,
    FeedbackSummaries,
    FeedbackSummary,
    GiveFeedback,
    ListFeedback,
    SummariseFeedback,
)
from shared.contracts.figures import Count, Figures, GetFigures, HighWater, Spending
from shared.contracts.message import Contract
from shared.contracts.pending import ListPending, Pending, PendingPage
from shared.contracts.search import (
    Duplicate,
    Embed,
    Embeddings,
    ExamineIndexes,
    Explanation,
    FacetCount,
    Filter,
    FindAlike,
    Found,
    GetIndexes,
    Highlight,
    Hit,
    IndexExamination,
    IndexFinding,
    IndexReport,
    IndexReports,
    Neighbour,
    Neighbourhood,
    Neighbourhoods,
    RebuildIndexes,
    Search,
    Similar,
    Unplaced,
)
from shared.contracts.standing import (
    DropStanding,
    ListStanding,
    Match,
    SaveStanding,
    StandingQueries,
    StandingQuery,
)

MOMENT = datetime(2026, 11, 20, 8, 30, 0, 123_000, tzinfo=UTC)

DOCUMENT = Document(
    id="T-17",
    tenant="main",
    collection="tickets",
    title="It stops",
    text="After an hour it stops.",
    version=1,
    seq=41,
    created_at=MOMENT,
    updated_at=MOMENT,
)
FILTER = Filter(
    collection=("tickets", "notes"),
    kind="bug",
    author="ada",
    tag=("urgent",),
    language="en",
    entity="host.example",
    thread="T-1",
    since=MOMENT,
    until=MOMENT,
    data={"priority": "high", "build.number": 7},
)
FACET = FacetCount(value="bug", count=3)
HIGHLIGHT = Highlight(field="text", spans=((17, 22),))
HIT = Hit(id="T-17", score=1.5, document=DOCUMENT, highlights=(HIGHLIGHT,))
REPORT = IndexReport(
    index="text", state="BUILDING", applied_seq=40, last_seq=43, documents=12, bytes=4096, detail="12 documents so far"
)
EXPLANATION = Explanation(
    understood="stops",
    plan=("text: stops, by relevance",),
    indexes=(REPORT,),
    timings_ms={"text": 0.4},
    warnings=("sorted by time",),
)
NEIGHBOUR = Neighbour(id="T-9", score=0.91)
DUPLICATE = Duplicate(id="T-9", similarity=0.84, cluster="T-3")
NEIGHBOURHOOD = Neighbourhood(id="T-17", similar=(NEIGHBOUR,), duplicates=(DUPLICATE,))
UNPLACED = Unplaced(id="T-17", vector="AAA=", signature="AAAA")
INDEX_FINDING = IndexFinding(index="text", what="1 documents are not as the store has them", examples=("T-17",))
COUNT = Count(value="ada", count=5)
HIGH_WATER = HighWater(documents=9, minute=MOMENT)
SPENDING = Spending(day="2026-11-20", step="summary", annotations=2, tokens_in=900, tokens_out=80, micro_usd=120)
FEEDBACK = FeedbackItem(
    id="postil.feedback.1",
    about="T-17",
    step="summary",
    step_version=2,
    thumb="down",
    stars=2,
    correction="It starts.",
    author="ada",
    at=MOMENT,
)
SUMMARY = FeedbackSummary(step="summary", step_version=2, up=3, down=1, stars=4, stars_mean=3.5, corrections=1)
STANDING = StandingQuery(
    name="outages", query="down OR broken", filter=FILTER, author="ada", channel="irc.ops", since_seq=40, matches=2
)
PENDING = Pending(document=DOCUMENT, steps=("summary",))

SAMPLES: tuple[Contract, ...] = (
    FILTER,
    FACET,
    HIGHLIGHT,
    HIT,
    REPORT,
    EXPLANATION,
    Found(
        hits=(HIT,),
        total=1,
        next="bmV4dA",
        degraded=("the embedder does not answer",),
        facets={"kind": (FACET,)},
        explanation=EXPLANATION,
    ),
    Search(
        query="it stops",
        mode="text",
        filter=FILTER,
        sort="time",
        limit=5,
        after="bmV4dA",
        facets=("kind", "tag"),
        explain=True,
    ),
    Similar(id="T-17", filter="kind:bug", limit=5),
    Embed(texts=("it stops",), model="m/1"),
    Embeddings(model="m/1", vectors=("AAA=",)),
    UNPLACED,
    NEIGHBOUR,
    DUPLICATE,
    NEIGHBOURHOOD,
    FindAlike(items=(UNPLACED,), model="m/1", limit=3),
    Neighbourhoods(items=(NEIGHBOURHOOD,), applied_seq=43),
    GetIndexes(),
    IndexReports(indexes=(REPORT,)),
    RebuildIndexes(names=("text",)),
    INDEX_FINDING,
    ExamineIndexes(),
    IndexExamination(findings=(INDEX_FINDING,), documents_read=12, applied_seq=43, at=MOMENT),
    COUNT,
    HIGH_WATER,
    SPENDING,
    GetFigures(collection="tickets", author="ada", top=5),
    Figures(
        documents=12,
        authors=3,
        first_at=MOMENT,
        last_at=MOMENT,
        hours=(0,) * 8 + (12,) + (0,) * 15,
        high_water=HIGH_WATER,
        top_authors=(COUNT,),
        top_keywords=(COUNT,),
        languages=(COUNT,),
        spending=(SPENDING,),
        applied_seq=43,
    ),
    GiveFeedback(id="T-17", step="summary", thumb="down", stars=2, correction="It starts.", author="ada"),
    FEEDBACK,
    FeedbackItems(items=(FEEDBACK,), next="bmV4dA"),
    ListFeedback(id="T-17", step="summary", limit=5, after="bmV4dA"),
    SUMMARY,
    FeedbackSummaries(items=(SUMMARY,), applied_seq=43),
    SummariseFeedback(step="summary"),
    SaveStanding(name="outages", query="down OR broken", filter=FILTER, author="ada", channel="irc.ops"),
    STANDING,
    StandingQueries(items=(STANDING,)),
    ListStanding(),
    DropStanding(name="outages"),
    Match(name="outages", id="T-17", version=1, at=MOMENT, channel="irc.ops", document=DOCUMENT),
    ListPending(
        steps={"summary": 2}, only="failed", collections=("tickets*",), kinds=("bug",), limit=5, after="bmV4dA"
    ),
    PENDING,
    Analyse(step="summary", collection="tickets", dry_run=True, limit=5, after="bmV4dA"),
    AnalyseProgress(
        looked_at=12, pending=5, done=4, failed=1, next="bmV4dA", seconds=2.5, cost=Cost(tokens_in=900, micro_usd=120)
    ),
    PendingPage(items=(PENDING,), next="bmV4dA", looked_at=12),
)
