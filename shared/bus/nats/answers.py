"""Doors that answer requests, with a bound on the work in hand and on what waits for it."""

import asyncio
from collections import deque
from collections.abc import Sequence
from time import perf_counter_ns

import structlog
from nats.aio.subscription import Subscription

from shared.bus.bus import ERROR_CODE_HEADER, ERROR_HEADER, reply_of_error
from shared.bus.nats.connection import Connection
from shared.bus.nats.deliveries import heard
from shared.bus.nats.discovery import Discovery, DoorFigures
from shared.bus.nats.parser import Message
from shared.bus.wire import Calling, Endpoint, Reply
from shared.errors import Internal, PostilError, Unavailable

log = structlog.get_logger()

WAITING_COUNT_MAX = 8_192


class Door:
    """One endpoint. Requests are taken up in the order in which they came."""

    def __init__(self, connection: Connection, endpoint: Endpoint, queue: str) -> None:
        self._connection = connection
        self._endpoint = endpoint
        self._waiting: deque[Message] = deque()
        self._workers: set[asyncio.Task[None]] = set()
        self._subscription: Subscription | None = None
        self._queue = queue
        self.figures = DoorFigures(endpoint.name, endpoint.pattern, queue)

    async def open(self) -> None:
        self._subscription = await self._connection.hear(self._endpoint.pattern, self._hear, queue=self._queue)

    async def deafen(self) -> None:
        if self._subscription:
            await self._connection.client.deafen(self._subscription)

    async def finish(self) -> None:
        if self._subscription:
            self._connection.client.forget(self._subscription)
        while self._workers:
            await asyncio.wait(self._workers)

    def _hear(self, request: Message) -> None:
        if len(self._workers) < self._endpoint.concurrency_max:
            self._start(self._work(request))
        elif len(self._waiting) < WAITING_COUNT_MAX:
            self._waiting.append(request)
        else:
            self._start(self._respond(request, reply_of_error(Unavailable("too many requests are waiting already"))))

    def _start(self, work: "asyncio._CoroutineLike[None]") -> None:
        worker = asyncio.get_running_loop().create_task(work)
        self._workers.add(worker)
        worker.add_done_callback(self._workers.discard)

    async def _work(self, request: Message) -> None:
        """Answer this one, and then whatever waits: a worker is a slot."""
        while True:
            begun = perf_counter_ns()
            reply = await self._answer(request)
            await self._respond(request, reply)
            self.figures.count(reply.headers.get(ERROR_HEADER), perf_counter_ns() - begun)
            if not self._waiting:
                return
            request = self._waiting.popleft()

    async def _answer(self, request: Message) -> Reply:
        try:
            return await self._endpoint.answer(heard(request))
        except Exception as error:  # An endpoint promises not to raise; a caller must get an answer even so.
            log.exception("endpoint_failed", subject=request.subject, exc_info=error)
            return reply_of_error(Internal("The request failed; the log of the service says why."))

    async def _respond(self, request: Message, reply: Reply) -> None:
        if not request.reply:
            return
        try:
            await self._connection.publish(request.reply, reply.payload, reply.headers)
        except PostilError as error:
            log.warning("reply_failed", subject=request.subject, because=error.detail)
            if ERROR_CODE_HEADER not in reply.headers:
                await self._respond(request, reply_of_error(error))


class NatsAnswers:
    def __init__(self, connection: Connection, calling: Calling, endpoints: Sequence[Endpoint]) -> None:
        self._connection = connection
        self._doors = [Door(connection, endpoint, calling.name) for endpoint in endpoints]
        self._discovery = Discovery(connection, calling, [door.figures for door in self._doors])
        self._stopped = False

    @classmethod
    async def open(cls, connection: Connection, calling: Calling, endpoints: Sequence[Endpoint]) -> "NatsAnswers":
        answers = cls(connection, calling, endpoints)
        for door in answers._doors:
            await door.open()
        # Discovery last: who finds us there finds the doors open.
        await answers._discovery.open()
        await connection.settle()
        return answers

    async def stop(self) -> None:
        if self._stopped:
            return
        self._stopped = True
        try:
            await self._discovery.deafen()
            for door in self._doors:
                await door.deafen()
            # Until then the server may have sent us requests, and nobody else will answer those.
            await self._connection.settle()
        except Unavailable as error:
            log.warning("stopped_without_broker", because=error.detail)
        for door in self._doors:
            await door.finish()
        self._discovery.forget()
