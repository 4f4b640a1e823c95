"""One durable consumer, the broker's side: who asks for messages, what is claimed until when, what is due again."""

import asyncio
from bisect import insort
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from shared.bus.memory.faults import Weather
from shared.bus.memory.link import Link
from shared.bus.memory.stream import Kept, KeptStream
from shared.bus.streams import Consumer
from shared.bus.wire import ConsumerState, Delivery


@dataclass(slots=True)
class Claim:
    """A message in somebody's hand, or due to be delivered again."""

    attempts: int
    # None: it is due again, and nobody has it.
    until_seconds: float | None


@dataclass(frozen=True, slots=True, eq=False)
class Demand:
    """One call for messages: it is answered once, with what is there, and then forgotten."""

    link: Link
    count_max: int
    arrive: Callable[[Sequence[Delivery]], None]


class DurableConsumer:
    def __init__(self, limits: Consumer, stream: KeptStream, weather: Weather) -> None:
        self.limits = limits
        self._stream = stream
        self._weather = weather
        self._next_seq = 1
        self._claims: dict[int, Claim] = {}
        # In ascending order; each of them has a claim, so `unacknowledged_max` bounds it.
        self._again: list[int] = []
        # One for each inlet that waits.
        self._demands: deque[Demand] = deque()
        self._alarm: asyncio.TimerHandle | None = None

    def ask(self, demand: Demand) -> None:
        self._demands.append(demand)
        self.deliver()

    def forget(self, link: Link) -> None:
        self._demands = deque(demand for demand in self._demands if demand.link is not link)

    def deliver(self) -> None:
        """Answer who waits, as far as there is something to deliver."""
        self._stream.expire()
        while self._demands:
            batch = self._batch(self._demands[0].count_max)
            if not batch:
                return
            demand = self._demands.popleft()
            shown = " ".join(f"{delivery.place.seq}/{delivery.attempts}" for delivery in batch if delivery.place)
            self._weather.note(f"{self.limits.name} delivers {shown} to {demand.link.name}")
            demand.link.from_broker.send(partial(demand.arrive, batch))

    def ack(self, seqs: Sequence[int]) -> None:
        for seq in seqs:
            if self._weather.happens(self._weather.faults.ack_lost):
                self._weather.note(f"{self.limits.name} loses the ack of {seq}")
                continue
            self._weather.note(f"{self.limits.name} acks {seq}")
            self._settle(seq)
            if self._stream.limits.keeps == "work":
                self._stream.remove(seq)
        self.deliver()

    def extend(self, seqs: Sequence[int]) -> None:
        until_seconds = self._now() + self.limits.ack_wait_seconds
        for seq in seqs:
            claim = self._claims.get(seq)
            if claim is not None and claim.until_seconds is not None:
                claim.until_seconds = until_seconds

    def give_back(self, seqs: Sequence[int], seconds: float) -> None:
        for seq in seqs:
            claim = self._claims.get(seq)
            if claim is None or claim.until_seconds is None:
                continue
            self._weather.note(f"{self.limits.name} gets {seq} back")
            if seconds > 0:
                claim.until_seconds = self._now() + seconds
                self._wake(claim.until_seconds)
            else:
                self._due(seq, claim)
        self.deliver()

    def pause(self) -> None:
        """The broker is away: nobody waits here any more, and no claim runs out."""
        self._demands.clear()
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None

    def resume(self) -> None:
        """Claims are on disk, if they were written in time; when they run out is not."""
        self.extend(list(self._claims))
        for seq, claim in self._claims.items():
            if claim.until_seconds is not None and self._weather.happens(self._weather.faults.claim_forgotten):
                self._weather.note(f"{self.limits.name} forgets that {seq} is claimed")
                claim.attempts = 0
                self._due(seq, claim)
        self._wake(self._now() + self.limits.ack_wait_seconds)

    def state(self) -> ConsumerState:
        return ConsumerState(
            name=self.limits.name,
            waiting=sum(1 for _ in self._stream.after(self._next_seq - 1, self.limits.pattern)),
            unacknowledged=len(self._claims),
            redelivered=sum(1 for claim in self._claims.values() if claim.attempts > 1),
        )

    def _batch(self, count_max: int) -> list[Delivery]:
        batch: list[Delivery] = []
        while len(batch) < count_max and (kept := self._next()) is not None:
            batch.append(self._claim(kept))
        if batch:
            self._wake(self._now() + self.limits.ack_wait_seconds)
        return self._disturbed(batch)

    def _next(self) -> Kept | None:
        while self._again:
            kept = self._stream.get(self._again[0])
            if kept is not None:
                return kept
            self._settle(self._again[0])
        if len(self._claims) >= self.limits.unacknowledged_max:
            return None
        return next(self._stream.after(self._next_seq - 1, self.limits.pattern), None)

    def _claim(self, kept: Kept) -> Delivery:
        claim = self._claims.setdefault(kept.seq, Claim(0, None))
        if self._again and self._again[0] == kept.seq:
            del self._again[0]
        else:
            self._next_seq = kept.seq + 1
        claim.attempts += 1
        claim.until_seconds = self._now() + self.limits.ack_wait_seconds
        return self._stream.delivery(kept, claim.attempts, f"{self.limits.name}.{kept.seq}.{claim.attempts}")

    def _disturbed(self, batch: list[Delivery]) -> list[Delivery]:
        for delivery in tuple(batch):
            if delivery.place and self._weather.happens(self._weather.faults.delivery_doubled):
                claim = self._claims[delivery.place.seq]
                claim.attempts += 1
                batch.append(delivery._replace(attempts=claim.attempts))
        if self._weather.happens(self._weather.faults.deliveries_shuffled):
            self._weather.chance.shuffle(batch)
        return batch

    def _settle(self, seq: int) -> None:
        claim = self._claims.pop(seq, None)
        if claim is not None and claim.until_seconds is None:
            self._again.remove(seq)

    def _due(self, seq: int, claim: Claim) -> None:
        claim.until_seconds = None
        insort(self._again, seq)

    def _wake(self, at_seconds: float) -> None:
        """See to it that the alarm rings by then. It may ring for nothing; then it is set anew."""
        if self._alarm is not None and self._alarm.when() <= at_seconds:
            return
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm = asyncio.get_running_loop().call_at(at_seconds, self._ring, at_seconds)

    def _ring(self, due_seconds: float) -> None:
        self._alarm = None
        for seq, claim in self._claims.items():
            # Compared with when the alarm was due: the clock may be a rounding error before it.
            if claim.until_seconds is not None and claim.until_seconds <= due_seconds:
                self._weather.note(f"{self.limits.name} claims {seq} no more")
                self._due(seq, claim)
        ends = [claim.until_seconds for claim in self._claims.values() if claim.until_seconds is not None]
        if ends:
            self._wake(min(ends))
        self.deliver()

    def _now(self) -> float:
        return asyncio.get_running_loop().time()
