"""The one writer: whatever arrives while a transaction is being committed is the next transaction."""

import asyncio
from collections.abc import Callable, Sequence

import structlog

from services.database.store import Annotate, Answer, Run, Save, Store, Work
from shared.errors import Internal, PostilError, Unavailable
from shared.runtime.batcher import Batcher, Calm

log = structlog.get_logger()

CALM = Calm(seconds=0.004, seconds_max=0.5)


class Writer:
    """`committed` is told of the runs of each commit, in commit order.

    `doubted` is told when a commit has failed that may be durable all the same.
    """

    def __init__(
        self,
        store: Store,
        committed: Callable[[Sequence[Run]], None],
        doubted: Callable[[], None],
        *,
        count_max: int,
    ) -> None:
        self._store = store
        self._committed = committed
        self._doubted = doubted
        self._batcher: Batcher[Work, Answer] = Batcher(self._flush, weight_max=count_max, weigh=_weigh, calm=CALM)
        self.commits = 0

    async def do(self, work: Work) -> Answer:
        """Returns when the work is committed, with its answer; raises if it was not.

        Annotations wait until no document has come for a while: nothing that is made of a document may delay another
        one. Under a load that never ends they have their turn now and then.
        """
        answer = await self._batcher.submit(work, patient=isinstance(work, Annotate))
        if isinstance(answer, PostilError):
            raise answer
        return answer

    @property
    def waiting(self) -> int:
        return self._batcher.waiting

    async def drain(self) -> None:
        await self._batcher.drain()

    async def _flush(self, works: Sequence[Work]) -> Sequence[Answer | Exception]:
        try:
            return await self._commit(works)
        except Unavailable as error:
            self._doubted()
            return [error] * len(works)
        except Exception as error:  # One piece of work broke the transaction; the others get their own.
            log.exception("commit_failed", works=len(works), exc_info=error)
            if len(works) == 1:
                return [Internal("The database could not commit this; its log says why.")]
            return [(await self._flush([work]))[0] for work in works]

    async def _commit(self, works: Sequence[Work]) -> Sequence[Answer]:
        commit = await self._store.commit(works)
        self.commits += 1
        if commit.runs:
            # Not at once, so that who waits for his answer is not kept waiting by whoever is told of the commit.
            asyncio.get_running_loop().call_soon(self._committed, commit.runs)
        return commit.answers


def _weigh(work: Work) -> int:
    if isinstance(work, Save):
        return len(work.documents)
    if isinstance(work, Annotate):
        return len(work.annotations)
    return 1
