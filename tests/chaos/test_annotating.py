"""kill -9 of those who annotate and those who index, while documents come in: each is annotated once, and found."""

import asyncio
import signal
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from random import Random

import psutil  # type: ignore[import-untyped]  # it comes without types
import pytest

from shared.bus.bus import Bus
from shared.bus.nats import NatsWire
from shared.contracts.search import GetIndexes
from shared.contracts.stats import GetStats
from shared.errors import Unavailable
from tests.chaos.clients import TENANT, Publisher
from tests.chaos.dice import dice
from tests.chaos.proofs import (
    FAST,
    expect_a_clean_bill,
    expect_each_step_once,
    expect_findable,
    texts_found,
    until_annotated,
)
from tests.system import UNMEASURED, System, running_system
from tests.until import until

PUBLISHERS = 5
# Of each publisher, between one kill and the next.
PORTION = 16
VICTIMS = ("analysis", "worker", "search", "analysis", "search")
VARIABLES = {
    "POSTIL_UP__RESTART_SECONDS_MAX": "0.2",
    "POSTIL_LOGS__LEVEL": "warning",
    "POSTIL_ANALYSIS__REPAIR_SECONDS": "0.5",
    "POSTIL_ANALYSIS__REPAIR_SECONDS_MAX": "1",
    "POSTIL_ANALYSIS__REPAIR_TRIES_MAX": "1000",
    **UNMEASURED,
}


@pytest.mark.timeout(180)
async def test_every_document_is_annotated_once_and_found_whoever_is_killed(tmp_path: Path) -> None:
    chance = dice()
    async with running_system(tmp_path / "data", variables=VARIABLES) as system:
        wire = await NatsWire.connect(system.url, name="chaos")
        publishers = [Publisher(wire, f"p{number}", Random(chance.random())) for number in range(PUBLISHERS)]
        try:
            bus = Bus(wire)
            for victim in chance.sample(VICTIMS, len(VICTIMS)):
                await publish_and_kill(system, bus, publishers, victim, chance)
            expected = Counter(text for publisher in publishers for text in publisher.acknowledged)
            assert expected.total() == len(VICTIMS) * PUBLISHERS * PORTION
            await until_annotated(bus, FAST)
            await expect_each_step_once(bus, FAST)
            await expect_findable(bus, expected)
            assert await texts_found(bus) == expected
            expect_a_clean_bill(tmp_path)
        finally:
            await wire.close()


async def publish_and_kill(
    system: System, bus: Bus, publishers: Sequence[Publisher], victim: str, chance: Random
) -> None:
    """In the middle of its work: so many changes after the documents have begun to come, or notes after they came."""
    count = PUBLISHERS * PORTION
    wanted = await last_seq(bus) + chance.randint(1, count) + (0 if victim == "search" else count)
    publishing = asyncio.gather(*(each.publish(PORTION) for each in publishers))

    async def in_the_middle() -> bool:
        return await last_seq(bus) >= wanted

    await until(in_the_middle, seconds_max=60)
    # One that has just been started anew is not at work yet.
    await until(lambda: answers(bus), seconds_max=60)
    if victim == "worker":
        await until(lambda: system.workers != [], seconds_max=60)
        for worker in system.workers:
            with suppress(psutil.NoSuchProcess):
                worker.send_signal(signal.SIGKILL)
    else:
        await system.until_another(victim, than=system.kill(victim))
    await publishing


async def answers(bus: Bus) -> bool:
    """Whether the search does."""
    try:
        await bus.ask(TENANT, GetIndexes())
    except Unavailable:
        return False
    return True


async def last_seq(bus: Bus) -> int:
    try:
        return (await bus.ask(TENANT, GetStats())).last_seq
    except Unavailable:
        return 0
