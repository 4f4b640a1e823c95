"""JetStream alone: a stream like the one that takes documents in, on the same broker, with nobody behind it.

Appended to through our own wire, which costs less than nats-py's: so it is the stricter peer.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from time import perf_counter

from benchmarks.closed_loop import closed_loop
from benchmarks.sending import during
from benchmarks.stage import Stage
from shared.bus.streams import DOCS
from shared.bus.wire import Wire


class StreamAlone:
    """Made by `open`. Whatever it has acknowledged is looked for in the stream before anything is reported of it."""

    def __init__(self, stage: Stage, wire: Wire) -> None:
        self._stage = stage
        self._wire = wire
        self._stream = replace(DOCS, name=f"ALONE_{stage.tenant}", subject=f"alone.{stage.tenant}")
        self.acknowledged = 0

    @classmethod
    async def open(cls, stage: Stage, wire: Wire) -> "StreamAlone":
        alone = cls(stage, wire)
        await wire.ensure([alone._stream], [])
        return alone

    async def append(self, payload: bytes) -> None:
        """Returns when it is on disk."""
        await self._wire.append(self._stream.subject, payload)
        self.acknowledged += 1

    async def acknowledged_a_second(self, payload: bytes, *, in_flight: int, seconds: float) -> float:
        before, begun = self.acknowledged, perf_counter()
        await closed_loop(during(seconds), in_flight, lambda _: self.append(payload))
        took = perf_counter() - begun
        await self.expect_all_kept()
        return (self.acknowledged - before) / took

    async def seconds_for(self, payloads: Sequence[bytes]) -> float:
        """Until all of them are acknowledged that are sent at once."""
        begun = perf_counter()
        await asyncio.gather(*(self.append(payload) for payload in payloads))
        took = perf_counter() - begun
        await self.expect_all_kept()
        return took

    async def expect_all_kept(self) -> None:
        [kept] = [state.messages for state in await self._wire.streams() if state.name == self._stream.name]
        self._stage.expect("messages in the stream alone", kept, self.acknowledged)
