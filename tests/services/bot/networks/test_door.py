"""The door: what is heard becomes documents, in order and once; what is to be said is said once, or told why not."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from random import Random

import pytest
from pydantic import TypeAdapter

from services.bot.networks.door import NetworkDoor
from services.bot.networks.network import Hear, Heard
from shared.bus.bus import Bus
from shared.bus.memory import Faults, MemoryBroker, MemoryWire
from shared.bus.nats import NatsWire
from shared.bus.streams import CONSUMERS, DOCS, STREAMS
from shared.bus.wire import Delivery, Wire
from shared.clock import SystemClock
from shared.contracts.chat import Said, Say, Speaker
from shared.contracts.documents import Draft
from shared.errors import Invalid, NotFound, PostilError, TimedOut, Unavailable
from tests.broker import BrokerForTests
from tests.simulation.loop import STARTED_AT, Simulation, run_simulated, simulated
from tests.until import until

DRAFTS = TypeAdapter(list[Draft])


class Toy:
    """A network that does what a test says."""

    name, tenant = "toy", "main"

    def __init__(self) -> None:
        self._stopping = asyncio.Event()
        self.hear: Hear | None = None
        self.failures: list[Exception] = []
        self.lag = asyncio.Event()
        self.lag.set()
        self.said: list[str] = []

    async def run(self, hear: Hear) -> None:
        self.hear = hear
        await self._stopping.wait()

    async def say(self, say: Say) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.said.append(say.text)
        await self.lag.wait()

    async def stop(self) -> None:
        self._stopping.set()

    def vitals(self) -> Mapping[str, object]:
        return {"connected": True}

    def hears(self, text: str, channel: str = "den", id: str | None = None) -> None:
        assert self.hear is not None
        self.hear(Heard(channel, "ada", text, STARTED_AT, None, Speaker(account="ada"), id))


class Opened:
    def __init__(self, door: NetworkDoor, toy: Toy, bus: Bus) -> None:
        self.door, self.toy, self.bus = door, toy, bus

    async def asked(self, say: Say) -> Said:
        reply = await self.bus.ask_raw("main", say.address, say.encode())
        return Said.decode(reply.payload)

    def vital(self, name: str) -> object:
        return self.door.vitals()[name]


@asynccontextmanager
async def opened(wire: Wire, asking: Wire, chance: Random) -> AsyncIterator[Opened]:
    toy = Toy()
    door = NetworkDoor(Bus(wire), toy, SystemClock(), chance)
    task = asyncio.create_task(door.run())
    await until(lambda: toy.hear is not None or task.done(), seconds_max=60)
    yield Opened(door, toy, Bus(asking))
    await door.stop()
    await task


@asynccontextmanager
async def in_memory(simulation: Simulation, faults: Faults | None = None) -> AsyncIterator[tuple[Opened, MemoryBroker]]:
    broker = MemoryBroker(simulation.clock, simulation.chance)
    await MemoryWire(broker, "setup").ensure(STREAMS, CONSUMERS)
    async with opened(MemoryWire(broker, "bot"), MemoryWire(broker, "asking"), simulation.chance) as door:
        broker.faults = faults or Faults()
        yield door, broker


async def documents(wire: Wire, pattern: str = "postil.main.docs.chat.toy.>") -> list[Draft]:
    found: list[Draft] = []
    after_seq = 0
    while page := await wire.read(DOCS, pattern, after_seq, 500):
        for delivery in page:
            found += _drafts_in(delivery)
            assert delivery.place is not None
            after_seq = delivery.place.seq
    return found


def _drafts_in(delivery: Delivery) -> list[Draft]:
    if delivery.payload.startswith(b"["):
        return DRAFTS.validate_json(delivery.payload)
    return [Draft.decode(delivery.payload)]


def say(text: str = "hello", channel: str = "den", id: str | None = None) -> Say:
    return Say(id=id, network="toy", channel=channel, text=text)


@simulated
async def test_a_line_is_a_document(simulation: Simulation) -> None:
    async with in_memory(simulation) as (door, broker):
        door.toy.hears("hello\0", id="m 1")
        door.toy.hears("", channel="@ada")
        await until(lambda: door.vital("lines_sent") == 2)
        [line, private] = await documents(MemoryWire(broker, "reader"))
        assert (line.id, line.author, line.text) == ("toy.m 1", "ada", "hello")
        assert (line.occurred_at, line.data, line.source) == (STARTED_AT, {"account": "ada"}, "network:toy")
        assert private.text is None
        assert private.id is not None
        assert private.id.startswith("toy.")


async def three_channels(simulation: Simulation, faults: Faults) -> list[list[Draft]]:
    """What is kept of 300 lines, by channel; the broker is away for a while in between."""
    async with in_memory(simulation, faults) as (door, broker):
        for number in range(300):
            door.toy.hears(str(number), channel=f"c{number % 3}")
            if number % 10 == 0:
                await asyncio.sleep(0.5)
            if number == 100:
                broker.down()
            if number == 200:
                broker.up()
        await until(lambda: door.vital("lines_sent") == 300, seconds_max=3_000, look_seconds=1)
        broker.faults = Faults()
        assert (door.vital("lines_waiting"), door.vital("lines_lost")) == (0, 0)
        reader = MemoryWire(broker, "reader")
        return [await documents(reader, f"postil.main.docs.chat.toy.c{channel}") for channel in range(3)]


@pytest.mark.parametrize("seed", range(5))
def test_what_is_confirmed_late_comes_once_and_in_order(seed: int) -> None:
    async def story(simulation: Simulation) -> None:
        kept = await three_channels(simulation, Faults(append_ack_lost=0.2, delayed=0.5))
        for channel, drafts in enumerate(kept):
            assert [draft.text for draft in drafts] == [str(number) for number in range(channel, 300, 3)]
            assert len({draft.id for draft in drafts}) == 100

    run_simulated(story, seed)


@pytest.mark.parametrize("seed", range(5))
def test_what_a_broker_forgets_comes_once_all_the_same(seed: int) -> None:
    async def story(simulation: Simulation) -> None:
        for channel, drafts in enumerate(
            await three_channels(simulation, Faults(append_lost=0.2, append_ack_lost=0.2))
        ):
            texts = [draft.text for draft in drafts]
            assert sorted(texts, key=str) == sorted(map(str, range(channel, 300, 3)))

    run_simulated(story, seed)


@simulated
async def test_what_there_is_no_room_for_is_counted(simulation: Simulation) -> None:
    async with in_memory(simulation) as (door, broker):
        broker.down()
        for number in range(10_100):
            door.toy.hears(str(number), channel=f"c{number % 100}")
        door.toy.hears("a name like this is no document", channel="den")
        assert (door.vital("lines_waiting"), door.vital("lines_lost")) == (10_000, 101)
        broker.up()
        await until(lambda: door.vital("lines_sent") == 10_000, seconds_max=100, look_seconds=1)
        assert door.vital("lines_waiting") == 0


@simulated
async def test_what_can_be_no_document_is_counted(simulation: Simulation) -> None:
    async with in_memory(simulation) as (door, _):
        assert door.toy.hear is not None
        door.toy.hear(Heard("den", "a" * 2_000, "hi", STARTED_AT))
        assert door.vital("lines_lost") == 1
        door.toy.hears("fine")
        await until(lambda: door.vital("lines_sent") == 1)


@simulated
async def test_a_bus_that_stays_away_does_not_keep_it_from_stopping(simulation: Simulation) -> None:
    async with in_memory(simulation) as (door, broker):
        broker.down()
        door.toy.hears("too late")
    assert door.vital("lines_lost") == 1


@simulated
async def test_a_line_is_said_and_the_reply_tells(simulation: Simulation) -> None:
    async with in_memory(simulation) as (door, _):
        assert (await door.asked(say())).at is not None
        for error in (Invalid("a"), NotFound("b"), Unavailable("c"), TimedOut("d")):
            door.toy.failures.append(error)
            with pytest.raises(type(error), match=error.detail):
                await door.asked(say())
        door.toy.failures.append(RuntimeError("a bug"))
        with pytest.raises(PostilError, match="the log says why"):
            await door.asked(say())
        assert door.toy.said == ["hello"]


@simulated
async def test_the_subject_says_where_and_the_body_can_not_say_otherwise(simulation: Simulation) -> None:
    async with in_memory(simulation) as (door, _):
        for body in (say(channel="other").encode(), b"nonsense", b"{}"):
            with pytest.raises(Invalid):
                await door.bus.ask_raw("main", "say.toy.den", body)
        assert door.toy.said == []


@simulated
async def test_no_line_is_said_twice(simulation: Simulation) -> None:
    async with in_memory(simulation) as (door, _):
        door.toy.lag.clear()
        asking = [asyncio.create_task(door.asked(say(id="one"))) for _ in range(3)]
        await until(lambda: bool(door.toy.said))
        door.toy.lag.set()
        await asyncio.gather(*asking, door.asked(say(id="one")))
        assert door.toy.said == ["hello"]
        door.toy.failures += [TimedOut("who knows")]
        for _ in range(2):
            with pytest.raises(TimedOut, match="who knows"):
                await door.asked(say(id="two"))
        door.toy.failures += [Unavailable("not now")]
        with pytest.raises(Unavailable, match="not now"):
            await door.asked(say("later", id="three"))
        await door.asked(say("later", id="three"))
        assert door.toy.said == ["hello", "later"]


@simulated
async def test_a_door_opens_when_the_bus_is_back(simulation: Simulation) -> None:
    broker = MemoryBroker(simulation.clock, simulation.chance)
    broker.down()
    asyncio.get_running_loop().call_later(20, broker.up)
    async with opened(MemoryWire(broker, "bot"), MemoryWire(broker, "asking"), simulation.chance) as door:
        await door.asked(say())
        assert [state.name for state in await door.bus.wire.services(1)] == ["postil-chat-toy"]


@simulated
async def test_a_door_that_never_opened_can_be_closed(simulation: Simulation) -> None:
    broker = MemoryBroker(simulation.clock, simulation.chance)
    broker.down()
    toy = Toy()
    door = NetworkDoor(Bus(MemoryWire(broker, "bot")), toy, simulation.clock, simulation.chance)
    task = asyncio.create_task(door.run())
    await asyncio.sleep(10)
    await door.stop()
    await task
    assert toy.hear is None


async def test_many_channels_at_once_on_a_real_bus(own_broker: BrokerForTests) -> None:
    wire = await NatsWire.connect(own_broker.url)
    await wire.ensure(STREAMS, CONSUMERS)
    async with opened(wire, wire, Random(1)) as door:
        for number in range(2_000):
            door.toy.hears(str(number), channel=f"c{number % 50}")
        door.toy.hears("no such subject", channel="a b")
        await until(lambda: (door.vital("lines_sent"), door.vital("lines_lost")) == (2_000, 1))
        assert (await door.asked(say())).at is not None
        kept = await documents(wire, "postil.main.docs.chat.toy.c7")
        assert [draft.text for draft in kept] == [str(number) for number in range(7, 2_000, 50)]
    await wire.close()
