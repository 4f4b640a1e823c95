"""A million vectors in the index of one tenant, and the comparing of all of them beside it.

The vectors are those that the embedding makes of the made-up documents; the questions are short, as people's are. The
index is told of them as the search service tells it, by annotations, and is closed and opened again before it is asked.
"""

import asyncio
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from time import perf_counter
from typing import TypeVar

import numpy as np
from pydantic import JsonValue

from benchmarks import made_up
from benchmarks.corpus.texts import PAGE_COUNT
from benchmarks.latencies import Latencies
from benchmarks.limits.exact import nearest_rows, recall
from benchmarks.scenario import Figure, Ratio, Scenario
from benchmarks.stage import Stage
from services.database.search.index import Batch, Present
from services.database.search.ranking import Ranked
from services.database.search.vectors.index import EXACT_COUNT_MAX, VectorIndex
from shared.vectors import Vector, texts_of_vectors

LIMIT = 10
MODEL = "made-up"
COMMIT_PAGES = 5
FILTERED_SHARE = 0.01
# How much of what is nearest has to be found, or it is no search.
RECALL_MIN = 0.9
BUILD_SECONDS_MAX = 300.0
LOOK_PAUSE_SECONDS = 0.05
MEBIBYTE = 1024 * 1024

AnswerT = TypeVar("AnswerT")

NEAREST, FILTERED, EXACT = "the nearest", "the nearest of 1 %", "comparing all"


@dataclass(frozen=True, slots=True)
class Size:
    documents: int
    asked: int
    # Of them, those that are answered by comparing all as well.
    compared: int
    # Up to so many vectors the index compares all, too.
    exact_count_max: int


class VectorSearch(Scenario[Size]):
    name = "vector-search"
    about = (
        "1,000,000 vectors of 256 dimensions, those of made-up documents, in our vector index: the ten nearest to a "
        "short question, of all documents and of a hundredth of them, in one thread, after the index was closed and "
        "opened again. Beside the comparing of all vectors, which is exact, by one product of a matrix in memory."
    )
    figures = (
        *(
            Figure(f"{what}, {percentile}", "ms")
            for what in (NEAREST, FILTERED, EXACT)
            for percentile in ("p50", "p95")
        ),
        Figure("recall@10", "", "higher"),
        Figure("recall@10 of 1 %", "", "higher"),
        Figure("taken in", "documents/s", "higher"),
        Figure("built after the last one", "s"),
        Figure("opened again, with its first answer", "ms"),
        Figure("on disk", "MiB"),
        Figure("the vectors alone", "MiB"),
    )
    ratios = (
        Ratio("the nearest, p95", "comparing all, p95"),
        Ratio("the nearest of 1 %, p95", "comparing all, p95"),
        Ratio("on disk", "the vectors alone"),
    )
    repeats_max = 1
    full = Size(documents=1_000_000, asked=1_000, compared=100, exact_count_max=EXACT_COUNT_MAX)
    smoke = Size(documents=3_000, asked=20, compared=20, exact_count_max=1_000)

    async def measure(self, stage: Stage, size: Size) -> None:
        embedding = made_up.embedding()
        vectors = np.empty((size.documents, embedding.sums.shape[1]), dtype=np.float32)
        with tempfile.TemporaryDirectory(dir=stage.system.data.parent) as folder:
            path = Path(folder) / "vectors"
            with closing(VectorIndex.open(path, exact_count_max=size.exact_count_max)) as index:
                await _take_in(stage, index, vectors)
            stage.note("on disk", sum(file.stat().st_size for file in path.rglob("*") if file.is_file()) / MEBIBYTE)
            stage.note("the vectors alone", vectors.size * np.dtype(np.float16).itemsize / MEBIBYTE)
            questions = embedding.questions(size.asked)
            begun = perf_counter()
            with closing(VectorIndex.open(path, exact_count_max=size.exact_count_max)) as index:
                first = index.search(questions[0], LIMIT)
                stage.note("opened again, with its first answer", (perf_counter() - begun) * 1_000)
                stage.expect("hits of the first answer", len(first), LIMIT)
                stage.expect("anything built when it was opened again", index.busy, False)
                stage.expect("documents in the index", index.documents, size.documents)
                stage.progress("questions")
                await asyncio.to_thread(_ask, stage, index, vectors, questions, size)


