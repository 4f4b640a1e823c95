"""Ground for one test: wires on one broker, and names that no other test uses."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from shared.bus.streams import Consumer, Stream
from shared.bus.wire import Calling, Delivery, Endpoint, Inlet, Reply, Wire
from shared.contracts.message import subject_for

# Long enough for a slow machine to extend a claim in time, short enough to wait for its end.
ACK_WAIT_SECONDS = 0.5
# For tests in which no claim may run out.
NEVER_SECONDS = 60.0
MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Ground:
    connect: Callable[[], Awaitable[Wire]]
    # The sudden end of a wire, as near to the death of its process as one process can come.
    kill: Callable[[Wire], Awaitable[None]]
    # A word of this test's own, for every name and subject.
    token: str

    def subject(self, rest: str) -> str:
        return subject_for("main", f"{self.token}.{rest}")

    def work(self, bytes_max: int = MIB) -> Stream:
        return self._stream("work", bytes_max)

    def log(self, bytes_max: int = MIB) -> Stream:
        return self._stream("log", bytes_max)

    def consumer(
        self,
        stream: Stream,
        pattern: str = ">",
        *,
        ack_wait_seconds: float = NEVER_SECONDS,
        unacknowledged_max: int = 1_000,
    ) -> Consumer:
        return Consumer(
            name=f"reader-{self.token}",
            stream=stream,
            pattern=f"postil.*.{self.token}.{pattern}",
            description="Reads along in a test.",
            ack_wait_seconds=ack_wait_seconds,
            unacknowledged_max=unacknowledged_max,
        )

    def calling(self, name: str = "echo") -> Calling:
        return Calling(
            name=f"{name}-{self.token}",
            version="1.2.3",
            description="Answers in a test.",
            vitals=lambda: {"healthy": True},
        )

    def endpoint(
        self, name: str, answer: Callable[[Delivery], Awaitable[Reply]], concurrency_max: int = 16
    ) -> Endpoint:
        return Endpoint(name=name, pattern=self.subject(name), answer=answer, concurrency_max=concurrency_max)

    def _stream(self, keeps: str, bytes_max: int) -> Stream:
        return Stream(
            name=f"{keeps.upper()}{self.token}",
            subject=f"postil.*.{self.token}.>",
            keeps="work" if keeps == "work" else "log",
            age_seconds_max=0,
            bytes_max=bytes_max,
            description="Keeps what a test says.",
        )


@dataclass(frozen=True, slots=True)
class Outage:
    """Takes the broker away, as kill -9 does, and brings it back on what it has on disk."""

    begin: Callable[[], Awaitable[None]]
    end: Callable[[], Awaitable[None]]


async def append_all(wire: Wire, subject: str, payloads: Sequence[bytes]) -> Sequence[int]:
    return [await wire.append(subject, payload) for payload in payloads]


async def take_at_least(inlet: Inlet, count: int, *, bytes_max: int = MIB) -> Sequence[Delivery]:
    """As many takes as it needs: how a wire groups what arrives is its own business."""
    taken: list[Delivery] = []
    while len(taken) < count:
        taken += await inlet.take(count - len(taken), bytes_max)
    return taken


def numbered(count: int) -> Sequence[bytes]:
    return [str(number).encode() for number in range(count)]


def payloads(deliveries: Sequence[Delivery]) -> Sequence[bytes]:
    return [delivery.payload for delivery in deliveries]


def seqs(deliveries: Sequence[Delivery]) -> Sequence[int]:
    return [delivery.place.seq for delivery in deliveries if delivery.place is not None]


async def echo(delivery: Delivery) -> Reply:
    return Reply(delivery.payload, delivery.headers)
