"""The seam: what Postil asks of a messaging system, and no more.

Two things implement it: `nats.py` and `memory.py`, under one conformance suite. Everything here is bytes and
subjects; contracts are the business of `bus.py`.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple, Protocol

from shared.bus.streams import Consumer, Stream

Headers = Mapping[str, str]
NO_HEADERS: Headers = MappingProxyType({})

# JetStream drops a message whose id it has seen within the stream's window.
MESSAGE_ID_HEADER = "Nats-Msg-Id"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message stands in its stream. `epoch` tells a stream from one that was made anew under its name."""

    stream: str
    epoch: int
    seq: int
    stamped_at: datetime


class Delivery(NamedTuple):
    """A message as it arrived."""

    subject: str
    payload: bytes
    headers: Headers = NO_HEADERS
    place: Place | None = None
    attempts: int = 1
    # What the wire needs to acknowledge it; nobody else reads it.
    receipt: str = ""


class Reply(NamedTuple):
    payload: bytes
    headers: Headers = NO_HEADERS


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A door that answers requests. `answer` never raises: an error is a reply, too."""

    name: str
    pattern: str
    answer: Callable[[Delivery], Awaitable[Reply]]
    concurrency_max: int


@dataclass(frozen=True, slots=True)
class Calling:
    """A service as discovery shows it. `vitals` is asked whenever somebody wants its figures."""

    name: str
    version: str
    description: str
    vitals: Callable[[], Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class ServiceState:
    """One running instance, as it answered discovery."""

    name: str
    instance: str
    version: str
    started_at: datetime
    vitals: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class ConsumerState:
    name: str
    waiting: int
    unacknowledged: int
    redelivered: int


@dataclass(frozen=True, slots=True)
class StreamState:
    name: str
    messages: int
    bytes: int
    first_seq: int
    last_seq: int
    consumers: Sequence[ConsumerState] = field(default=())


class Stoppable(Protocol):
    async def stop(self) -> None:
        """Take in nothing more, and return when what was taken in is finished."""


class Inlet(Protocol):
    """The reading end of a durable consumer. It keeps extending the claim on whatever has not been settled yet."""

    async def take(self, count_max: int, bytes_max: int) -> Sequence[Delivery]:
        """At least one message, in stream order: all that have arrived, within the bounds. It waits, but never lingers.

        A single message above `bytes_max` comes alone.
        """

    async def ack(self, deliveries: Sequence[Delivery]) -> None:
        """Settle them for good. May be lost on the way: then they come again."""

    async def give_back(self, deliveries: Sequence[Delivery], seconds: float) -> None:
        """Let them be delivered again after a while."""

    async def stop(self) -> None:
        """Give back what was not settled."""


class Wire(Protocol):
    """A connection. Whatever goes wrong on it is raised as `Unavailable` (or `TimedOut`), nothing else."""

    async def publish(self, subject: str, payload: bytes, headers: Headers = NO_HEADERS) -> None:
        """To whoever listens just now."""

    async def append(self, subject: str, payload: bytes, headers: Headers = NO_HEADERS) -> int:
        """To the stream that keeps this subject; returns its sequence number once it is on disk.

        After an error it may or may not be there: say it again with the same message id.
        """

    async def request(
        self, subject: str, payload: bytes, headers: Headers = NO_HEADERS, *, seconds_max: float
    ) -> Delivery: ...

    def abandon(self, concerns: Callable[[str], bool], reason: str) -> None:
        """Wait no longer for the answers to requests that went to such subjects: they fail as `Unavailable`."""

    async def answer(self, calling: Calling, endpoints: Sequence[Endpoint]) -> Stoppable:
        """Answer requests; every instance of the same service takes its share."""

    async def watch(self, pattern: str, hear: Callable[[Delivery], None], missed: Callable[[], None]) -> Stoppable:
        """Hear what is published from now on. `missed` is called when something may have been lost on the way."""

    async def consume(self, consumer: Consumer) -> Inlet: ...

    async def ensure(self, streams: Sequence[Stream], consumers: Sequence[Consumer]) -> None:
        """Create what is missing, and bring what is there to the limits that are written down now."""

    async def streams(self) -> Sequence[StreamState]: ...

    async def services(self, seconds_max: float) -> Sequence[ServiceState]:
        """Everybody who answers discovery within the time."""

    async def read(self, stream: Stream, pattern: str, after_seq: int, count_max: int) -> Sequence[Delivery]:
        """A page of what a stream keeps."""

    async def last(self, stream: Stream, pattern: str) -> Delivery | None: ...

    async def drop(self, stream: Stream, seq: int) -> bool:
        """Remove one message; False if it was not there."""

    async def ready(self) -> None:
        """Return after a round trip to the broker and its streams; raise `Unavailable` if there is none."""

    async def close(self) -> None: ...
