"""When to try again what has failed: after pauses that grow, each document for itself, and not for ever."""

from collections.abc import Callable
from dataclasses import dataclass

from shared.settings import AnalysisSettings

# Beyond it the oldest are forgotten, which begin anew then.
ENTRIES_MAX = 100_000

# Tenant, document, its version, and step.
Key = tuple[str, str, int, str]


@dataclass(slots=True)
class _Tries:
    count: int
    next_at: float


class Backoff:
    def __init__(self, settings: AnalysisSettings, now: Callable[[], float]) -> None:
        self._settings = settings
        self._now = now
        self._tries: dict[Key, _Tries] = {}

    def is_due(self, key: Key) -> bool:
        tries = self._tries.get(key)
        return tries is None or (tries.count < self._settings.repair_tries_max and tries.next_at <= self._now())

    def tried(self, key: Key) -> None:
        before = self._tries.pop(key, None)
        count = before.count if before else 0
        pause_seconds = min(self._settings.repair_seconds * 2.0 ** min(count, 32), self._settings.repair_seconds_max)
        if len(self._tries) == ENTRIES_MAX:
            del self._tries[next(iter(self._tries))]
        self._tries[key] = _Tries(count + 1, self._now() + pause_seconds)
