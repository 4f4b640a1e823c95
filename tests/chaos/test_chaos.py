"""kill -9, at random, again and again, of every service and of the broker, while documents are published.

`POSTIL_TEST_CHAOS_DOCUMENTS=50000` makes it longer, `POSTIL_TEST_CHAOS_SEED` repeats the dice of a run, not its timing.
"""

import asyncio
import json
import os
import sys
from collections import Counter
from pathlib import Path
from random import Random

import pytest

from shared.bus.bus import Bus
from shared.bus.nats import NatsWire
from shared.bus.streams import CHANGES, DEAD, DOCS
from shared.contracts.changes import decode_changes
from shared.contracts.message import subject_for
from shared.contracts.stats import GetStats
from shared.errors import Unavailable
from tests.chaos.clients import COLLECTIONS, TENANT, Publisher, WatchingProcess
from tests.chaos.dice import dice
from tests.chaos.proofs import FAST, SETTLE_SECONDS_MAX, all_documents, expect_a_clean_bill, expect_findable
from tests.system import UNMEASURED, System, running_system
from tests.until import until

DOCUMENTS = int(os.environ.get("POSTIL_TEST_CHAOS_DOCUMENTS", "3000"))
PUBLISHERS = 10
VICTIMS = ("broker", "ingest", "database", "search", "analysis", "bot", "watch", "database", "ingest")
VARIABLES = {
    "POSTIL_UP__RESTART_SECONDS_MAX": "0.5",
    "POSTIL_LOGS__LEVEL": "warning",
    # So many documents are no work for all the steps here; test_annotating.py has them, with fewer documents.
    "POSTIL_ANALYSIS__DISABLED": json.dumps([*(FAST.keys() - {"stats"}), "summary", "synthesis"]),
    **UNMEASURED,
}


@pytest.mark.timeout(60 + DOCUMENTS / 200)
async def test_nothing_is_lost_and_nothing_is_there_twice_whoever_is_killed(tmp_path: Path) -> None:
    chance = dice()
    async with running_system(tmp_path / "data", variables=VARIABLES) as system:
        watching = WatchingProcess(tmp_path / "data", tmp_path / "seen.ndjson")
        watching.start()
        wire = await NatsWire.connect(system.url, name="chaos")
        publishers = [Publisher(wire, f"p{number}", Random(chance.random())) for number in range(PUBLISHERS)]
        publishing = asyncio.gather(*(each.publish(DOCUMENTS // PUBLISHERS) for each in publishers))
        try:
            kills = await kill_until_done(system, watching, publishing, chance)
            sys.stdout.write(f"killed: {dict(kills)}\n")
            assert kills.total() >= len(set(VICTIMS))
            expected = Counter(text for publisher in publishers for text in publisher.acknowledged)
            await expect_all_once(wire, expected)
            await expect_seen_in_order(wire, watching, expected)
            await expect_findable(Bus(wire), expected)
            expect_a_clean_bill(tmp_path)
        finally:
            publishing.cancel()
            watching.kill()
            await wire.close()


async def kill_until_done(
    system: System, watching: WatchingProcess, publishing: "asyncio.Future[list[None]]", chance: Random
) -> Counter[str]:
    """Every one of them at least once, in any order, and then whoever the dice name."""
    kills: Counter[str] = Counter()
    first = list(VICTIMS)
    chance.shuffle(first)
    while first or not publishing.done():
        victim = first.pop() if first else chance.choice(VICTIMS)
        await asyncio.wait([publishing], timeout=chance.uniform(0.2, 2.0))
        kills[victim] += 1
        if victim == "watch":
            watching.kill()
            watching.start()
        else:
            try:
                system.kill(victim)
            except (ProcessLookupError, KeyError):
                # It is dead already, and was not started again yet.
                continue
    await publishing
    return kills


async def expect_all_once(wire: NatsWire, expected: Counter[str]) -> None:
    bus = Bus(wire)
    await until(lambda: _is_taken_in(wire), seconds_max=SETTLE_SECONDS_MAX)
    stored = Counter([str(document.text) async for document in all_documents(bus)])
    assert not expected - stored, "documents that were acknowledged are missing"
    assert not stored - expected, "documents are there twice"
    stats = await bus.ask(TENANT, GetStats())
    assert stats.documents == len(expected)
    assert {each.collection for each in stats.collections} == set(COLLECTIONS)
    assert await wire.read(DEAD, DEAD.subject, 0, 1) == []


async def expect_seen_in_order(wire: NatsWire, watching: WatchingProcess, expected: Counter[str]) -> None:
    bus = Bus(wire)
    await until(lambda: _is_annotated(wire), seconds_max=SETTLE_SECONDS_MAX)
    last_seq = (await bus.ask(TENANT, GetStats())).last_seq
    await until(lambda: watching.last_seq() == last_seq, seconds_max=SETTLE_SECONDS_MAX)
    changes = watching.changes()
    assert [change["seq"] for change in changes] == list(range(1, last_seq + 1))
    assert sum(change["op"] == "put" for change in changes) == len(expected)
    announced = [change.seq for each in await _all_announcements(wire) for change in decode_changes(each)]
    assert announced == list(range(1, last_seq + 1))


async def _all_announcements(wire: NatsWire) -> list[bytes]:
    payloads: list[bytes] = []
    after = 0
    while page := await wire.read(CHANGES, subject_for(TENANT, "changes.>"), after, 500):
        payloads += [each.payload for each in page]
        after = page[-1].place.seq if page[-1].place else 0
    return payloads


async def _is_taken_in(wire: NatsWire) -> bool:
    try:
        states = await wire.streams()
        await Bus(wire).ask(TENANT, GetStats())
    except Unavailable:
        return False
    return next(state.messages for state in states if state.name == DOCS.name) == 0


async def _is_annotated(wire: NatsWire) -> bool:
    """Whether the analysis has read all changes, its own included."""
    try:
        states = await wire.streams()
    except Unavailable:
        return False
    [analysis] = next(state.consumers for state in states if state.name == CHANGES.name)
    return analysis.waiting == 0 and analysis.unacknowledged == 0
