"""The bus in memory, for tests: the same seam as over NATS, but deterministic, and able to go wrong on purpose.

Wires that share a `MemoryBroker` talk to each other, one wire per simulated process. Time comes from the running event
loop and the clock that is passed in, chance from one random source: the same seed gives the same `broker.trace`.
`Faults` say how often what goes wrong; `broker.down()` and `wire.crash()` are for a test to call when it likes.
"""

from shared.bus.memory.broker import MemoryBroker
from shared.bus.memory.faults import Faults
from shared.bus.memory.points import Point
from shared.bus.memory.wire import MemoryWire

__all__ = ["Faults", "MemoryBroker", "MemoryWire", "Point"]
