"""What the fast steps cost a core: documents through a worker, as the analysis service gives them to its workers.

The worker is the service's own, a process with one thread, and what it says comes back through its pipe. What counts is
the processor's time that it takes, because the machine has other work, too, and a worker is last in every queue.
"""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from statistics import median
from time import clock_gettime, perf_counter

from benchmarks.passages import texts
from benchmarks.scenario import Figure, Ratio, Scenario
from benchmarks.stage import Stage
from services.analysis import steps
from services.analysis.catalogue import Catalogue, load_catalogue
from services.analysis.step import Step
from services.analysis.workers.task import Notes, Setup, Task
from services.analysis.workers.worker import Worker
from shared.contracts.annotations import Annotation
from shared.contracts.documents import Document
from shared.settings import AnalysisSettings, LogSettings

STEPS = ("embedding", "entities", "fingerprint", "keywords", "language", "secrets", "sentiment", "similar", "stats")
EMBEDDING = "embedding"
ALL, WITHOUT, NONE = "all steps", "without the embedding", "no step"
SECONDS_MAX = 5.0
AT = datetime(2026, 11, 20, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Size:
    documents: int
    rounds: int
    batch_count: int = 64


@dataclass(slots=True)
class Passed:
    """What one selection of steps has done in all rounds."""

    documents: int = 0
    cpu_seconds: float = 0.0
    seconds: float = 0.0
    by_step: dict[str, list[float]] = field(default_factory=dict)

    @property
    def a_second(self) -> float:
        return self.documents / self.cpu_seconds


class FastLane(Scenario[Size]):
    name = "fast-lane"
    about = (
        "Documents of 540 characters through one of the analysis's worker processes, 64 at a time: with all fast "
        "steps, without the embedding, and with no step at all, which is what reading a document and carrying it to a "
        "worker costs; by the worker's processor time, so for each core. `fingerprint` and `similar` have second "
        "halves, in which the service asks the indexes; these are not in it. What several steps need counts for the "
        "first of them, in the order of their names: the language for `keywords`. Every note that comes back is read."
    )
    figures = (
        Figure(ALL, "documents/s", "higher"),
        Figure(WITHOUT, "documents/s", "higher"),
        Figure(NONE, "documents/s", "higher"),
        Figure(f"{ALL}, by the clock", "documents/s", "higher"),
        *(Figure(step, "µs/document") for step in STEPS),
    )
    ratios = (Ratio(ALL, NONE), Ratio(WITHOUT, NONE), Ratio(ALL, WITHOUT))
    full = Size(documents=1_024, rounds=2)
    smoke = Size(documents=16, rounds=1)

    async def measure(self, stage: Stage, size: Size) -> None:
        catalogue = load_catalogue(steps, AnalysisSettings())
        chosen = chosen_from(catalogue)
        documents = [_document(number, text) for number, text in enumerate(texts(size.documents))]
        passed = {name: Passed() for name in chosen}
        async with working() as worker:
            lane = Lane(stage, worker, documents, catalogue.slow, size.batch_count)
            # What is loaded at the first document is loaded before the first round.
            await lane.run(chosen[ALL], Passed())
            for number in range(size.rounds):
                for name, some in chosen.items():
                    stage.progress(f"{name}, round {number + 1}")
                    await lane.run(some, passed[name])
        for name, each in passed.items():
            stage.note(name, each.a_second)
        stage.note(f"{ALL}, by the clock", passed[ALL].documents / passed[ALL].seconds)
        for step in STEPS:
            stage.note(step, median(passed[ALL].by_step[step]))


def chosen_from(catalogue: Catalogue) -> Mapping[str, tuple[Step, ...]]:
    """Only our own: what somebody has installed beside them is not what we have promised anything of."""
    ours = tuple(step for step in catalogue.fast if step.name in STEPS)
    return {ALL: ours, WITHOUT: tuple(step for step in ours if step.name != EMBEDDING), NONE: ()}


@asynccontextmanager
async def working() -> AsyncIterator[Worker]:
    worker = await Worker.start(Setup(steps.__name__, AnalysisSettings(), LogSettings(level="error")))
    try:
        yield worker
    finally:
        await worker.stop()


class Lane:
    """The way through a worker, and what has to come out at its end."""

    def __init__(
        self,
        stage: Stage,
        worker: Worker,
        documents: Sequence[tuple[Document, bytes]],
        asked: tuple[Step, ...],
        batch_count: int,
    ) -> None:
        self._stage = stage
        self._worker = worker
        self._documents = documents
        self._asked = asked
        self._batch_count = batch_count

    async def run(self, some: tuple[Step, ...], passed: Passed) -> None:
        """All documents, into what has passed so far. Whether they have, is looked at when the clocks are read."""
        # Who wants no step asks none either whether it would want the document.
        asked = self._asked if some else ()
        tasks = [Task(document, json, some, asked) for document, json in self._documents]
        said: list[Notes] = []
        begun, spent = perf_counter(), self._cpu_seconds()
        for first in range(0, len(tasks), self._batch_count):
            portion = tasks[first : first + self._batch_count]
            death = await self._worker.do(portion, SECONDS_MAX, lambda _, notes: said.append(notes))
            self._stage.expect("how a worker died", death, None)
        passed.cpu_seconds += self._cpu_seconds() - spent
        passed.seconds += perf_counter() - begun
        passed.documents += len(tasks)
        self._stage.expect("documents that came out of the worker", len(said), len(tasks))
        for task, notes in zip(tasks, said, strict=True):
            for step, microseconds in read(self._stage, task, notes):
                passed.by_step.setdefault(step, []).append(microseconds)

    def _cpu_seconds(self) -> float:
        # The number of another process's clock, which Python has no call for.
        return clock_gettime(~self._worker.pid << 3 | 2)


def read(stage: Stage, task: Task, notes: Notes) -> Iterator[tuple[str, float]]:
    """How long each step took, by its own note. A note that is missing, of something else, or of a failure is none."""
    made = [Annotation.decode(note) for note in notes[: len(task.steps)] if note]
    whole = [(note.step, note.id) for note in made if note.status == "ok"]
    stage.expect("steps with a note", whole, [(step.name, task.document.id) for step in task.steps])
    for note in made:
        yield note.step, (note.duration_ms or 0.0) * 1_000


def _document(number: int, text: str) -> tuple[Document, bytes]:
    document = Document(
        id=f"passage-{number}",
        tenant="bench",
        collection="chat.team",
        author="ada",
        text=text,
        version=1,
        seq=number + 1,
        created_at=AT,
        updated_at=AT,
    )
    return document, document.encode()


scenario = FastLane()
