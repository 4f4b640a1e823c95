"""One process's connection to the broker in memory. `crash` is the death of that process."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import TypeVar

from shared.bus.memory.answering import DISCOVERY_SUBJECT, Answering, Door, service_state
from shared.bus.memory.broker import MemoryBroker
from shared.bus.memory.calls import Calls, Outcome, tried
from shared.bus.memory.inlet import MemoryInlet
from shared.bus.memory.link import Link
from shared.bus.memory.points import Point
from shared.bus.memory.watching import Watching
from shared.bus.streams import Consumer, Stream
from shared.bus.wire import (
    NO_HEADERS,
    Calling,
    Delivery,
    Endpoint,
    Headers,
    ServiceState,
    Stoppable,
    StreamState,
)
from shared.errors import NobodyThere, TimedOut, TooLarge, Unavailable

T = TypeVar("T")

BROKER_SECONDS_MAX = 5.0
# As the embedded broker has it.
PAYLOAD_BYTES_MAX = 8 * 1024 * 1024


def nothing(point: Point) -> None:
    """What is done at a point unless a test says otherwise."""


class MemoryWire:
    """`reached` is called at each `Point` that this process comes to; a test may crash the wire there.

    After a crash nothing returns any more: calls in flight, and whoever calls later, are cancelled.
    """

    def __init__(self, broker: MemoryBroker, name: str, reached: Callable[[Point], None] = nothing) -> None:
        self._broker = broker
        self._weather = broker.weather
        self._reached = reached
        self._link = Link(name, self._weather.delay_seconds, self._lost, self._returned)
        self._calls = Calls(self._link)
        self._is_crashed = False
        self._is_closed = False
        self._inlets: list[MemoryInlet] = []
        self._watchings: list[Watching] = []
        self._answerings: list[Answering] = []
        broker.attach(self._link)

    async def publish(self, subject: str, payload: bytes, headers: Headers = NO_HEADERS) -> None:
        self._check(payload)
        self._link.to_broker.send(partial(self._broker.publish, subject, payload, headers))

    async def append(self, subject: str, payload: bytes, headers: Headers = NO_HEADERS) -> int:
        self._reach("append")
        self._check(payload)
        operate = partial(self._append, subject, payload, headers)
        seq: int = await self._calls.call(operate, BROKER_SECONDS_MAX, f"appending to {subject}")
        self._reach("appended")
        return seq

    async def request(
        self, subject: str, payload: bytes, headers: Headers = NO_HEADERS, *, seconds_max: float
    ) -> Delivery:
        self._reach("request")
        self._check(payload)
        operate = partial(self._request, subject, payload, headers)
        reply: Delivery = await self._calls.call(operate, seconds_max, f"asking {subject}", subject=subject)
        self._reach("replied")
        return reply

    def abandon(self, concerns: Callable[[str], bool], reason: str) -> None:
        self._calls.fail(reason, concerns)

    async def answer(self, calling: Calling, endpoints: Sequence[Endpoint]) -> Stoppable:
        doors = [Door(self._link, endpoint, self._reach) for endpoint in endpoints]
        answering = Answering(self._broker, self._link, calling, doors, self._flush)
        self._answerings.append(answering)
        await self._enter(answering)
        return answering

    async def watch(self, pattern: str, hear: Callable[[Delivery], None], missed: Callable[[], None]) -> Stoppable:
        watching = Watching(self._broker, self._link, pattern, hear, missed)
        self._watchings.append(watching)
        await self._enter(watching)
        return watching

    async def consume(self, consumer: Consumer) -> MemoryInlet:
        durable = await self._ask(partial(self._broker.consumer, consumer))
        inlet = MemoryInlet(self._link, durable, self._reach)
        self._inlets.append(inlet)
        return inlet

    async def ensure(self, streams: Sequence[Stream], consumers: Sequence[Consumer]) -> None:
        await self._ask(partial(self._broker.ensure, streams, consumers))

    async def streams(self) -> Sequence[StreamState]:
        return await self._ask(self._broker.states)

    async def services(self, seconds_max: float) -> Sequence[ServiceState]:
        self._check()
        replies: list[Delivery] = []
        with suppress(TimedOut):
            await self._calls.call(partial(self._discover, replies), seconds_max, "discovery")
        return sorted(map(service_state, replies), key=lambda state: (state.name, state.instance))

    async def read(self, stream: Stream, pattern: str, after_seq: int, count_max: int) -> Sequence[Delivery]:
        return await self._ask(lambda: self._broker.stream(stream).page(pattern, after_seq, count_max))

    async def last(self, stream: Stream, pattern: str) -> Delivery | None:
        return await self._ask(lambda: self._broker.stream(stream).last(pattern))

    async def drop(self, stream: Stream, seq: int) -> bool:
        return await self._ask(partial(self._broker.drop, stream, seq))

    async def ready(self) -> None:
        await self._ask(lambda: None)

    async def close(self) -> None:
        if self._is_closed:
            return
        open_parts: list[Stoppable] = [*self._inlets, *self._watchings, *self._answerings]
        for part in open_parts:
            await part.stop()
        await self._flush()
        self._is_closed = True
        self._broker.detach(self._link)

    def crash(self) -> None:
        """As by kill -9: subscriptions vanish, and what was in hand comes back when its claim has run out."""
        if self._is_crashed:
            return
        self._weather.note(f"{self._link.name} crashes")
        self._is_crashed = True
        self._broker.detach(self._link)
        self._calls.cancel()
        for inlet in self._inlets:
            inlet.crash()
        for answering in self._answerings:
            answering.crash()

    def _append(self, subject: str, payload: bytes, headers: Headers, outcome: Outcome[int]) -> None:
        if self._weather.happens(self._broker.faults.append_lost):
            self._weather.note(f"append {subject} is lost")
            return
        seq = tried(partial(self._broker.append, subject, payload, headers))
        if self._weather.happens(self._broker.faults.append_ack_lost):
            self._weather.note(f"append {subject} is not acknowledged")
            return
        outcome(seq)

    def _request(self, subject: str, payload: bytes, headers: Headers, outcome: Outcome[Delivery]) -> None:
        def respond(reply: Delivery) -> None:
            if self._weather.happens(self._broker.faults.reply_lost):
                self._weather.note(f"reply to {subject} is lost")
                return
            self._weather.note(f"reply to {subject}")
            outcome(reply)

        if self._weather.happens(self._broker.faults.request_lost):
            self._weather.note(f"request {subject} is lost")
            return
        self._weather.note(f"request {subject}")
        if not self._broker.route(subject, payload, headers, respond):
            outcome(NobodyThere(f"nobody answers {subject}"))

    def _discover(self, replies: list[Delivery], outcome: Outcome[None]) -> None:
        def hear(reply: Delivery) -> None:
            replies.append(reply)
            if len(replies) == asked:
                outcome(None)

        asked = self._broker.route(DISCOVERY_SUBJECT, b"", NO_HEADERS, hear)
        if not asked:
            outcome(None)

    async def _ask(self, operation: Callable[[], T]) -> T:
        self._check()
        return await self._calls.call(
            lambda outcome: outcome(tried(operation)), BROKER_SECONDS_MAX, "asking the broker"
        )

    async def _enter(self, listener: Answering | Watching) -> None:
        try:
            await self._ask(listener.enter)
        except BaseException:
            # Whoever does not learn that it listens will not stop it either.
            listener.leave()
            raise

    async def _flush(self) -> None:
        if self._link.is_open:
            try:
                await self._ask(lambda: None)
            except Unavailable:
                # Then nothing more can come, which is what was waited for.
                return

    def _check(self, payload: bytes = b"") -> None:
        if self._is_crashed:
            raise asyncio.CancelledError
        if self._is_closed:
            raise Unavailable("this connection is closed")
        if not self._link.is_open:
            raise Unavailable("the broker is away")
        if len(payload) > PAYLOAD_BYTES_MAX:
            raise TooLarge(f"a message has {len(payload)} bytes, and the broker takes {PAYLOAD_BYTES_MAX}")

    def _reach(self, point: Point) -> None:
        if not self._is_crashed:
            self._reached(point)
        if self._is_crashed:
            raise asyncio.CancelledError

    def _lost(self) -> None:
        self._calls.fail("the connection to the broker was lost")

    def _returned(self) -> None:
        for watching in self._watchings:
            watching.missed()
        for inlet in self._inlets:
            inlet.returned()
