"""A worker process: takes tasks from its standard input, and says on its standard output what the steps have found.

It limits itself, so that it ends even when nobody is there to end it: a step that takes too long dies of one of
two clocks, which no loop in any language can hold up, and when the service is gone the pipe is empty.
"""

import gc
import os
import resource
import signal
import sys
from collections.abc import Iterator
from contextlib import suppress
from importlib import import_module
from pathlib import Path

import orjson
import structlog

from services.analysis.catalogue import load_catalogue
from services.analysis.step import Step
from services.analysis.workers.cell import Cell
from services.analysis.workers.frames import BlockingPipe
from services.analysis.workers.running import Running
from services.analysis.workers.task import waiting_seconds_max
from shared.logs import configure_logs
from shared.settings import AnalysisSettings, LogSettings

log = structlog.get_logger()

# Documents come first: whoever is at work on them goes before us. The service itself stays quick, it answers queries.
NICENESS = 10
# As in the services: what is made of documents comes in thousands and has no cycles.
GC_THRESHOLDS = (20_000, 20, 100)
# Of the processes to be ended when the machine has no memory left, we are the one that is missed least.
OUT_OF_MEMORY_SCORE = "900"
OUT_OF_MEMORY_FILE = Path("/proc/self/oom_score_adj")


def main(cell_fd: int) -> None:
    pipe = _private_pipe()
    # When to stop is for the service to say: it finishes first what we have in hand.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    for deadly in (signal.SIGPROF, signal.SIGALRM):
        signal.signal(deadly, signal.SIG_DFL)
    if (told := pipe.read()) is None:
        return
    package, settings_json, logs_json = told
    settings = AnalysisSettings.model_validate_json(settings_json)
    configure_logs(LogSettings.model_validate_json(logs_json), service="analysis")
    _limit(settings.worker_bytes_max)
    catalogue = load_catalogue(import_module(package.decode()), settings, refused=_refused)
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)
    pipe.write([b"ready"])
    with suppress(BrokenPipeError):
        _Worker(pipe, Cell(cell_fd), catalogue.steps, Running(settings.text_count_max)).serve()


class _Worker:
    def __init__(self, pipe: BlockingPipe, cell: Cell, steps: dict[str, Step], running: Running) -> None:
        self._pipe = pipe
        self._cell = cell
        self._steps = steps
        self._running = running

    def serve(self) -> None:
        while (frame := self._pipe.read()) is not None:
            for notes in self._work(*frame):
                self._pipe.write(notes)
                if self._running.lacks_memory:
                    # What is left in memory may be too much for the next step, too. A fresh worker goes on.
                    return

    def _work(self, head: bytes, *documents: bytes) -> Iterator[list[bytes]]:
        told = orjson.loads(head)
        seconds_max: float = told["seconds_max"]
        for task, (json, steps, asked) in enumerate(zip(documents, told["steps"], told["asked"], strict=True)):

            def enter(step: int, task: int = task) -> None:
                self._cell.enter(task, step)
                # This clock stands still while others have the machine.
                signal.setitimer(signal.ITIMER_PROF, seconds_max)

            # A step that only waits does so at the expense of the whole document.
            signal.setitimer(signal.ITIMER_REAL, waiting_seconds_max(seconds_max, len(steps) + len(asked)))
            notes = self._running.notes(json, self._known(steps), self._known(asked), enter)
            for clock in (signal.ITIMER_PROF, signal.ITIMER_REAL):
                signal.setitimer(clock, 0)
            self._cell.leave()
            yield notes

    def _known(self, names: list[str]) -> list[Step]:
        return [self._steps.get(name) or _unknown(name) for name in names]


def _unknown(name: str) -> Step:
    """The service has found a step that we have not: its package has changed under our feet."""

    def fail(_: object) -> None:
        raise LookupError("a worker could not load the step")

    return Step(name, 1, fail)


def _private_pipe() -> BlockingPipe:
    """What a step prints goes to the log, and what it reads is empty."""
    pipe = BlockingPipe(os.dup(0), os.dup(1))
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return pipe


def _limit(bytes_max: int) -> None:
    os.nice(NICENESS)
    with suppress(OSError):
        OUT_OF_MEMORY_FILE.write_text(OUT_OF_MEMORY_SCORE)
    try:
        # Files that are read by mapping them, as models are, don't count.
        resource.setrlimit(resource.RLIMIT_DATA, (bytes_max, bytes_max))
        # A crash is the step's affair, and told in its note; its remains would fill the disk.
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (OSError, ValueError) as error:
        log.warning("worker_not_limited", because=str(error))


def _refused(where: str, because: str) -> None:
    """The service has said so already."""


if __name__ == "__main__":
    main(int(sys.argv[1]))
