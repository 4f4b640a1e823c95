"""The failure rule, in its one place: do the work, get its acknowledgement, then acknowledge the input.

`Unavailable` means that somebody else is away: the batch is held and tried again after a growing pause, in its
order, while the inlet keeps its claim on it. Any other error is in the batch: it is split until the culprit is
alone, which becomes a dead letter, and the rest goes on.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import structlog

from shared.bus.wire import Delivery, Inlet
from shared.errors import Internal, PostilError, Unavailable
from shared.runtime.dead import Bury
from shared.runtime.patience import Patience, pause_unless

log = structlog.get_logger()


class _Stopped(Exception):
    """We were told to stop while we waited for somebody: the batch goes back as it is."""


class BatchLoop:
    def __init__(
        self,
        inlet: Inlet,
        handle: Callable[[Sequence[Delivery]], Awaitable[object]],
        bury: Bury,
        patience: Patience,
        *,
        count_max: int,
        bytes_max: int,
        batches_max: int = 1,
    ) -> None:
        self._inlet = inlet
        self._handle = handle
        self._bury = bury
        self._patience = patience
        self._count_max = count_max
        self._bytes_max = bytes_max
        self._batches_max = batches_max
        self._in_hand: set[asyncio.Task[None]] = set()
        self._stopping = asyncio.Event()
        self.taken = 0
        self.holding = 0

    async def run(self) -> None:
        try:
            while (batch := await self._take()) is not None:
                task = asyncio.create_task(self._work_on(batch))
                task.add_done_callback(self._stop_if_failed)
                self._in_hand.add(task)
                if len(self._in_hand) == self._batches_max:
                    await self._until_one_is_done()
            while self._in_hand:
                await self._until_one_is_done()
        finally:
            await self._let_go()
            await self._inlet.stop()

    async def _work_on(self, batch: Sequence[Delivery]) -> None:
        self.holding += len(batch)
        try:
            await self._settle(batch)
            self.taken += len(batch)
        except _Stopped:
            log.debug("given_back", messages=len(batch))
        finally:
            self.holding -= len(batch)

    def _stop_if_failed(self, task: "asyncio.Task[None]") -> None:
        """Nobody has foreseen it, so nothing more is taken, and `run` raises it."""
        if not task.cancelled() and task.exception() is not None:
            self._stopping.set()

    async def _until_one_is_done(self) -> None:
        done, self._in_hand = await asyncio.wait(self._in_hand, return_when=asyncio.FIRST_COMPLETED)
        for failure in [task.exception() for task in done]:
            if failure is not None:
                raise failure

    async def _let_go(self) -> None:
        """Of what is still in hand at the end: who waits for somebody was told to stop, and others may finish."""
        if not self._stopping.is_set():
            for task in self._in_hand:
                task.cancel()
        await asyncio.gather(*self._in_hand, return_exceptions=True)

    def stop(self) -> None:
        """Let the batch in hand be finished, if it can be, and give the rest back."""
        self._stopping.set()

    async def _take(self) -> Sequence[Delivery] | None:
        if self._stopping.is_set():
            return None
        taking = asyncio.ensure_future(self._inlet.take(self._count_max, self._bytes_max))
        stopping = asyncio.ensure_future(self._stopping.wait())
        try:
            await asyncio.wait((taking, stopping), return_when=asyncio.FIRST_COMPLETED)
            return taking.result() if taking.done() else None
        finally:
            taking.cancel()
            stopping.cancel()

    async def _settle(self, batch: Sequence[Delivery]) -> None:
        try:
            await self._patiently(self._handle, batch)
        except _Stopped:
            raise
        except Exception as error:  # Whatever a handler raises, its neighbours must not suffer.
            if len(batch) == 1:
                await self._give_up(batch[0], error)
            else:
                middle = len(batch) // 2
                await self._settle(batch[:middle])
                await self._settle(batch[middle:])
            return
        # Last: until the work is on disk, redelivery is the only copy.
        await self._patiently(self._inlet.ack, batch)

    async def _give_up(self, culprit: Delivery, error: Exception) -> None:
        if isinstance(error, PostilError):
            reason = error
        else:
            log.error("handler_failed", subject=culprit.subject, exc_info=error)
            reason = Internal("The message could not be processed; the log of the service says why.")

        async def bury(_: Sequence[Delivery]) -> None:
            await self._bury(culprit, reason)

        await self._patiently(bury, [culprit])
        log.warning("dead_letter", subject=culprit.subject, reason=reason.detail)
        await self._patiently(self._inlet.ack, [culprit])

    async def _patiently(
        self, work: Callable[[Sequence[Delivery]], Awaitable[object]], batch: Sequence[Delivery]
    ) -> None:
        """Do it until it succeeds, or fails for a reason that trying again won't change."""
        tries = 0
        while True:
            try:
                await work([each._replace(attempts=each.attempts + tries) for each in batch] if tries else batch)
            except Unavailable as error:
                pause = self._patience.next_pause_seconds()
                log.warning("waiting", because=error.detail, messages=len(batch), pause_seconds=pause)
                tries += 1
                if await pause_unless(self._stopping, pause):
                    raise _Stopped from error
            else:
                self._patience.reset()
                return
