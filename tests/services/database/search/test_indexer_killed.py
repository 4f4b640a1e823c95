"""Killed at random moments while documents are written, changed and deleted: afterwards indexes and store agree."""

import asyncio
import random
import signal
import sys
from collections.abc import AsyncIterator

from shared.contracts.search import ExamineIndexes
from shared.contracts.standing import STANDING_COLLECTION, ListStanding, standing_id
from tests.services.database.search.house import House

LIVES = 3
IDS = 25


async def test_kill_9(empty: House) -> None:
    seed = random.randrange(2**32)
    sys.stdout.write(f"seed {seed}\n")
    chance = random.Random(seed)
    await empty.put(standing_id("apples"), STANDING_COLLECTION, kind="query", data={"query": "apple"})
    versions = 0
    for _ in range(LIVES):
        versions += await killed_while_writing(empty, chance)
    await empty.start_search()
    await empty.settled()
    assert (await empty.bus.ask("main", ExamineIndexes())).findings == ()
    total = (await empty.found("apple", mode="text")).total
    assert total == len(await empty.listed("news"))
    [standing] = (await empty.bus.ask("main", ListStanding())).items
    # No version is noted twice; one that was replaced or deleted before it was found is never noted.
    assert total <= standing.matches <= versions


async def killed_while_writing(house: House, chance: random.Random) -> int:
    """Returns how many versions were written."""
    victim = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.services.database.search.victim",
        str(house.settings.data),
        stdout=asyncio.subprocess.PIPE,
    )
    assert victim.stdout is not None
    heard = lines(victim.stdout)
    await anext(heard)
    versions = 0
    for _ in range(chance.randint(3, 12)):
        versions += await change_something(house, chance)
        if chance.random() < 0.5:
            # Otherwise it is in the middle of something when it is killed.
            await anext(heard)
    victim.kill()
    assert await victim.wait() == -signal.SIGKILL
    return versions


async def lines(stream: asyncio.StreamReader) -> AsyncIterator[str]:
    async for line in stream:
        if line.startswith(b"at "):
            yield line.decode()


async def change_something(house: House, chance: random.Random) -> int:
    ids = sorted({f"d{chance.randrange(IDS)}" for _ in range(chance.randint(1, 8))})
    there = set(await house.listed("news"))
    versions = 0
    for id in ids:
        if id in there and chance.random() < 0.4:
            await house.delete(id)
        else:
            await house.write(id, f"apple {chance.random()}")
            versions += 1
    return versions
