"""A thousand single documents at once."""

import asyncio
from dataclasses import dataclass
from statistics import median
from time import perf_counter

from benchmarks.client import Client, connected
from benchmarks.limits.stream import StreamAlone
from benchmarks.scenario import Figure, Ratio, Scenario
from benchmarks.sending import Load
from benchmarks.stage import Stage

DOCUMENT_BYTES = 1_024
COMMITTED, ALONE = "all committed", "acknowledged by JetStream alone"


@dataclass(frozen=True, slots=True)
class Size:
    message_count: int
    rounds: int
    commit_seconds_max: float


class Burst(Scenario[Size]):
    name = "burst"
    about = (
        "1,000 messages of one document of 1 KiB, published to the stream at once: from the first until all are "
        "committed. Beside the time in which a stream that nobody reads acknowledges the same messages."
    )
    figures = (Figure(COMMITTED, "ms"), Figure(ALONE, "ms"))
    ratios = (Ratio(COMMITTED, ALONE),)
    full = Size(message_count=1_000, rounds=4, commit_seconds_max=30.0)
    smoke = Size(message_count=100, rounds=2, commit_seconds_max=1.5)

    async def measure(self, stage: Stage, size: Size) -> None:
        committed: list[float] = []
        alone: list[float] = []
        async with connected(stage) as client:
            stream = await StreamAlone.open(stage, client.bus.wire)
            for number in range(size.rounds):
                stage.progress(f"round {number + 1}")
                load = Load(f"burst-{number}", DOCUMENT_BYTES, batch_count=1, in_flight=size.message_count)
                committed.append(await _commit(client, load, size))
                # The stream alone shall not have to share the machine with what is left of our burst.
                await client.until_quiet()
                alone.append(await stream.seconds_for([load.payload(each) for each in range(size.message_count)]))
        stage.note(COMMITTED, median(committed) * 1_000)
        stage.note(ALONE, median(alone) * 1_000)


async def _commit(client: Client, load: Load, size: Size) -> float:
    payloads = [load.payload(number) for number in range(size.message_count)]
    begun = perf_counter()
    await asyncio.gather(*(client.publish(load.collection, payload) for payload in payloads))
    await client.until_committed(size.message_count, load.collection, seconds_max=size.commit_seconds_max)
    return perf_counter() - begun


scenario = Burst()
