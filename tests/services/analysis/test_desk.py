"""What steps may ask: whoever hangs is not waited for by every batch."""

import asyncio

import pytest

from services.analysis.desk import ALIKE_REST_SECONDS, ALIKE_SECONDS_MAX, BusDesk
from shared.bus.bus import Bus, reply_with
from shared.bus.memory import MemoryBroker, MemoryWire
from shared.bus.wire import Calling, Delivery, Endpoint, Reply
from shared.contracts.search import Neighbourhood, Neighbourhoods, Unplaced
from shared.errors import Unavailable
from shared.settings import AnalysisSettings
from tests.simulation.loop import Simulation, run_simulated

ALONE = (Neighbourhood(id="a"),)


def test_a_search_that_hangs_is_left_alone_for_a_while_and_then_asked_again() -> None:
    asked: list[float] = []

    async def story(simulation: Simulation) -> None:
        now = asyncio.get_running_loop().time
        broker = MemoryBroker(simulation.clock, simulation.chance)

        async def hang_once(_: Delivery) -> Reply:
            asked.append(now())
            if len(asked) == 1:
                await asyncio.sleep(1_000)
            return reply_with(Neighbourhoods(items=ALONE, applied_seq=1))

        await MemoryWire(broker, "search").answer(
            Calling("search", "1.0.0", "", dict), [Endpoint("alike", "postil.*.alike", hang_once, 4)]
        )
        desk = BusDesk(Bus(MemoryWire(broker, "analysis")), AnalysisSettings(), None, simulation.clock)
        for _ in range(3):
            with pytest.raises(Unavailable, match="does not answer"):
                await desk.alike("main", [Unplaced(id="a")], None)
        assert now() - asked[0] == pytest.approx(ALIKE_SECONDS_MAX, abs=1)
        await asyncio.sleep(ALIKE_REST_SECONDS + 1)
        assert await desk.alike("main", [Unplaced(id="a")], None) == ALONE

    run_simulated(story, 1)
    assert len(asked) == 2
