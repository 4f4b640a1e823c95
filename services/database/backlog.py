"""Runs that wait in memory to be announced: bounded, merged with what follows on them, cut to one announcement."""

from collections import deque
from collections.abc import Sequence

from services.database.store import Run, StoredChange


class Backlog:
    def __init__(self, *, count_max: int, run_count_max: int, run_bytes_max: int) -> None:
        self._count_max = count_max
        self._run_count_max = run_count_max
        self._run_bytes_max = run_bytes_max
        self._runs: deque[Run] = deque()
        self.count = 0

    def __bool__(self) -> bool:
        return bool(self._runs)

    def add(self, run: Run) -> bool:
        """False, and nothing is kept, if there is no room."""
        if self.count + len(run.changes) > self._count_max:
            return False
        self._runs.append(run)
        self.count += len(run.changes)
        return True

    def clear(self) -> set[str]:
        """Let everything go; returns whose changes were waiting."""
        tenants = {run.tenant for run in self._runs}
        self._runs.clear()
        self.count = 0
        return tenants

    def next(self) -> Run:
        """The oldest run, longer by those that follow on it, as long as one announcement can carry them."""
        run = self._runs.popleft()
        fitting, size = self._fitting(run.changes, 0, 0)
        changes = list(fitting)
        if len(fitting) < len(run.changes):
            self._put_back(run, fitting)
        else:
            while self._runs and _follows(self._runs[0], run, changes[-1].seq):
                following = self._runs[0].changes
                fitting, size = self._fitting(following, len(changes), size)
                if len(fitting) < len(following):
                    break
                self._runs.popleft()
                changes += fitting
        self.count -= len(changes)
        return Run(run.tenant, run.collection, run.previous_seq, changes)

    def _put_back(self, run: Run, taken: Sequence[StoredChange]) -> None:
        self._runs.appendleft(Run(run.tenant, run.collection, taken[-1].seq, run.changes[len(taken) :]))

    def _fitting(self, changes: Sequence[StoredChange], count: int, size: int) -> tuple[Sequence[StoredChange], int]:
        """How many of them still fit; the first of an announcement always does."""
        for index, change in enumerate(changes):
            size += len(change.json) + 1
            if count + index > 0 and (size > self._run_bytes_max or count + index >= self._run_count_max):
                return changes[:index], size
        return changes, size


def _follows(next_run: Run, run: Run, last_seq: int) -> bool:
    same = next_run.tenant == run.tenant and next_run.collection == run.collection
    return same and next_run.changes[0].seq == last_seq + 1
