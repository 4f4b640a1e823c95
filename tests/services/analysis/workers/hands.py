"""A pool of real workers on the steps that misbehave, and tasks for it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import psutil  # type: ignore[import-untyped]  # it comes without types

from services.analysis.catalogue import Catalogue, load_catalogue
from services.analysis.workers.pool import Pool
from services.analysis.workers.task import Notes, Setup, Task
from shared.contracts.annotations import Annotation
from shared.contracts.documents import Document
from shared.settings import AnalysisSettings, LogSettings
from tests.services.analysis.workers import trouble

MIB = 1024 * 1024
MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
SETTINGS = AnalysisSettings(step_seconds_max=1.0, worker_bytes_max=256 * MIB, disabled=("warming",))


def document(id: str, text: str = "harmless") -> Document:
    return Document(
        id=id, tenant="main", collection="notes", text=text, version=4, seq=1, created_at=MOMENT, updated_at=MOMENT
    )


def task(catalogue: Catalogue, id: str, text: str = "harmless") -> Task:
    one = document(id, text)
    return Task(one, one.encode(), catalogue.fast, catalogue.slow)


@asynccontextmanager
async def working(settings: AnalysisSettings = SETTINGS) -> AsyncIterator[tuple[Pool, Catalogue]]:
    catalogue = load_catalogue(trouble, settings)
    pool = Pool(Setup(trouble.__name__, settings, LogSettings()), list(catalogue.steps.values()))
    keeping = asyncio.create_task(pool.keep())
    try:
        yield pool, catalogue
    finally:
        pool.stop()
        await keeping


def at_work(process: psutil.Process) -> Callable[[], bool]:
    """Whether it has computed something since now."""
    before = process.cpu_times().user
    return lambda: bool(process.cpu_times().user > before + 0.05)


def missed_by(pool: Pool, restarts: int) -> Callable[[], bool]:
    """Whether the pool has noticed that one more worker is gone."""
    return lambda: pool.restarts > restarts


def by_step(notes: Notes) -> dict[str, Annotation]:
    return {note.step: note for note in map(Annotation.decode, (note for note in notes if len(note) > 1))}


def failures(notes: Sequence[Notes]) -> dict[str, dict[str, str | None]]:
    """Of each document the steps that have failed, and why."""
    return {
        next(iter(by_step(each).values())).id: {
            name: note.reason for name, note in by_step(each).items() if note.status == "failed"
        }
        for each in notes
    }
