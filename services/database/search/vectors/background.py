"""One piece of work at a time in a thread of its own. Its result waits until somebody takes it."""

from collections.abc import Callable
from threading import Event, Thread

import structlog

from services.database.search.vectors.building import Stopped, Stopping

log = structlog.get_logger()

Take = Callable[[], None]
Work = Callable[[Stopping], Take]


class Background:
    """`done` is called in the thread, as soon as there is a result."""

    def __init__(self, done: Callable[[], None]) -> None:
        self._done = done
        self._stopping = Event()
        self._thread: Thread | None = None
        self._result: Take | None = None
        self.failed = False

    @property
    def busy(self) -> bool:
        return self._result is not None or (self._thread is not None and self._thread.is_alive())

    def start(self, name: str, work: Work) -> None:
        self._thread = Thread(target=self._run, args=(name, work), name=f"vectors-{name}", daemon=True)
        self._thread.start()

    def _run(self, name: str, work: Work) -> None:
        try:
            self._result = work(self._stopping.is_set)
            self._done()
        except Stopped:
            return
        except Exception:  # The thread ends here: without its result the index goes on, only slower.
            self.failed = True
            log.exception("vectors_not_built", work=name)

    def take(self) -> None:
        """Of two who call it, one has to wait for the other."""
        result, self._result = self._result, None
        if result is not None:
            result()

    def close(self) -> None:
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()
