"""A million documents in the full-text index of one tenant, and in SQLite's own full text beside it.

The index is built by what the search service tells it, without a system around it: of a search, what is measured is
the reading of the query and the finding, in one thread. The first questions of each kind are answered by reading every
document as well, and both have to find exactly these.
"""

import asyncio
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

from pydantic import JsonValue

from benchmarks import made_up
from benchmarks.corpus.texts import PAGE_COUNT, Corpus
from benchmarks.latencies import Latencies
from benchmarks.limits.by_reading import FACETS, Question, read
from benchmarks.limits.full_text import FullText
from benchmarks.scenario import Figure, Ratio, Scenario
from benchmarks.stage import Stage
from benchmarks.text_questions import FACETS as FACETS_OF
from benchmarks.text_questions import KINDS, NEWEST, PREFIX, Ask, asks_of
from services.database.search.index import Batch, Json, Present
from services.database.search.language.filtering import node_of
from services.database.search.language.parsing import parse
from services.database.search.text.index import TextIndex
from shared.contracts.search import Filter, Sort

LIMIT = 10
COMMIT_COUNT = 20_000
NOW = datetime(2026, 11, 20, tzinfo=UTC)
# The analysis has found that everything is in one language, so that words are looked up in all their forms.
NOTES: Mapping[str, Json] = {"language": {"version": 1, "status": "ok", "value": {"language": "en"}}}
OURS, PEER = "", "FTS5: "
MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Size:
    documents: int
    # Of each kind: asked of us and, because it takes its time, of the peer; and those that are answered by reading.
    asked: int
    asked_of_peer: int
    read: int


class TextSearch(Scenario[Size]):
    name = "text-search"
    about = (
        "1,000,000 made-up documents, 310 characters each in the mean, in our full-text index, which also knows the "
        "stems of their words, and in SQLite's FTS5, which does not. From the query as it is typed to the ten best "
        "with the number of all that match, in one thread, one query after the other. No document is fetched."
    )
    figures = (
        *(
            Figure(f"{whose}{kind}, {percentile}", "ms")
            for kind in KINDS
            for whose in (OURS, PEER)
            for percentile in ("p50", "p95", "p99")
        ),
        *(Figure(f"{whose}taken in", "documents/s", "higher") for whose in (OURS, PEER)),
        *(Figure(f"{whose}on disk", "MiB") for whose in (OURS, PEER)),
    )
    ratios = (
        *(Ratio(f"{kind}, p95", f"{PEER}{kind}, p95") for kind in KINDS),
        Ratio("taken in", f"{PEER}taken in"),
        Ratio("on disk", f"{PEER}on disk"),
    )
    repeats_max = 1
    full = Size(documents=1_000_000, asked=400, asked_of_peer=20, read=2)
    smoke = Size(documents=3_000, asked=20, asked_of_peer=5, read=3)

    async def measure(self, stage: Stage, size: Size) -> None:
        corpus = made_up.corpus()
        asks = asks_of(corpus, size.asked)
        with tempfile.TemporaryDirectory(dir=stage.system.data.parent) as folder:
            peer, ours = FullText(Path(folder) / "fts5.db"), TextIndex.open(Path(folder) / "ours")
            with closing(peer), closing(ours):
                await _take_in(stage, corpus, size, asks, ours, peer)
                asking = Asking(stage, ours, peer)
                for kind in KINDS:
                    stage.progress(kind)
                    await asyncio.to_thread(asking.verify, kind, asks[kind][: size.read])
                    await asyncio.to_thread(asking.measure, kind, asks[kind], size.asked_of_peer)
                stage.note("on disk", ours.bytes / MEBIBYTE)
                stage.note(f"{PEER}on disk", peer.bytes / MEBIBYTE)


