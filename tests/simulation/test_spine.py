"""Thousands of seeded fault schedules; `POSTIL_TEST_SCHEDULES` says how many. One that fails names its seed."""

import os
import subprocess
import sys

import pytest

from shared.bus.memory import Faults
from tests.simulation.house import House
from tests.simulation.loop import Simulation, run_simulated
from tests.simulation.schedules import Publisher, faults_from
from tests.system import UNMEASURED, environment
from tests.tidy.source import PROJECT

SCHEDULES = int(os.environ.get("POSTIL_TEST_SCHEDULES", "200"))
GROUPS = 4


@pytest.mark.parametrize("group", range(GROUPS))
@pytest.mark.timeout(60 + SCHEDULES / 4)
def test_whatever_goes_wrong_everything_acknowledged_is_there_once_and_was_seen_in_order(group: int) -> None:
    """In processes of their own, which nobody slows down by counting lines."""
    first, last = group * SCHEDULES // GROUPS, (group + 1) * SCHEDULES // GROUPS
    ran = subprocess.run(
        [sys.executable, "-m", "tests.simulation.schedules", str(first), str(last)],
        cwd=PROJECT,
        env=environment(UNMEASURED),
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr[-5_000:]
    schedules, _, documents, _ = ran.stdout.split()
    assert int(documents) >= int(schedules) == last - first


def test_the_same_seed_gives_the_same_run() -> None:
    async def traced(simulation: Simulation) -> tuple[list[str], int]:
        house = House(simulation, faults_from(simulation.chance), 0.02)
        publisher = Publisher(house.wire("p"), "p", simulation.chance)
        await house.while_living(lambda: publisher.publish(20))
        return list(house.broker.trace), sum(process.deaths for process in house.processes)

    first, second = (run_simulated(traced, 7) for _ in range(2))
    assert first == second
    assert len(first[0]) > 50


def test_deaths_really_happen() -> None:
    async def dying(simulation: Simulation) -> int:
        house = House(simulation, Faults(), 0.05)
        publisher = Publisher(house.wire("p"), "p", simulation.chance)
        await house.while_living(lambda: publisher.publish(20))
        return sum(process.deaths for process in house.processes)

    assert sum(run_simulated(dying, seed) for seed in range(5)) > 5
