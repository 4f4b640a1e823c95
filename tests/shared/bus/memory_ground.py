"""A broker in memory with a stream that stands for any, for tests in made-up time."""

from collections.abc import Callable, Sequence

from shared.bus.memory import Faults, MemoryBroker, MemoryWire, Point
from shared.bus.streams import Consumer, Stream
from shared.bus.wire import Calling, Delivery, Endpoint, Inlet, Reply
from tests.simulation.loop import Simulation

MIB = 1024 * 1024
ACK_WAIT_SECONDS = 5.0

WORK = Stream("WORK", "work.>", "work", age_seconds_max=0, bytes_max=MIB, description="Work in a test.")
LOG = Stream("LOG", "log.>", "log", age_seconds_max=60, bytes_max=MIB, description="A log in a test.")
READER = Consumer("reader", WORK, "work.>", "Works in a test.", ack_wait_seconds=ACK_WAIT_SECONDS)
FOLLOWER = Consumer("follower", LOG, "log.>", "Reads along in a test.", ack_wait_seconds=ACK_WAIT_SECONDS)
CALLING = Calling("echo", "1.0", "Answers in a test.", dict)


class Ground:
    """Processes by name, each with its wire."""

    def __init__(self, simulation: Simulation, faults: Faults | None = None) -> None:
        self.broker = MemoryBroker(simulation.clock, simulation.chance)
        self._faults = faults or Faults()

    async def wire(self, name: str, reached: Callable[[Point], None] | None = None) -> MemoryWire:
        wire = MemoryWire(self.broker, name, reached) if reached else MemoryWire(self.broker, name)
        await wire.ensure([WORK, LOG], [READER, FOLLOWER])
        return wire

    def go_wrong(self) -> None:
        """From now on; what is set up before is not meant."""
        self.broker.faults = self._faults

    def messages(self, name: str) -> int:
        return next(state.messages for state in self.broker.states() if state.name == name)


async def take(inlet: Inlet, count: int = 100) -> Sequence[Delivery]:
    return await inlet.take(count, MIB)


def attempts(deliveries: Sequence[Delivery]) -> Sequence[tuple[bytes, int]]:
    return [(delivery.payload, delivery.attempts) for delivery in deliveries]


def echo_endpoint(heard: list[bytes] | None = None) -> Endpoint:
    async def echo(delivery: Delivery) -> Reply:
        if heard is not None:
            heard.append(delivery.payload)
        return Reply(delivery.payload)

    return Endpoint("echo", "echo", echo, concurrency_max=4)
