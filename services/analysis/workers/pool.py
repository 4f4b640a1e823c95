"""The workers: so many processes, each with one job in hand, and replaced when it dies."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

import structlog

from services.analysis.step import Step
from services.analysis.workers.job import Job
from services.analysis.workers.task import Notes, Setup, Task
from services.analysis.workers.worker import Worker
from shared.contracts.documents import Document
from shared.errors import Unavailable
from shared.runtime.patience import Patience, pause_unless

log = structlog.get_logger()

# Whatever a step loads at its first document is loaded with this one, and takes its time.
WARM_UP_SECONDS_MAX = 60.0
_ONCE = datetime(2026, 1, 1, tzinfo=UTC)
_FIRST = Document(
    id="warm-up",
    tenant="none",
    collection="none",
    title="The build is broken",
    text="Since this morning the build of version 2.1.0 fails on https://build.example/7. Who can have a look?",
    version=1,
    seq=1,
    created_at=_ONCE,
    updated_at=_ONCE,
)
RETRY_SECONDS_MIN = 0.2
RETRY_SECONDS_MAX = 10.0
GONE = Unavailable("the workers have stopped")


class Pool:
    """`run` is for whoever has work, and `keep` the loop in which it is done."""

    def __init__(self, setup: Setup, steps: Sequence[Step]) -> None:
        self._setup = setup
        self._seconds_max = setup.settings.step_seconds_max
        # Those that died of the first document load what they need whenever they come to it.
        self._warming = list(steps)
        self._jobs: asyncio.Queue[tuple[Job, asyncio.Future[None]]] = asyncio.Queue(setup.settings.workers)
        self._stopping = asyncio.Event()
        self._ended = False
        self.pids: dict[int, int] = {}
        self.restarts = 0

    async def run(self, tasks: Sequence[Task]) -> Sequence[Notes]:
        job = Job(tasks)
        done = asyncio.get_running_loop().create_future()
        await self._jobs.put((job, done))
        if self._ended:
            self._refuse(GONE)
        await done
        return job.notes

    async def keep(self) -> None:
        """Until it is stopped."""
        try:
            async with asyncio.TaskGroup() as group:
                for number in range(self._setup.settings.workers):
                    group.create_task(self._keep_one(number))
        finally:
            self._ended = True
            self._refuse(GONE)

    def stop(self) -> None:
        """Nobody has any more work."""
        self._stopping.set()

    async def _keep_one(self, number: int) -> None:
        worker: Worker | None = None
        patience = Patience(RETRY_SECONDS_MIN, RETRY_SECONDS_MAX)
        try:
            while True:
                try:
                    worker = worker or await self._start(number)
                except Unavailable as error:
                    log.error("no_worker", because=error.detail)
                    self._refuse(error)
                    if await pause_unless(self._stopping, patience.next_pause_seconds()):
                        return
                    continue
                patience.reset()
                if (next_one := await self._next()) is None:
                    return
                worker = await self._do(number, worker, *next_one)
        finally:
            if worker is not None:
                await worker.stop()

    async def _next(self) -> tuple[Job, "asyncio.Future[None]"] | None:
        """None when we are told to stop."""
        getting = asyncio.ensure_future(self._jobs.get())
        stopping = asyncio.ensure_future(self._stopping.wait())
        try:
            await asyncio.wait((getting, stopping), return_when=asyncio.FIRST_COMPLETED)
            return getting.result() if getting.done() else None
        finally:
            getting.cancel()
            stopping.cancel()

    async def _do(self, number: int, worker: Worker, job: Job, done: "asyncio.Future[None]") -> Worker | None:
        """The worker that is there afterwards, if there is one."""
        living: Worker | None = worker
        try:
            while left := job.left():
                living = living or await self._start(number)
                death = await living.do(left, self._seconds_max, job.take)
                if death is not None:
                    living = None
                    self.restarts += 1
                    log.warning("worker_died", pid=self.pids.pop(number), because=death.reason)
                    job.blame(death)
        except Unavailable as error:
            _settle(done, error)
        except BaseException as error:
            _settle(done, error if isinstance(error, Exception) else asyncio.CancelledError())
            if living is not None:
                await living.kill()
            raise
        else:
            _settle(done, None)
        return living

    async def _start(self, number: int) -> Worker:
        while True:
            worker = await Worker.start(self._setup)
            first = Task(_FIRST, _FIRST.encode(), tuple(self._warming))
            death = await worker.do([first], WARM_UP_SECONDS_MAX, lambda *_: None)
            if death is None:
                self.pids[number] = worker.pid
                return worker
            if death.place is None or death.from_outside:
                raise Unavailable(f"a worker dies as soon as it lives: {death.reason}")
            step = first.steps[death.place.step]
            log.error("step_not_warmed_up", step=step.name, because=death.reason)
            self._warming = [each for each in self._warming if each.name != step.name]

    def _refuse(self, error: Unavailable) -> None:
        """Who has work tries again later, and may be told meanwhile to stop."""
        while not self._jobs.empty():
            _, done = self._jobs.get_nowait()
            _settle(done, error)


def _settle(done: "asyncio.Future[None]", error: BaseException | None) -> None:
    if done.done():
        return
    if error is None:
        done.set_result(None)
    elif isinstance(error, asyncio.CancelledError):
        done.cancel()
    else:
        done.set_exception(error)
