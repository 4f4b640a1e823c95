"""A restart: documents come before it, during it and after it, and all of them must be there."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from time import perf_counter
from types import MappingProxyType

import orjson

from benchmarks.alone import start_seconds
from benchmarks.client import Client, connected
from benchmarks.scenario import ONE_STEP, Figure, Ratio, Scenario
from benchmarks.stage import Stage
from shared.contracts.documents import ListDocuments
from shared.contracts.stats import GetStats
from shared.errors import TimedOut, Unavailable

BEFORE, DURING, AFTER = 50, 30, 50
ASK_SECONDS_MAX = 0.05
REFUSAL_SECONDS_MAX = 2.0
LOOK_SECONDS = 0.002
BACK_SECONDS_MAX = 30.0
PAGE_COUNT = 1_000


@dataclass(frozen=True, slots=True)
class Size:
    rounds: int
    # For documents to be committed while everybody lives.
    seconds_max: float


@dataclass(frozen=True, slots=True)
class Outage:
    down_seconds: float
    backlog_seconds: float


class Restart(Scenario[Size]):
    name = "restart"
    about = (
        f"{BEFORE} documents, then the database service is killed, {DURING} more while nobody answers for it, {AFTER} "
        "after it is back: all are there, once each, at version 1. Down: from the kill until a query is answered "
        "again, beside a database service that is started by itself on an empty folder. Backlog: from that answer "
        "until the documents that came meanwhile are committed."
    )
    figures = (
        Figure("down", "s"),
        Figure("a database by itself", "s"),
        Figure("backlog", "s"),
    )
    ratios = (Ratio("down", "a database by itself"),)
    # Who is killed again soon waits longer every time; here each time is a first one.
    settings = MappingProxyType({**ONE_STEP, "POSTIL_UP__STEADY_SECONDS": "0.1"})
    full = Size(rounds=3, seconds_max=30)
    smoke = Size(rounds=1, seconds_max=2)

    async def measure(self, stage: Stage, size: Size) -> None:
        outages: list[Outage] = []
        starts: list[float] = []
        async with connected(stage) as client:
            for number in range(size.rounds):
                stage.progress(f"restart {number + 1}")
                outages.append(await _outage(stage, client, f"restart{number}", size.seconds_max))
                stage.progress("a database by itself")
                starts.append(await start_seconds("database"))
        stage.note("down", median(outage.down_seconds for outage in outages))
        stage.note("backlog", median(outage.backlog_seconds for outage in outages))
        stage.note("a database by itself", median(starts))


async def _outage(stage: Stage, client: Client, collection: str, seconds_max: float) -> Outage:
    texts = [f"{collection} {number}" for number in range(BEFORE + DURING + AFTER)]
    earlier = await client.count()
    await _publish(client, collection, texts[:BEFORE])
    await client.until_committed(earlier + BEFORE, seconds_max=seconds_max)
    # A note on its way to the database would be lost with it, and whoever sent it would wait for the answer.
    await client.until_quiet()

    killed, killed_at = stage.system.kill("database"), perf_counter()
    await stage.until("nobody answers for the database", lambda: _is_away(client), seconds_max=BACK_SECONDS_MAX)
    await _publish(client, collection, texts[BEFORE : BEFORE + DURING])
    # All of these were told that their document is safe while there was nobody who could keep it.
    stage.expect("the database is away", await _is_away(client, REFUSAL_SECONDS_MAX), True)
    await stage.system.until_another("database", killed)
    await stage.until("somebody answers for the database", lambda: _is_back(client), seconds_max=BACK_SECONDS_MAX)
    back_at = perf_counter()
    await client.until_committed(earlier + BEFORE + DURING, seconds_max=BACK_SECONDS_MAX)
    caught_up_at = perf_counter()

    await _publish(client, collection, texts[BEFORE + DURING :])
    await client.until_committed(earlier + len(texts), seconds_max=seconds_max)
    await expect_once_each(stage, client, collection, texts)
    return Outage(down_seconds=back_at - killed_at, backlog_seconds=caught_up_at - back_at)


async def _publish(client: Client, collection: str, texts: Sequence[str]) -> None:
    """Without an id, so that a document that was saved twice would be two."""
    await asyncio.gather(*(client.publish(collection, orjson.dumps({"text": text})) for text in texts))


async def _is_away(client: Client, seconds_max: float = ASK_SECONDS_MAX) -> bool:
    """The broker says so; silence proves nothing."""
    try:
        await client.bus.ask(client.tenant, GetStats(), seconds_max=seconds_max)
    except TimedOut:
        return False
    except Unavailable:
        return True
    return False


async def _is_back(client: Client) -> bool:
    try:
        await client.bus.ask(client.tenant, GetStats(), seconds_max=ASK_SECONDS_MAX)
    except Unavailable:
        await asyncio.sleep(LOOK_SECONDS)
        return False
    return True


async def expect_once_each(stage: Stage, client: Client, collection: str, texts: Sequence[str]) -> None:
    page = await client.bus.ask(client.tenant, ListDocuments(collection=collection, limit=PAGE_COUNT))
    found = Counter(str(document.text) for document in page.items)
    stage.expect("documents that are missing", sorted(Counter(texts) - found), [])
    stage.expect("documents that are there twice", sorted(found - Counter(texts)), [])
    stage.expect("their versions", {document.version for document in page.items}, {1})


scenario = Restart()
