"""What the tests of the inlet ask and do again and again."""

import asyncio

from shared.bus.nats import NatsWire
from shared.bus.nats.inlet import LANES, NatsInlet
from shared.bus.wire import StreamState
from tests.shared.bus.things import MIB, Things
from tests.until import until


async def opened(wire: NatsWire, things: Things, *, ack_wait_seconds: float = 30.0) -> NatsInlet:
    inlet = await wire.consume(things.consumer(things.stream(), ack_wait_seconds=ack_wait_seconds))
    assert isinstance(inlet, NatsInlet)
    return inlet


async def state_of(wire: NatsWire, things: Things) -> StreamState:
    return next(state for state in await wire.streams() if state.name == things.stream().name)


async def exists(wire: NatsWire, things: Things) -> bool:
    return any(state.name == things.stream().name for state in await wire.streams())


async def is_empty(wire: NatsWire, things: Things) -> bool:
    return (await state_of(wire, things)).messages == 0


async def redelivered(wire: NatsWire, things: Things, count: int) -> bool:
    return (await state_of(wire, things)).consumers[0].redelivered == count


async def settle_all(inlet: NatsInlet) -> None:
    while True:
        await inlet.ack(await inlet.take(100, MIB))


async def delete_consumer(wire: NatsWire, things: Things) -> None:
    """When the reader's requests have reached it: one that meets no consumer gets no answer."""
    path = f"{things.stream().name}.reader"

    async def is_asked() -> bool:
        return (await wire._jetstream.ask(f"CONSUMER.INFO.{path}"))["num_waiting"] == LANES

    await until(is_asked)
    await wire._jetstream.ask(f"CONSUMER.DELETE.{path}")


async def append_numbers(wire: NatsWire, things: Things, count: int) -> None:
    await asyncio.gather(*(wire.append(things.subject("docs"), b"%d" % number) for number in range(count)))
