"""The reading end of a durable consumer: an own pull loop, because nats-py's `fetch` is slow and may stall.

Two requests for messages are outstanding, so that the server always has one to fill while the other is on its way
again. What they ask for never exceeds the room in the buffer. One task looks after the requests and the claims.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

import structlog

from shared.bus.nats.arrivals import Arrivals
from shared.bus.nats.connection import Connection
from shared.bus.nats.deliveries import consumed
from shared.bus.nats.lane import Lane
from shared.bus.nats.parser import Message
from shared.bus.nats.streams import NANOSECONDS, Streams
from shared.bus.streams import Consumer
from shared.bus.wire import Delivery
from shared.errors import PostilError, Unavailable

log = structlog.get_logger()

LANES = 2
BUFFER_COUNT_MAX = 1_024
BUFFER_BYTES_MAX = 32 * 1024 * 1024
# A server gives this much of room to subject, reply and headers at the most.
ENVELOPE_BYTES_MAX = 8 * 1024
LOOK_SECONDS = 0.5
RETRY_SECONDS = 0.1


class NatsInlet:
    def __init__(self, connection: Connection, streams: Streams, consumer: Consumer) -> None:
        self._connection = connection
        self._streams = streams
        self._consumer = consumer
        self._bytes_max = max(BUFFER_BYTES_MAX, 4 * connection.client.max_payload)
        self._epoch = 0
        self._lanes: list[Lane] = []
        self._arrivals = Arrivals()
        # What is claimed: it has arrived and is not settled. Sequence number -> receipt.
        self._held: dict[int, str] = {}
        self._stir = asyncio.Event()
        self._renewal_due = False
        self._stopped = False
        self._complaint = ""
        self._keeper: asyncio.Task[None] | None = None

    @classmethod
    async def open(cls, connection: Connection, streams: Streams, consumer: Consumer) -> "NatsInlet":
        inlet = cls(connection, streams, consumer)
        connection.opened[inlet] = None
        connection.returned[inlet] = inlet._on_returned
        try:
            await inlet._renew()
            await inlet._refill()
        except BaseException:
            await inlet.stop()
            raise
        inlet._keeper = asyncio.create_task(inlet._keep(), name=f"inlet {consumer.name}")
        return inlet

    async def take(self, count_max: int, bytes_max: int) -> Sequence[Delivery]:
        while not self._stopped:
            if self._arrivals:
                taken = self._arrivals.take(count_max, bytes_max)
                if not all(lane.count_left for lane in self._lanes):
                    self._stir.set()
                return taken
            await self._arrivals.wait()
        raise Unavailable("this inlet is stopped")

    async def ack(self, deliveries: Sequence[Delivery]) -> None:
        await self._settle(deliveries, b"+ACK")

    async def give_back(self, deliveries: Sequence[Delivery], seconds: float) -> None:
        delay = b' {"delay":%d}' % int(seconds * NANOSECONDS) if seconds > 0 else b""
        await self._settle(deliveries, b"-NAK" + delay)

    async def stop(self) -> None:
        if self._stopped:
            return
        self._stopped = True
        self._arrivals.wake()
        self._connection.opened.pop(self, None)
        self._connection.returned.pop(self, None)
        if self._keeper:
            self._keeper.cancel()
            await asyncio.wait([self._keeper])
        # Who has no connection gives nothing back; the server will see to it when the claims run out.
        with suppress(Unavailable):
            await self._close_lanes()
            await self._settle_seqs(list(self._held), b"-NAK")
            await self._connection.settle()
        self._forget_all()

    async def _settle(self, deliveries: Sequence[Delivery], answer: bytes) -> None:
        places = [delivery.place for delivery in deliveries if delivery.place]
        seqs = [place.seq for place in places if place.epoch == self._epoch and place.seq in self._held]
        await self._settle_seqs(seqs, answer)

    async def _settle_seqs(self, seqs: Sequence[int], answer: bytes) -> None:
        if seqs:
            await self._connection.publish_each([self._held[seq] for seq in seqs], answer)
        for seq in seqs:
            self._held.pop(seq, None)

    def _forget_all(self) -> None:
        self._arrivals.clear()
        self._held.clear()

    def _hear(self, message: Message) -> None:
        delivery = consumed(message, self._epoch)
        seq = delivery.place.seq if delivery.place else 0
        again = seq in self._held
        self._held[seq] = message.reply
        # Its claim had run out, while we could not extend it; but here it is, still being worked on.
        if again:
            return
        self._arrivals.add(seq, delivery)

    def _on_lane_idle(self, trouble: str) -> None:
        if trouble:
            log.warning("pull_refused", consumer=self._consumer.name, because=trouble)
            self._renewal_due = True
        else:
            self._stir.set()

    def _on_returned(self) -> None:
        self._renewal_due = True
        self._stir.set()

    async def _keep(self) -> None:
        loop = asyncio.get_running_loop()
        extension_seconds = self._consumer.ack_wait_seconds / 3
        next_extension = loop.time() + extension_seconds
        while not self._stopped:
            with suppress(TimeoutError):
                async with asyncio.timeout(min(LOOK_SECONDS, max(0.0, next_extension - loop.time()))):
                    await self._stir.wait()
            self._stir.clear()
            try:
                if loop.time() >= next_extension:
                    next_extension = loop.time() + extension_seconds
                    await self._extend()
                if self._renewal_due or any(lane.is_silent() for lane in self._lanes):
                    await self._renew()
                await self._refill()
            except PostilError as error:
                self._complain(error.detail)
            except Exception as error:  # Were this loop to end, the reading would end without a word.
                log.exception("inlet_failed", consumer=self._consumer.name, exc_info=error)
                self._complain(repr(error))
            else:
                self._complaint = ""
                continue
            self._renewal_due = True
            await asyncio.sleep(RETRY_SECONDS)

    def _complain(self, complaint: str) -> None:
        if complaint != self._complaint:
            log.warning("inlet_waits", consumer=self._consumer.name, because=complaint)
        self._complaint = complaint

    async def _extend(self) -> None:
        if self._held:
            await self._connection.publish_each(self._held.values(), b"+WPI")

    async def _renew(self) -> None:
        """Begin anew with fresh requests: what the old ones have brought stays, what they still bring is not heard."""
        self._renewal_due = True
        await self._close_lanes()
        epoch = await self._streams.ensure(self._consumer.stream)
        await self._streams.ensure_consumer(self._consumer)
        if epoch != self._epoch:
            # Another stream under the same name: our receipts would settle strangers' messages there.
            self._forget_all()
            self._epoch = epoch
        for _ in range(LANES):
            self._lanes.append(await Lane.open(self._connection, self._consumer, self._hear, self._on_lane_idle))
        self._renewal_due = False

    async def _close_lanes(self) -> None:
        lanes, self._lanes = self._lanes, []
        await self._connection.silence([lane.ear for lane in lanes])

    async def _refill(self) -> None:
        largest = self._connection.client.max_payload + ENVELOPE_BYTES_MAX
        for lane in self._lanes:
            if lane.count_left:
                continue
            count_room = BUFFER_COUNT_MAX - len(self._arrivals) - sum(each.count_left for each in self._lanes)
            bytes_room = self._bytes_max - self._arrivals.bytes - sum(each.bytes_left for each in self._lanes)
            if count_room >= BUFFER_COUNT_MAX // 4 and bytes_room >= largest:
                await lane.pull(min(count_room, BUFFER_COUNT_MAX // LANES), min(bytes_room, self._bytes_max // LANES))