async def _take_in(stage: Stage, index: VectorIndex, vectors: Vector) -> None:
    seconds = 0.0

    def take_in(first: int, page: Vector) -> float:
        """How long it took, without the writing of the notes."""
        vectors[first : first + len(page)] = page
        present = list(presents(page, first))
        begun = perf_counter()
        index.apply(Batch(first, present))
        if first // PAGE_COUNT % COMMIT_PAGES == COMMIT_PAGES - 1 or first + len(page) == len(vectors):
            index.commit()
        return perf_counter() - begun

    first = 0
    for page in made_up.embedding().documents(len(vectors)):
        stage.progress(f"{first:,} vectors")
        seconds += await asyncio.to_thread(take_in, first, page)
        first += len(page)
    stage.note("taken in", len(vectors) / seconds)
    begun = perf_counter()

    async def built() -> bool:
        await asyncio.sleep(LOOK_PAUSE_SECONDS)
        if not index.busy:
            # What was built is served from the next look on, and may leave something to be built again.
            index.rest()
        return not index.busy

    stage.progress("building")
    await stage.until("the index built", built, seconds_max=BUILD_SECONDS_MAX)
    stage.note("built after the last one", perf_counter() - begun)


def presents(page: Vector, first: int) -> Iterator[Present]:
    """Documents with the embedding's note, by the number of their row."""
    for no, text in enumerate(texts_of_vectors(page), start=first):
        value: dict[str, JsonValue] = {"model": MODEL, "dimensions": page.shape[1], "vector": text}
        yield Present(no, {"id": f"made-{no}", "collection": "notes"}, {"embedding": {"status": "ok", "value": value}})


def _ask(stage: Stage, index: VectorIndex, vectors: Vector, questions: Vector, size: Size) -> None:
    chance = np.random.default_rng(made_up.SEED)
    few = max(LIMIT, int(size.documents * FILTERED_SHARE))
    among = np.sort(chance.choice(size.documents, few, replace=False))
    numbers: list[int] = among.tolist()
    compared = questions[: size.compared]
    near = _answers(stage, NEAREST, lambda question: index.search(question, LIMIT), questions)
    filtered = _answers(stage, FILTERED, lambda question: index.search(question, LIMIT, among=numbers), questions)
    exact = _answers(stage, EXACT, lambda question: nearest_rows(vectors, question, LIMIT), compared)
    _note_recall(stage, "recall@10", near, exact)
    some = vectors[among]
    exact_filtered = [among[nearest_rows(some, question, LIMIT)].tolist() for question in compared]
    _note_recall(stage, "recall@10 of 1 %", filtered, exact_filtered)


def _answers(stage: Stage, what: str, ask: Callable[[Vector], AnswerT], questions: Vector) -> Sequence[AnswerT]:
    latencies, answers = Latencies(), []
    for question in questions:
        begun = perf_counter()
        answers.append(ask(question))
        latencies.record(perf_counter() - begun)
    for percentile in (50, 95):
        stage.note(f"{what}, p{percentile}", latencies.ms(percentile))
    stage.note_latencies(what, latencies)
    return answers


def _note_recall(stage: Stage, figure: str, found: Sequence[Sequence[Ranked]], exact: Sequence[Sequence[int]]) -> None:
    share = fmean(recall([each.no for each in ranked], rows) for ranked, rows in zip(found, exact, strict=False))
    stage.expect(f"a {figure} of {RECALL_MIN} (it is {share:.3f})", share >= RECALL_MIN, True)
    stage.note(figure, share)


scenario = VectorSearch()
