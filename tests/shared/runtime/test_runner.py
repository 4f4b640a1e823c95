"""Running a service: its doors open last and close first, and a loop that breaks ends it."""

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any

import orjson
import pytest

from shared.bus.bus import ERROR_CODE_HEADER, Bus
from shared.bus.memory import MemoryBroker, MemoryWire
from shared.bus.streams import DEAD, INGEST
from shared.bus.wire import Delivery
from shared.contracts.stats import GetStats, Stats
from shared.errors import NotFound, Unavailable
from shared.runtime.runner import Runner
from shared.runtime.service import Service, answer, consume, watch
from shared.settings import RuntimeSettings, Settings
from tests.simulation.loop import Simulation, run_simulated
from tests.until import until

SETTINGS = Settings(runtime=RuntimeSettings(retry_seconds_min=0.1, retry_seconds_max=1))
NOTHING = Stats(documents=0, last_seq=0, announced_seq=0, collections=())


class Example(Service):
    name = "example"
    description = "Everything that a service can be."

    def __init__(self) -> None:
        self.happened: list[str] = []
        self.breaking = asyncio.Event()
        self.stopping = asyncio.Event()
        self.may_answer = asyncio.Event()

    async def start(self) -> None:
        self.happened.append("start")

    def loops(self) -> Sequence[Coroutine[Any, Any, None]]:
        return [self._loop()]

    async def stop(self) -> None:
        self.happened.append("stop")
        self.stopping.set()

    async def close(self) -> None:
        self.happened.append("close")

    @answer
    async def stats(self, tenant: str, query: GetStats) -> Stats:
        match query.collection:
            case "missing":
                raise NotFound("there is no such collection")
            case "broken":
                raise ZeroDivisionError("password=hunter2")
            case "slow":
                await self.may_answer.wait()
                self.happened.append("answered")
        return NOTHING

    @consume(INGEST)
    async def take_in(self, batch: Sequence[Delivery]) -> None:
        self.happened += [f"took {each.payload.decode()}" for each in batch]
        if any(each.payload == b"bad" for each in batch):
            raise ValueError("bad")

    @watch("docs.>")
    async def hear(self, tenant: str, event: Delivery) -> None:
        self.happened.append(f"heard {event.payload.decode()}")

    async def _loop(self) -> None:
        breaking = asyncio.create_task(self.breaking.wait())
        stopping = asyncio.create_task(self.stopping.wait())
        await asyncio.wait([breaking, stopping], return_when=asyncio.FIRST_COMPLETED)
        for task in (breaking, stopping):
            task.cancel()
        if self.breaking.is_set():
            raise RuntimeError("the loop broke")
        self.happened.append("loop ended")


class Lonely(Example):
    name = "lonely"
    alone = True


class Running:
    """A service that runs on a broker of its own."""

    def __init__(self, simulation: Simulation) -> None:
        self.broker = MemoryBroker(simulation.clock, simulation.chance)
        self.service = Example()
        self.client = MemoryWire(self.broker, "client")
        self.bus = Bus(MemoryWire(self.broker, "service"))
        self.runner = Runner(self.service, self.bus, SETTINGS, simulation.clock)
        self.ready = asyncio.Event()

    def begin(self) -> "asyncio.Task[None]":
        return asyncio.create_task(self.runner.run(self.ready.set))


def test_a_service_answers_takes_and_hears_and_ends_in_order() -> None:
    async def story(simulation: Simulation) -> list[str]:
        house = Running(simulation)
        running = house.begin()
        await house.ready.wait()
        assert await Bus(house.client).ask("main", GetStats()) == NOTHING
        await house.client.append("postil.main.docs.notes", b"a")
        await until(lambda: {"took a", "heard a"} <= set(house.service.happened))
        house.runner.stopping.set()
        await running
        return [each for each in house.service.happened if " a" not in each]

    assert run_simulated(story, 1) == ["start", "stop", "loop ended", "close"]


def test_a_request_in_hand_is_answered_before_the_service_stops() -> None:
    async def story(simulation: Simulation) -> list[str]:
        house = Running(simulation)
        running = house.begin()
        await house.ready.wait()
        asking = asyncio.create_task(Bus(house.client).ask("main", GetStats(collection="slow"), seconds_max=20))
        await asyncio.sleep(1)
        house.runner.stopping.set()
        await asyncio.sleep(1)
        assert not running.done()
        house.service.may_answer.set()
        assert await asking == NOTHING
        await running
        return house.service.happened

    assert run_simulated(story, 1) == ["start", "answered", "stop", "loop ended", "close"]


