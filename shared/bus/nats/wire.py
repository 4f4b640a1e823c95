"""The wire over NATS, as `shared/bus/wire.py` wants it: each of its parts is a file beside this one."""

from collections.abc import Callable, Sequence
from typing import Self

from shared.bus.nats.answers import NatsAnswers
from shared.bus.nats.connection import Connection
from shared.bus.nats.deliveries import heard
from shared.bus.nats.discovery import discover
from shared.bus.nats.inlet import NatsInlet
from shared.bus.nats.jetstream import JetStream
from shared.bus.nats.options import NatsOptions
from shared.bus.nats.reading import Reading
from shared.bus.nats.streams import Streams
from shared.bus.nats.subjects import checked_pattern, checked_subject
from shared.bus.nats.watch import NatsWatch
from shared.bus.streams import Consumer, Stream
from shared.bus.wire import (
    NO_HEADERS,
    Calling,
    Delivery,
    Endpoint,
    Headers,
    Inlet,
    ServiceState,
    Stoppable,
    StreamState,
)
from shared.clock import Clock, SystemClock

CONNECT_SECONDS_MAX = 10.0
SYSTEM_CLOCK = SystemClock()


class NatsWire:
    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock
        self._jetstream = JetStream(connection)
        self._streams = Streams(self._jetstream)
        self._reading = Reading(self._jetstream, self._streams)

    @classmethod
    async def connect(
        cls,
        server: str | NatsOptions,
        *,
        name: str = "postil",
        connect_seconds_max: float = CONNECT_SECONDS_MAX,
        clock: Clock = SYSTEM_CLOCK,
    ) -> Self:
        options = NatsOptions(server) if isinstance(server, str) else server
        return cls(await Connection.open(options, name=name, seconds_max=connect_seconds_max), clock)

    async def publish(self, subject: str, payload: bytes, headers: Headers = NO_HEADERS) -> None:
        await self._connection.publish(checked_subject(subject), payload, headers)

    async def append(self, subject: str, payload: bytes, headers: Headers = NO_HEADERS) -> int:
        return await self._jetstream.append(checked_subject(subject), payload, headers)

    async def request(
        self, subject: str, payload: bytes, headers: Headers = NO_HEADERS, *, seconds_max: float
    ) -> Delivery:
        return heard(await self._connection.request(checked_subject(subject), payload, headers, seconds_max))

    def abandon(self, concerns: Callable[[str], bool], reason: str) -> None:
        self._connection.abandon(concerns, reason)

    async def answer(self, calling: Calling, endpoints: Sequence[Endpoint]) -> Stoppable:
        return await NatsAnswers.open(self._connection, calling, endpoints, self._clock)

    async def watch(self, pattern: str, hear: Callable[[Delivery], None], missed: Callable[[], None]) -> Stoppable:
        return await NatsWatch.open(self._connection, checked_pattern(pattern), hear, missed)

    async def consume(self, consumer: Consumer) -> Inlet:
        return await NatsInlet.open(self._connection, self._streams, consumer)

    async def ensure(self, streams: Sequence[Stream], consumers: Sequence[Consumer]) -> None:
        for stream in streams:
            await self._streams.ensure(stream)
        for consumer in consumers:
            await self._streams.ensure_consumer(consumer)

    async def streams(self) -> Sequence[StreamState]:
        return await self._streams.states()

    async def services(self, seconds_max: float) -> Sequence[ServiceState]:
        return await discover(self._connection, seconds_max)

    async def read(self, stream: Stream, pattern: str, after_seq: int, count_max: int) -> Sequence[Delivery]:
        return await self._reading.page(stream, pattern, after_seq, count_max)

    async def last(self, stream: Stream, pattern: str) -> Delivery | None:
        return await self._reading.last(stream, pattern)

    async def drop(self, stream: Stream, seq: int) -> bool:
        return await self._reading.drop(stream, seq)

    async def ready(self) -> None:
        await self._jetstream.ask("INFO")

    async def close(self) -> None:
        """Stop what was opened on this wire and still is, then close the connection."""
        await self._connection.close()