async def _take_in(
    stage: Stage, corpus: Corpus, size: Size, asks: Mapping[str, Sequence[Ask]], ours: TextIndex, peer: FullText
) -> None:
    questions = [ask.question for kind in KINDS for ask in asks[kind][: size.read]]
    seconds = {OURS: 0.0, PEER: 0.0}

    def take_in(portion: Sequence[tuple[int, Mapping[str, JsonValue]]]) -> None:
        read(questions, portion)
        begun = perf_counter()
        ours.apply(Batch(portion[-1][0], [Present(no, document, NOTES) for no, document in portion]))
        if portion[-1][0] % COMMIT_COUNT < len(portion):
            ours.commit()
        between = perf_counter()
        peer.add(portion)
        seconds[OURS] += between - begun
        seconds[PEER] += perf_counter() - between

    for portion in portions(corpus, size.documents):
        stage.progress(f"{portion[-1][0]:,} documents")
        await asyncio.to_thread(take_in, portion)
    begun = perf_counter()
    await asyncio.to_thread(ours.rest)
    seconds[OURS] += perf_counter() - begun
    stage.expect("documents in the index", ours.documents, size.documents)
    for whose, taken in seconds.items():
        stage.note(f"{whose}taken in", size.documents / taken)


def portions(corpus: Corpus, count: int) -> Iterator[Sequence[tuple[int, Mapping[str, JsonValue]]]]:
    """As the store has them, by their numbers."""
    for first in range(0, count, PAGE_COUNT):
        written = corpus.documents(min(PAGE_COUNT, count - first), first)
        yield [(no, _stored(document)) for no, document in enumerate(written, start=first + 1)]


def _stored(document: dict[str, JsonValue]) -> Mapping[str, JsonValue]:
    at = document["occurred_at"]
    return {**document, "version": 1, "created_at": at, "updated_at": at}


Facets = Mapping[str, Mapping[str, int]]
Answer = tuple[list[int], int] | Facets


class Asking:
    def __init__(self, stage: Stage, ours: TextIndex, peer: FullText) -> None:
        self._stage = stage
        self._ours = ours
        self._peer = peer

    def measure(self, kind: str, asks: Sequence[Ask], of_peer: int) -> None:
        for whose, ask_one, count in ((OURS, self.ours, len(asks)), (PEER, self.peer, of_peer)):
            latencies = Latencies()
            for ask in asks[:count]:
                begun = perf_counter()
                ask_one(kind, ask)
                latencies.record(perf_counter() - begun)
            for percentile in (50, 95, 99):
                self._stage.note(f"{whose}{kind}, p{percentile}", latencies.ms(percentile))
            self._stage.note_latencies(f"{whose}{kind}", latencies)

    def verify(self, kind: str, asks: Sequence[Ask]) -> None:
        for ask in asks:
            for whose, answer in (("we", self.ours(kind, ask)), ("FTS5", self.peer(kind, ask))):
                self._stage.expect(f"{whose}, {ask.query!r}", *compared(kind, answer, ask.question))

    def ours(self, kind: str, ask: Ask) -> Answer:
        node = parse(ask.query, NOW)
        if kind == FACETS_OF:
            found = self._ours.facets(node, FACETS, LIMIT)
            return {name: dict(counts) for name, counts in found.items()}
        collection = ask.question.collection
        condition = node_of(Filter(collection=collection) if collection else None, NOW)
        sort: Sort = "time" if kind == NEWEST else "relevance"
        hits = self._ours.search(node, condition=condition, limit=LIMIT, sort=sort)
        return [no for no, _ in hits.hits], hits.total

    def peer(self, kind: str, ask: Ask) -> Answer:
        if kind == FACETS_OF:
            return self._peer.facets(ask.match, FACETS)
        # What has no word as a whole is not ranked by us either.
        if kind in (NEWEST, PREFIX):
            return self._peer.newest(ask.match, LIMIT)
        return self._peer.best(ask.match, LIMIT, ask.question.collection)


def compared(kind: str, answer: Answer, question: Question) -> tuple[object, object]:
    """What was found, and what is right: of a ranking, that all of it belongs there; by time, the very documents."""
    if not isinstance(answer, tuple):
        return answer, {name: dict(question.counts[name]) for name in FACETS}
    hits, total = answer
    shown = min(LIMIT, len(question.numbers))
    if kind in (NEWEST, PREFIX):
        return (hits, total), (question.numbers[::-1][:shown], len(question.numbers))
    right = set(question.numbers)
    return (len(set(hits) & right), len(hits), total), (shown, shown, len(right))


scenario = TextSearch()
