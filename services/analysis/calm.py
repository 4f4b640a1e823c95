"""Waiting for the feed to be at rest: what can wait lets go first what is new."""

import asyncio
from types import TracebackType

CALM_SECONDS = 0.5
# Under a load that never ends, the others have their turn now and then.
CALM_SECONDS_MAX = 10.0


class Calm:
    """Whoever has a batch in hand holds it as a context."""

    def __init__(self) -> None:
        self._now = asyncio.get_running_loop().time
        self._busy = 0
        self._since = self._now()

    def __enter__(self) -> None:
        self._busy += 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._busy -= 1
        self._since = self._now()

    async def wait(self) -> None:
        latest = self._now() + CALM_SECONDS_MAX
        while (now := self._now()) < latest:
            pause_seconds = CALM_SECONDS if self._busy else self._since + CALM_SECONDS - now
            if pause_seconds <= 0:
                return
            await asyncio.sleep(min(pause_seconds, latest - now))
