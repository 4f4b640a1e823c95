"""Searches by words and meaning at once, of a running system: the question is embedded, two indexes are asked, their
rankings made one, and the documents fetched.

The documents' vectors are those of the made-up corpus, written as annotations, because the analysis would take minutes
for them; its steps are switched off, and it only embeds the questions. No question is asked twice, so that no vector
is remembered.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from statistics import fmean
from time import perf_counter
from typing import ClassVar

import numpy as np
import orjson

from benchmarks import made_up
from benchmarks.client import Client, connected
from benchmarks.closed_loop import closed_loop
from benchmarks.corpus.texts import Corpus
from benchmarks.latencies import Latencies
from benchmarks.limits.by_reading import Question, read
from benchmarks.limits.exact import nearest_rows, recall
from benchmarks.scenario import Figure, Ratio, Scenario
from benchmarks.stage import Stage
from benchmarks.text_questions import QUESTIONS_COUNT, plain_questions, plain_words
from services.analysis.models.local import BUNDLED_MODEL
from shared.contracts.annotations import Annotate
from shared.contracts.documents import GetDocument
from shared.contracts.search import Embed, Found, GetIndexes, Mode, Search
from shared.errors import Unavailable
from shared.vectors import Vector, texts_of_vectors

LIMIT = 10
BATCH_COUNT = 64
IN_FLIGHT = 8
STEPS = (
    *("embedding", "entities", "fingerprint", "keywords", "language", "secrets", "sentiment", "similar", "stats"),
    *("summary", "synthesis"),
)
ANSWER_SECONDS_MAX = 10.0
LOOK_PAUSE_SECONDS = 0.05
# How much of what is nearest has to be among what is found by meaning, or it is no search.
RECALL_MIN = 0.9
HYBRID, TEXT, MEANING, GET = "hybrid", "by words", "by meaning", "get"
MODES: Mapping[str, Mode] = {HYBRID: "hybrid", TEXT: "text", MEANING: "semantic"}


@dataclass(frozen=True, slots=True)
class Size:
    documents: int
    # Of each kind.
    asked: int
    # Of these, those whose answers are compared with what reading and comparing everything finds.
    verified: int
    seconds_max: float


class HybridSearch(Scenario[Size]):
    name = "hybrid-search"
    about = (
        "60,000 made-up documents with a vector each, in a running system. Questions of two words, each asked once: "
        "by words and meaning, by words, by meaning, and in between a document by its id; one after the other, from "
        "the request until the reply with its ten documents is decoded."
    )
    figures = (
        *(Figure(f"{kind}, {percentile}", "ms") for kind in (*MODES, GET) for percentile in ("p50", "p95", "p99")),
        Figure("recall@10 by meaning", "", "higher"),
    )
    ratios = tuple(
        Ratio(f"{kind}, {percentile}", f"{GET}, {percentile}") for kind in MODES for percentile in ("p50", "p95")
    )
    repeats_max = 1
    settings: ClassVar[Mapping[str, str]] = {"POSTIL_ANALYSIS__DISABLED": orjson.dumps(STEPS).decode()}
    full = Size(documents=60_000, asked=400, verified=50, seconds_max=120.0)
    smoke = Size(documents=200, asked=10, verified=5, seconds_max=10.0)

    async def measure(self, stage: Stage, size: Size) -> None:
        corpus = made_up.corpus()
        questions = questions_of(corpus, size)
        stage.progress("vectors")
        vectors, of_questions = await asyncio.to_thread(_embedded, questions[MEANING], size)
        async with connected(stage) as client:
            stage.progress("documents and their vectors")
            await write(stage, client, corpus, vectors, size)
            # The embedder loads its model when it is first asked.
            await client.bus.ask(client.tenant, Embed(texts=("first",)), seconds_max=ANSWER_SECONDS_MAX)
            stage.progress("questions")
            found = await Asking(stage, client, size).ask_all(questions)
        stage.progress("reading and comparing everything")
        await asyncio.to_thread(expect_right_words, stage, corpus, questions[TEXT], found[TEXT], size)
        near = [nearest_rows(vectors, question, LIMIT) for question in of_questions]
        share = fmean(map(recall, map(rows_of, found[MEANING]), near))
        stage.expect(f"a recall of {RECALL_MIN} by meaning (it is {share:.3f})", share >= RECALL_MIN, True)
        stage.note("recall@10 by meaning", share)


Questions = Sequence[tuple[int, Sequence[str]]]


def questions_of(corpus: Corpus, size: Size) -> Mapping[str, Questions]:
    """For each mode others: words, with the number that the corpus has for them."""
    asked = plain_questions(corpus, plain_words(corpus))
    return {kind: list(islice(asked, size.asked)) for kind in MODES}


def _embedded(questions: Questions, size: Size) -> tuple[Vector, Vector]:
    """The documents, and the questions that are looked into."""
    embedding = made_up.embedding()
    vectors = np.concatenate(list(embedding.documents(size.documents)))
    return vectors, embedding.questions(QUESTIONS_COUNT)[[number for number, _ in questions[: size.verified]]]


async def write(stage: Stage, client: Client, corpus: Corpus, vectors: Vector, size: Size) -> None:
    """Documents and vectors, until both are found by everybody who asks."""
    documents = corpus.documents(size.documents)

    async def put(_: int) -> None:
        await client.put_payload(orjson.dumps(list(islice(documents, BATCH_COUNT))))

    async def annotate(number: int) -> None:
        rows = range(number * BATCH_COUNT, min((number + 1) * BATCH_COUNT, size.documents))
        texts = texts_of_vectors(vectors[rows.start : rows.stop])
        notes = [_note(row, text, vectors.shape[1]) for row, text in zip(rows, texts, strict=True)]
        payload = orjson.dumps({"annotations": notes})
        await client.bus.ask_raw(client.tenant, Annotate.verb, payload, seconds_max=ANSWER_SECONDS_MAX)

    messages = range(-(-size.documents // BATCH_COUNT))
    await closed_loop(messages, IN_FLIGHT, put)
    await client.until_committed(size.documents, seconds_max=size.seconds_max)
    await closed_loop(messages, IN_FLIGHT, annotate)

    async def indexed() -> bool:
        await asyncio.sleep(LOOK_PAUSE_SECONDS)
        try:
            reports = (await client.bus.ask(client.tenant, GetIndexes(), seconds_max=ANSWER_SECONDS_MAX)).indexes
        except Unavailable:
            # They are opened when a tenant has its first document.
            return False
        behind = [each for each in reports if each.documents < size.documents or each.applied_seq < each.last_seq]
        return bool(reports) and not behind

    await stage.until("all of them in every index", indexed, seconds_max=size.seconds_max)


def _note(row: int, vector: str, dimensions: int) -> dict[str, object]:
    value = {"model": BUNDLED_MODEL, "dimensions": dimensions, "vector": vector}
    return {"id": f"made-{row}", "version": 1, "step": "embedding", "value": value}


class Asking:
    def __init__(self, stage: Stage, client: Client, size: Size) -> None:
        self._stage = stage
        self._client = client
        self._size = size

    async def ask_all(self, asked: Mapping[str, Questions]) -> Mapping[str, Sequence[Found]]:
        """In turns, so that a slow moment of the machine meets every kind."""
        found: dict[str, list[Found]] = {kind: [] for kind in MODES}
        latencies = {kind: Latencies() for kind in (*MODES, GET)}
        for number in range(self._size.asked):
            for kind, recorded in latencies.items():
                begun = perf_counter()
                if kind in MODES:
                    found[kind].append(await self._search(asked[kind][number][1], MODES[kind]))
                else:
                    await self._get()
                recorded.record(perf_counter() - begun)
        for kind, each in latencies.items():
            for percentile in (50, 95, 99):
                self._stage.note(f"{kind}, p{percentile}", each.ms(percentile))
            self._stage.note_latencies(kind, each)
        return found

    async def _search(self, words: Sequence[str], mode: Mode) -> Found:
        query = Search(query=" ".join(words), mode=mode, limit=LIMIT)
        found = await self._client.bus.ask(self._client.tenant, query, seconds_max=ANSWER_SECONDS_MAX)
        self._stage.expect("what a search could not do", found.degraded, ())
        self._stage.expect("hits on a page", len(found.hits), min(LIMIT, found.total))
        return found

    async def _get(self) -> None:
        id = f"made-{self._stage.random.randrange(self._size.documents)}"
        query = GetDocument(id=id)
        document = await self._client.bus.ask(self._client.tenant, query, seconds_max=ANSWER_SECONDS_MAX)
        self._stage.expect("the document that was asked for", document.id, id)


def rows_of(found: Found) -> list[int]:
    return [int(hit.id.removeprefix("made-")) for hit in found.hits]


def expect_right_words(stage: Stage, corpus: Corpus, asked: Questions, found: Sequence[Found], size: Size) -> None:
    """By words are found exactly the documents in which they are."""
    read_for = [Question("all", words) for _, words in asked[: size.verified]]
    read(read_for, list(enumerate(corpus.documents(size.documents))))
    for question, each in zip(read_for, found, strict=False):
        what = f"documents with {' and '.join(question.words)}"
        stage.expect(what, each.total, len(question.numbers))
        stage.expect(f"{what}, none without", set(rows_of(each)) - set(question.numbers), set())


scenario = HybridSearch()
