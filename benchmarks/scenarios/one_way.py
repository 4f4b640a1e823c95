"""One event at a time: from before it is published until the callback runs in another process."""

from benchmarks.rounds import Rounds, RoundsScenario


class OneWay(RoundsScenario):
    name = "one-way"
    about = (
        "An event of 128 bytes, published in one process and heard in another, one at a time, beside plain nats-py on "
        "both event loops and a raw socket. The event carries the moment before it was published; the next one is "
        "published when the listener has told that it heard this one."
    )
    full = Rounds(turns=5, count=1_500, connections=1, events=1, seconds_max=10)
    smoke = Rounds(turns=2, count=50, connections=1, events=1, seconds_max=1.5)


scenario = OneWay()
