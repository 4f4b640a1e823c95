"""How fast a network lets us speak: a few lines at once, and then one after each pause."""

from shared.clock import Clock


class Bucket:
    """Full, it holds `burst_count` lines; it gains one in `pause_seconds`. Overdrawn, it makes one wait longer."""

    def __init__(self, clock: Clock, burst_count: int, pause_seconds: float) -> None:
        self._clock = clock
        self._burst_count = burst_count
        self._pause_seconds = pause_seconds
        self._left = float(burst_count)
        self._counted_at = clock.now().timestamp()

    def take(self) -> None:
        self._fill()
        self._left -= 1

    def wait_seconds(self) -> float:
        """Until a line may be sent."""
        self._fill()
        return max(0.0, (1 - self._left) * self._pause_seconds)

    def _fill(self) -> None:
        now = self._clock.now().timestamp()
        # The machine's clock may be set back.
        passed = max(0.0, now - self._counted_at)
        self._counted_at = now
        gained = passed / self._pause_seconds if self._pause_seconds else float("inf")
        self._left = min(self._left + gained, float(self._burst_count))