def test_errors_are_told_to_the_caller_and_what_is_not_for_him_is_not() -> None:
    async def story(simulation: Simulation) -> None:
        house = Running(simulation)
        running = house.begin()
        await house.ready.wait()
        with pytest.raises(NotFound, match="no such collection"):
            await Bus(house.client).ask("main", GetStats(collection="missing"))
        broken = await house.client.request("postil.main.stats", b'{"collection": "broken"}', seconds_max=5)
        assert broken.headers[ERROR_CODE_HEADER] == "500"
        assert "hunter2" not in orjson.loads(broken.payload)["detail"]
        wrong = await house.client.request("postil.main.stats", b'{"colection": "x"}', seconds_max=5)
        assert orjson.loads(wrong.payload)["detail"] == "unknown field 'colection'"
        house.runner.stopping.set()
        await running

    run_simulated(story, 1)


def test_a_message_that_no_handler_can_take_becomes_a_dead_letter_and_the_figures_say_so() -> None:
    async def story(simulation: Simulation) -> None:
        house = Running(simulation)
        running = house.begin()
        await house.ready.wait()
        await house.client.append("postil.main.docs.notes", b"bad")
        await until(lambda: _has_letter(house.client))
        await until(lambda: house.runner.vitals()["taken"] == 1)
        assert house.runner.vitals()["dead_letters"] == 1
        house.runner.stopping.set()
        await running

    run_simulated(story, 1)


async def _has_letter(wire: MemoryWire) -> bool:
    return await wire.last(DEAD, DEAD.subject) is not None


def test_a_loop_that_breaks_ends_the_service_so_that_it_starts_anew() -> None:
    async def story(simulation: Simulation) -> list[str]:
        house = Running(simulation)
        running = house.begin()
        await house.ready.wait()
        house.service.breaking.set()
        with pytest.raises(RuntimeError, match="the loop broke"):
            await running
        with pytest.raises(Unavailable):
            await Bus(house.client).ask("main", GetStats())
        return house.service.happened

    assert run_simulated(story, 1) == ["start", "stop", "close"]


def test_a_service_waits_for_a_broker_that_is_away_at_its_start() -> None:
    async def story(simulation: Simulation) -> None:
        house = Running(simulation)
        house.broker.down()
        running = house.begin()
        await asyncio.sleep(30)
        assert not house.ready.is_set()
        house.broker.up()
        await house.ready.wait()
        assert await Bus(house.client).ask("main", GetStats()) == NOTHING
        house.runner.stopping.set()
        await running

    run_simulated(story, 1)


def test_a_service_that_waits_for_the_broker_can_be_stopped() -> None:
    async def story(simulation: Simulation) -> list[str]:
        house = Running(simulation)
        house.broker.down()
        running = house.begin()
        await asyncio.sleep(30)
        house.runner.stopping.set()
        await running
        assert not house.ready.is_set()
        return house.service.happened

    assert run_simulated(story, 1) == ["start", "stop", "loop ended", "close"]


@pytest.mark.parametrize(("kind", "seconds"), [(Lonely, 2), (Example, 30)])
def test_what_a_service_was_asked_that_is_gone_fails_as_soon_as_there_is_another(
    kind: type[Example], seconds: float
) -> None:
    async def story(simulation: Simulation) -> None:
        house = Running(simulation)
        bus = Bus(house.client)
        await bus.hear_opened()
        gone = MemoryWire(house.broker, "gone")
        first = asyncio.create_task(Runner(kind(), Bus(gone), SETTINGS, simulation.clock).run(house.ready.set))
        await house.ready.wait()
        begun = asyncio.get_running_loop().time()
        asking = asyncio.create_task(bus.ask("main", GetStats(collection="slow"), seconds_max=30))
        of_another = asyncio.create_task(bus.ask_raw("main", "get", b"{}", seconds_max=30))
        await asyncio.sleep(1)
        gone.crash()
        first.cancel()
        await asyncio.sleep(1)
        second = Runner(kind(), house.bus, SETTINGS, simulation.clock)
        running = asyncio.create_task(second.run())
        with pytest.raises(Unavailable):
            await asking
        assert asyncio.get_running_loop().time() - begun == pytest.approx(seconds, abs=0.5)
        with pytest.raises(Unavailable, match="nobody"):
            await of_another
        second.stopping.set()
        await running

    run_simulated(story, 1)
