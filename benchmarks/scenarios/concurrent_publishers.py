"""Ten publishers with twenty events each at the same time: until the last of them is heard."""

from benchmarks.kinds import KINDS
from benchmarks.rounds import Rounds, latencies_by_kind
from benchmarks.scenario import Figure, Ratio, Scenario
from benchmarks.stage import Stage

PUBLISHERS = 10
EVENTS = 20


class ConcurrentPublishers(Scenario[Rounds]):
    name = "concurrent-publishers"
    about = (
        "Ten publishers in one process, each with a task and a connection of its own, publish 20 events of 128 bytes "
        "each; a listener in another process hears all 200. The time is from the first that is published to the last "
        "that is heard, beside plain nats-py on both event loops and a raw socket. The next round begins when this "
        "one was heard."
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
    full = Rounds(turns=5, count=100, connections=PUBLISHERS, events=EVENTS, seconds_max=10)
    smoke = Rounds(turns=2, count=5, connections=PUBLISHERS, events=EVENTS, seconds_max=1.5)

    async def measure(self, stage: Stage, size: Rounds) -> None:
        for kind, latencies in (await latencies_by_kind(stage, size)).items():
            stage.note(f"{KINDS[kind]}, p50", latencies.ms(50))
            stage.note(f"{KINDS[kind]}, p99", latencies.ms(99))
            stage.note_latencies(KINDS[kind], latencies)


scenario = ConcurrentPublishers()
