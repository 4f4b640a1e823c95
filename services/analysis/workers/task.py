"""What is asked of the workers, and what they are told when they start."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from services.analysis.step import Step
from shared.contracts.documents import Document
from shared.settings import AnalysisSettings, LogSettings

# A note as JSON; empty where a step does not want the document. Of a step that was only asked whether it wants it,
# `WANTED` says yes.
Notes = list[bytes]
WANTED = b"1"

# By the clock on the wall a document gets so much more time than its steps may compute: a machine that is busy with
# other things makes everybody wait.
WAITING_FACTOR = 4


@dataclass(frozen=True, slots=True)
class Task:
    """One document for some steps: those in `steps` do the pure half of their work on it, and those in `asked` only
    say whether they want it."""

    document: Document
    json: bytes
    steps: tuple[Step, ...]
    asked: tuple[Step, ...] = ()

    @property
    def places(self) -> tuple[Step, ...]:
        return (*self.steps, *self.asked)


def waiting_seconds_max(seconds_max: float, steps: int) -> float:
    """For one document, by the clock on the wall."""
    return seconds_max * WAITING_FACTOR * steps


@dataclass(frozen=True, slots=True)
class Setup:
    """Where a worker finds the steps, and what it lives by."""

    package: str
    settings: AnalysisSettings
    logs: LogSettings


class Crew(Protocol):
    """Whoever runs the pure halves."""

    @property
    def restarts(self) -> int: ...

    async def run(self, tasks: Sequence[Task]) -> Sequence[Notes]:
        """For each task a note for each of its places. Raises `Unavailable` when there is no worker to be had."""
