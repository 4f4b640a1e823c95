"""Ten publishers with twenty events each at the same time: until the last of them is heard."""

from benchmarks.rounds import Rounds, RoundsScenario

PUBLISHERS = 10
EVENTS = 20


class ConcurrentPublishers(RoundsScenario):
    name = "concurrent-publishers"
    about = (
        "Ten publishers in one process, each with a task and a connection of its own, publish 20 events of 128 bytes "
        "each; a listener in another process hears all 200. The time is from the first that is published to the last "
        "that is heard, beside plain nats-py on both event loops and a raw socket. The next round begins when this "
        "one was heard."
    )
    full = Rounds(turns=5, count=100, connections=PUBLISHERS, events=EVENTS, seconds_max=10)
    smoke = Rounds(turns=2, count=5, connections=PUBLISHERS, events=EVENTS, seconds_max=1.5)


scenario = ConcurrentPublishers()
