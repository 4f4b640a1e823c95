"""A few lines at once, and then one after each pause."""

import asyncio

from services.bot.networks.irc.flood import Bucket
from tests.simulation.loop import Simulation, simulated


@simulated
async def test_a_burst_and_then_pauses(simulation: Simulation) -> None:
    bucket, loop = Bucket(simulation.clock, 3, 2.0), asyncio.get_running_loop()
    taken_at: list[float] = []
    for _ in range(6):
        await asyncio.sleep(bucket.wait_seconds())
        bucket.take()
        taken_at.append(round(loop.time(), 1))
    assert taken_at == [0, 0, 0, 2, 4, 6]
    await asyncio.sleep(100)
    for _ in range(4):
        bucket.take()
    assert bucket.wait_seconds() == 4.0


@simulated
async def test_without_a_pause_there_is_never_one(simulation: Simulation) -> None:
    bucket = Bucket(simulation.clock, 1, 0.0)
    for _ in range(100):
        bucket.take()
        assert bucket.wait_seconds() == 0
