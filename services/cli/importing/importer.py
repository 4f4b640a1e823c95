"""The way of the rows into the database: batches through the `put` door, a few at a time, until each has its answer.

Whoever is away is waited for. A batch that is refused as a whole is split until the culprit is alone. Batches are
accounted for in their order, so that there is always one place up to which everything is done.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence

from services.cli.importing.belt import Belt
from services.cli.importing.checkpoint import CheckpointFile
from services.cli.importing.preparing import Prepared, Step
from services.cli.importing.rejects import Rejects
from services.cli.importing.rows import BadRow
from services.cli.importing.tally import Counts, Progress, Reached
from services.cli.patiently import patiently
from shared.contracts.problem import Problem
from shared.contracts.saving import Saved, SaveResults
from shared.errors import PostilError, Unavailable

FLIGHTS_MAX = 4
BATCH_BYTES_MAX = 1024**2
CHECKPOINT_SECONDS = 1.0

Put = Callable[[bytes], Awaitable[SaveResults]]


class Importer:
    def __init__(
        self,
        put: Put,
        belt: Belt[Step],
        checkpoint: CheckpointFile,
        rejects: Rejects,
        progress: Progress,
        *,
        batch_count_max: int,
        counts: Counts,
    ) -> None:
        self._put = put
        self._belt = belt
        self._checkpoint = checkpoint
        self._rejects = rejects
        self._progress = progress
        self._batch_count_max = batch_count_max
        self._counts = counts
        self._reached: Reached | None = None
        self._saved_at = 0.0
        self._under_way: Counter[str] = Counter()
        self._slots = asyncio.Semaphore(FLIGHTS_MAX)

    async def run(self) -> Counts:
        """Until everything is in. However it ends before, the checkpoint says how far it has come."""
        try:
            async with asyncio.TaskGroup() as flights:
                await self._send_all(flights)
        except* PostilError as group:
            raise group.exceptions[0] from None
        finally:
            self._belt.stop()
            self._save_checkpoint()
        self._checkpoint.remove()
        return self._counts

    async def _send_all(self, flights: asyncio.TaskGroup) -> None:
        last: asyncio.Task[None] | None = None
        try:
            while steps := await self._next():
                prepared = [step.outcome for step in steps if isinstance(step.outcome, Prepared)]
                keys = [each.key for each in prepared]
                if last is not None and any(key in self._under_way for key in keys):
                    await asyncio.wait((last,))
                self._under_way.update(keys)
                last = flights.create_task(self._flight(steps, prepared, last))
        except PostilError:
            # What was sent before it shall still be accounted for.
            if last is not None:
                await asyncio.wait((last,))
            raise

    async def _next(self) -> Sequence[Step]:
        # First the slot: all that is read until there is one goes together.
        await self._slots.acquire()
        return await self._belt.take(self._batch_count_max, BATCH_BYTES_MAX)

    async def _flight(
        self, steps: Sequence[Step], prepared: Sequence[Prepared], before: asyncio.Task[None] | None
    ) -> None:
        saved = await self._saved(prepared)
        if before is not None:
            # Raises what it raised: behind rows that are not accounted for, nothing is.
            await before
        self._land(steps, saved)
        self._under_way.subtract(each.key for each in prepared)
        self._under_way += Counter()
        self._slots.release()

    def _land(self, steps: Sequence[Step], saved: Sequence[Saved]) -> None:
        outcomes = iter(saved)
        seen: Counter[str] = Counter()
        for step in steps:
            outcome = step.outcome
            if isinstance(outcome, Prepared):
                answer = next(outcomes)
                if answer.error is None:
                    seen[str(answer.outcome)] += 1
                    continue
                outcome = _refused(outcome, answer.error)
            self._rejects.write(step.source.name, outcome)
            seen["rejected"] += 1
        self._counts = self._counts.plus(seen)
        after = steps[-1].outcome.piece.after
        self._reached = Reached(steps[-1].file, after.offset, after.number, steps[-1].source.fingerprint)
        self._progress.came_to(self._reached, self._counts)
        now = asyncio.get_running_loop().time()
        if now >= self._saved_at + CHECKPOINT_SECONDS:
            self._saved_at = now
            self._save_checkpoint()

    def _save_checkpoint(self) -> None:
        if self._reached is not None:
            self._checkpoint.save(self._reached, self._counts, self._rejects.flush())

    async def _saved(self, prepared: Sequence[Prepared]) -> Sequence[Saved]:
        if not prepared:
            return ()
        try:
            return await self._put_patiently(prepared)
        except PostilError as error:
            if len(prepared) == 1:
                return (Saved(error=Problem.of(error)),)
            middle = len(prepared) // 2
            return (*await self._saved(prepared[:middle]), *await self._saved(prepared[middle:]))

    async def _put_patiently(self, prepared: Sequence[Prepared]) -> Sequence[Saved]:
        payload = b"[" + b",".join(each.payload for each in prepared) + b"]"

        async def put() -> Sequence[Saved]:
            return _all_decided((await self._put(payload)).results, len(prepared))

        return await patiently(put, tell=self._progress.waits)


def _all_decided(results: Sequence[Saved], count: int) -> Sequence[Saved]:
    for each in results:
        if each.error is not None and isinstance(error := each.error.error(), Unavailable):
            raise error
    if len(results) != count:
        raise Unavailable(f"{count} documents were sent, and {len(results)} were answered for")
    return results


def _refused(prepared: Prepared, problem: Problem) -> BadRow:
    return BadRow(prepared.piece, problem.detail, problem.type.removeprefix("urn:postil:"))
