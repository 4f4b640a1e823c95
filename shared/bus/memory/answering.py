"""The answering side of a service: its endpoints, each with bounded concurrency, and its face in discovery."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from itertools import count

import orjson

from shared.bus.bus import reply_of_error
from shared.bus.memory.broker import MemoryBroker, Respond, Subscription
from shared.bus.memory.link import Link
from shared.bus.memory.points import Point
from shared.bus.wire import Calling, Delivery, Endpoint, Reply, ServiceState
from shared.errors import Unavailable

DISCOVERY_SUBJECT = "$SRV.STATS"
REPLY_SUBJECT = "_INBOX.memory"

Flush = Callable[[], Awaitable[None]]

# Requests that may wait at one endpoint; more are turned away.
WAITING_MAX = 8_192


class Door:
    """One endpoint of one instance."""

    def __init__(self, link: Link, endpoint: Endpoint, reach: Callable[[Point], None]) -> None:
        self._link = link
        self._endpoint = endpoint
        self._reach = reach
        self._waiting: deque[tuple[Delivery, Respond | None]] = deque()
        self._running: dict[int, asyncio.Task[None]] = {}
        self._numbers = count()

    @property
    def pattern(self) -> str:
        return self._endpoint.pattern

    def receive(self, delivery: Delivery, respond: Respond | None) -> None:
        if len(self._waiting) < WAITING_MAX:
            self._waiting.append((delivery, respond))
            self._start()
        else:
            self._respond(respond, reply_of_error(Unavailable("too many requests are waiting already")))

    async def idle(self) -> None:
        while self._running:
            await asyncio.wait(list(self._running.values()))

    def crash(self) -> None:
        self._waiting.clear()
        for task in tuple(self._running.values()):
            task.cancel()

    def _start(self) -> None:
        while self._waiting and len(self._running) < self._endpoint.concurrency_max:
            number = next(self._numbers)
            task = asyncio.get_running_loop().create_task(self._answer(*self._waiting.popleft()))
            self._running[number] = task
            task.add_done_callback(partial(self._finished, number))

    async def _answer(self, delivery: Delivery, respond: Respond | None) -> None:
        self._reach("asked")
        reply = await self._endpoint.answer(delivery)
        self._reach("answered")
        self._respond(respond, reply)

    def _respond(self, respond: Respond | None, reply: Reply) -> None:
        if respond is not None and self._link.is_open:
            answer = Delivery(REPLY_SUBJECT, reply.payload, dict(reply.headers))
            self._link.to_broker.send(partial(respond, answer))

    def _finished(self, number: int, task: asyncio.Task[None]) -> None:
        del self._running[number]
        self._start()
        if not task.cancelled():
            # An endpoint never raises: if one does, that is an error in the test, and the loop shall say so.
            task.result()


class Answering:
    """`flush` returns when everything that was sent to this process before has arrived."""

    def __init__(self, broker: MemoryBroker, link: Link, calling: Calling, doors: Sequence[Door], flush: Flush) -> None:
        self._broker = broker
        self._link = link
        self._calling = calling
        self._doors = doors
        self._flush = flush
        self._instance = f"{calling.name}-{broker.next_number()}"
        self._started_at = broker.clock.now()
        self._subscriptions = [Subscription(link, door.pattern, door.receive, group=calling.name) for door in doors] + [
            Subscription(link, DISCOVERY_SUBJECT, self._introduce)
        ]

    def enter(self) -> None:
        for subscription in self._subscriptions:
            self._broker.subscribe(subscription)

    def leave(self) -> None:
        for subscription in self._subscriptions:
            self._broker.unsubscribe(subscription)

    async def stop(self) -> None:
        self.leave()
        await self._flush()
        for door in self._doors:
            await door.idle()

    def crash(self) -> None:
        for door in self._doors:
            door.crash()

    def _introduce(self, delivery: Delivery, respond: Respond | None) -> None:
        if respond is None:
            return
        # As JSON, so that figures which can't travel are found out here, too.
        face = {
            "name": self._calling.name,
            "instance": self._instance,
            "version": self._calling.version,
            "started_at": self._started_at.isoformat(),
            "vitals": self._calling.vitals(),
        }
        self._link.to_broker.send(partial(respond, Delivery(REPLY_SUBJECT, orjson.dumps(face))))


def service_state(delivery: Delivery) -> ServiceState:
    face = orjson.loads(delivery.payload)
    return ServiceState(
        name=face["name"],
        instance=face["instance"],
        version=face["version"],
        started_at=datetime.fromisoformat(face["started_at"]).astimezone(UTC),
        vitals=face["vitals"],
    )
