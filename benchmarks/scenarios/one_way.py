"""One event at a time: from before it is published until the callback runs in another process."""

from benchmarks.kinds import KINDS
from benchmarks.rounds import Rounds, latencies_by_kind
from benchmarks.scenario import Figure, Ratio, Scenario
from benchmarks.stage import Stage


class OneWay(Scenario[Rounds]):
    name = "one-way"
    about = (
        "An event of 128 bytes, published in one process and heard in another, one at a time, beside plain nats-py on "
        "both event loops and a raw socket. The event carries the moment before it was published; the next one is "
        "published when the listener has told that it heard this one."
    )
    figures = (
        Figure("bus, p50", "ms"),
        Figure("bus, p99", "ms"),
        Figure("nats-py, p50", "ms"),
        Figure("nats-py, p99", "ms"),
        Figure("nats-py on uvloop, p50", "ms"),
        Figure("nats-py on uvloop, p99", "ms"),
        Figure("raw socket, p50", "ms"),
        Figure("raw socket, p99", "ms"),
    )
    ratios = (
        Ratio("bus, p50", "nats-py, p50"),
        Ratio("bus, p99", "nats-py, p99"),
        Ratio("bus, p50", "nats-py on uvloop, p50"),
        Ratio("bus, p50", "raw socket, p50"),
    )
    full = Rounds(turns=5, count=1_500, connections=1, events=1, seconds_max=10)
    smoke = Rounds(turns=2, count=50, connections=1, events=1, seconds_max=1.5)

    async def measure(self, stage: Stage, size: Rounds) -> None:
        for kind, latencies in (await latencies_by_kind(stage, size)).items():
            stage.note(f"{KINDS[kind]}, p50", latencies.ms(50))
            stage.note(f"{KINDS[kind]}, p99", latencies.ms(99))
            stage.note_latencies(KINDS[kind], latencies)


scenario = OneWay()
