"""The reading end of a durable consumer, the process's side: what has arrived, and what it still claims."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial

from shared.bus.memory.consumer import Demand, DurableConsumer
from shared.bus.memory.link import Link
from shared.bus.memory.points import Point
from shared.bus.wire import Delivery
from shared.errors import Unavailable

# A claim is extended this often before it would run out.
EXTENSIONS_PER_CLAIM = 3


class MemoryInlet:
    def __init__(self, link: Link, consumer: DurableConsumer, reach: Callable[[Point], None]) -> None:
        self._link = link
        self._consumer = consumer
        self._reach = reach
        # What has arrived and was not taken: at most what was asked for, and that only once at a time.
        self._arrived: deque[Delivery] = deque()
        # By sequence number, what is claimed: taken or not, but not settled.
        self._held: dict[int, None] = {}
        self._arrival: asyncio.Future[None] | None = None
        self._is_asked = False
        self._is_stopped = False
        self._extension: asyncio.TimerHandle | None = None

    async def take(self, count_max: int, bytes_max: int) -> Sequence[Delivery]:
        """It waits while the broker is away, too."""
        while not self._arrived:
            if self._is_stopped:
                raise Unavailable("this inlet is stopped")
            if not self._is_asked:
                self._ask(count_max)
            self._arrival = asyncio.get_running_loop().create_future()
            try:
                await self._arrival
            finally:
                self._arrival = None
        taken = self._within(count_max, bytes_max)
        self._reach("taken")
        return taken

    async def ack(self, deliveries: Sequence[Delivery]) -> None:
        self._reach("ack")
        self._check()
        self._consumer_hears(partial(self._consumer.ack, self._let_go(deliveries)))
        self._reach("acked")

    async def give_back(self, deliveries: Sequence[Delivery], seconds: float) -> None:
        self._reach("give_back")
        self._check()
        self._consumer_hears(partial(self._consumer.give_back, self._let_go(deliveries), seconds))

    async def stop(self) -> None:
        if self._is_stopped:
            return
        self._is_stopped = True
        self._arrived.clear()
        held = tuple(self._held)
        self._held.clear()
        self._consumer_hears(partial(self._leave, held))
        self._notice()

    def returned(self) -> None:
        """The broker was away and has forgotten who waits."""
        self._is_asked = False
        self._notice()

    def crash(self) -> None:
        self._is_stopped = True
        if self._extension is not None:
            self._extension.cancel()
        if self._arrival is not None:
            self._arrival.cancel()

    def _ask(self, count_max: int) -> None:
        if self._link.is_open:
            self._is_asked = True
            demand = Demand(self._link, count_max, self._arrive)
            self._consumer_hears(partial(self._consumer.ask, demand))

    def _arrive(self, deliveries: Sequence[Delivery]) -> None:
        self._is_asked = False
        if self._is_stopped:
            # They were on their way when we left.
            self._consumer_hears(partial(self._consumer.give_back, _seqs(deliveries), 0.0))
            return
        self._arrived.extend(deliveries)
        self._held.update(dict.fromkeys(_seqs(deliveries)))
        if self._extension is None:
            self._extend_later()
        self._notice()

    def _within(self, count_max: int, bytes_max: int) -> Sequence[Delivery]:
        taken = [self._arrived.popleft()]
        size = len(taken[0].payload)
        while self._arrived and len(taken) < count_max and size + len(self._arrived[0].payload) <= bytes_max:
            size += len(self._arrived[0].payload)
            taken.append(self._arrived.popleft())
        return taken

    def _let_go(self, deliveries: Sequence[Delivery]) -> Sequence[int]:
        seqs = _seqs(deliveries)
        for seq in seqs:
            self._held.pop(seq, None)
        return seqs

    def _leave(self, held: Sequence[int]) -> None:
        self._consumer.forget(self._link)
        self._consumer.give_back(held, 0.0)

    def _extend_later(self) -> None:
        seconds = self._consumer.limits.ack_wait_seconds / EXTENSIONS_PER_CLAIM
        self._extension = asyncio.get_running_loop().call_later(seconds, self._extend)

    def _extend(self) -> None:
        self._extension = None
        if self._held and not self._is_stopped:
            self._consumer_hears(partial(self._consumer.extend, tuple(self._held)))
            self._extend_later()

    def _check(self) -> None:
        # What is not settled stays claimed: whoever calls may try again.
        if not self._link.is_open:
            raise Unavailable("the broker is away")

    def _consumer_hears(self, message: Callable[[], None]) -> None:
        if self._link.is_open:
            self._link.to_broker.send(message)

    def _notice(self) -> None:
        if self._arrival is not None and not self._arrival.done():
            self._arrival.set_result(None)


def _seqs(deliveries: Sequence[Delivery]) -> Sequence[int]:
    return [delivery.place.seq for delivery in deliveries if delivery.place is not None]
