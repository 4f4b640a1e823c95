"""How often what goes wrong, and what went on: `Faults` is what a test asks for, `Weather` makes it so."""

import asyncio
import random
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Faults:
    """Probabilities from 0 to 1, and how long a fault lasts at most. Without any, nothing goes wrong."""

    # Nothing is stored; the caller hears nothing.
    append_lost: float = 0.0
    # It is stored; the caller hears nothing.
    append_ack_lost: float = 0.0
    # Nobody is asked; the caller hears nothing.
    request_lost: float = 0.0
    # The work was done; the caller hears nothing.
    reply_lost: float = 0.0
    # The broker does not learn that a delivery is settled, so it comes again when the claim has run out.
    ack_lost: float = 0.0
    # A delivery comes a second time at once, while the first is still in hand.
    delivery_doubled: float = 0.0
    # A broker that comes back does not know any more that it had delivered a message, and does it at once as if anew.
    claim_forgotten: float = 0.0
    # The deliveries that arrive together are in any order.
    deliveries_shuffled: float = 0.0
    # A watcher does not hear a message; within `missed_seconds_max` it is told that it may have missed something.
    watch_lost: float = 0.0
    missed_seconds_max: float = 1.0
    # A message is on its way for up to `delay_seconds_max`. What a wire sends or receives still keeps its order.
    delayed: float = 0.0
    delay_seconds_max: float = 0.1


NO_FAULTS = Faults()


class Weather:
    """What all parts of one broker share. `faults` may be changed at any time, to let things calm down, say."""

    def __init__(self, chance: random.Random, faults: Faults) -> None:
        self.chance = chance
        self.faults = faults
        # Grows as long as the broker lives, which is as long as a test.
        self.trace: list[str] = []

    def happens(self, probability: float) -> bool:
        return probability > 0 and self.chance.random() < probability

    def delay_seconds(self) -> float:
        return self.chance.uniform(0, self.faults.delay_seconds_max) if self.happens(self.faults.delayed) else 0.0

    def note(self, event: str) -> None:
        self.trace.append(f"{asyncio.get_running_loop().time():.6f} {event}")
