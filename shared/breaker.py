"""A circuit breaker: whoever has failed again and again is left alone for a while, and then asked once to see.

A pause is something else: the endpoint is well and says when it wants to be asked again.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Literal

from shared.clock import Clock, is_within

State = Literal["closed", "open", "half-open"]


class Sick(Exception):
    """What counts as a failure. Whoever raises it through the breaker says so by its class."""


class Resting(Exception):
    """Nobody is let through just now."""


class Breaker:
    def __init__(self, clock: Clock, failures_max: int, rest_seconds: float) -> None:
        self._clock = clock
        self._failures_max = failures_max
        self._rest = timedelta(seconds=rest_seconds)
        self._failures = 0
        self._rests_since: datetime | None = None
        self._is_probing = False
        self._paused_until: datetime | None = None

    def state(self) -> State:
        if self._rests_since is None:
            return "closed"
        return "open" if is_within(self._clock.now(), self._rests_since, self._rest) else "half-open"

    @contextmanager
    def passing(self) -> Iterator[None]:
        """Raises `Resting`. What is raised inside counts as a failure if it is `Sick`, and else as nothing."""
        is_probe = self._admit()
        try:
            yield
        except Sick:
            self._failed(is_probe)
            raise
        else:
            self._failures, self._rests_since = 0, None
        finally:
            if is_probe:
                self._is_probing = False

    def pause(self, seconds: float) -> None:
        until = self._clock.now() + timedelta(seconds=seconds)
        self._paused_until = max(until, self._paused_until or until)

    def pause_seconds(self) -> float:
        if self._paused_until is None:
            return 0.0
        return max(0.0, (self._paused_until - self._clock.now()).total_seconds())

    def _admit(self) -> bool:
        state = self.state()
        if state == "open" or (state == "half-open" and self._is_probing):
            raise Resting
        self._is_probing = state == "half-open"
        return self._is_probing

    def _failed(self, is_probe: bool) -> None:
        self._failures += 1
        # Those that were on their way when it opened don't keep it open longer.
        if is_probe or (self._rests_since is None and self._failures >= self._failures_max):
            self._rests_since = self._clock.now()
