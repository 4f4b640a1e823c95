"""Doors that answer requests, with a bound on the work in hand and on what waits for it."""

import asyncio
from collections import deque
from collections.abc import Sequence
from itertools import count
from time import perf_counter_ns

import structlog

from shared.bus.bus import ERROR_CODE_HEADER, ERROR_HEADER, reply_of_error
from shared.bus.nats.connection import Connection
from shared.bus.nats.deliveries import heard
from shared.bus.nats.discovery import Discovery, DoorFigures
from shared.bus.nats.ear import Ear
from shared.bus.nats.parser import Message
from shared.bus.nats.subjects import checked_pattern
from shared.bus.wire import Calling, Endpoint, Reply
from shared.clock import Clock
from shared.errors import Internal, PostilError, Unavailable

log = structlog.get_logger()

WAITING_COUNT_MAX = 8_192
WAITING_BYTES_MAX = 64 * 1024 * 1024
REFUSING_COUNT_MAX = 256


class Door:
    """One endpoint. Requests are taken up in the order in which they came."""

    def __init__(self, connection: Connection, endpoint: Endpoint, queue: str) -> None:
        self._connection = connection
        self._endpoint = endpoint
        # Asking for it costs a system call in Python 3.11.
        self._loop = asyncio.get_running_loop()
        self._queue = queue
        self._waiting: deque[Message] = deque()
        self._waiting_bytes = 0
        self._working: dict[int, asyncio.Task[None]] = {}
        self._numbers = count()
        self._refusing: set[asyncio.Task[None]] = set()
        self.figures = DoorFigures(endpoint.name, endpoint.pattern, queue)

    async def open(self) -> Ear:
        return await self._connection.hear(checked_pattern(self._endpoint.pattern), self._hear, queue=self._queue)

    async def finish(self) -> None:
        try:
            while tasks := [*self._working.values(), *self._refusing]:
                await asyncio.wait(tasks)
        except asyncio.CancelledError:
            for task in (*self._working.values(), *self._refusing):
                task.cancel()
            raise

    def _hear(self, request: Message) -> None:
        if len(self._working) < self._endpoint.concurrency_max:
            number = next(self._numbers)
            self._working[number] = self._loop.create_task(self._work(number, request))
        elif len(self._waiting) < WAITING_COUNT_MAX and self._waiting_bytes + request.size <= WAITING_BYTES_MAX:
            self._waiting.append(request)
            self._waiting_bytes += request.size
        # Beyond that even a refusal is too much; the caller's patience ends it.
        elif len(self._refusing) < REFUSING_COUNT_MAX:
            refusing = self._loop.create_task(self._refuse(request))
            self._refusing.add(refusing)
            refusing.add_done_callback(self._refusing.discard)

    async def _work(self, number: int, request: Message) -> None:
        """Answer this one, and then whatever waits: a worker is a slot."""
        try:
            while True:
                begun = perf_counter_ns()
                reply = await self._answer(request)
                await self._respond(request, reply)
                self.figures.count(reply.headers.get(ERROR_HEADER), perf_counter_ns() - begun)
                if not self._waiting:
                    return
                request = self._waiting.popleft()
                self._waiting_bytes -= request.size
        finally:
            # By itself: a callback for when it is done would cost every request another turn of the event loop.
            del self._working[number]

    async def _answer(self, request: Message) -> Reply:
        try:
            return await self._endpoint.answer(heard(request))
        except Exception as error:  # An endpoint promises not to raise; a caller must get an answer even so.
            log.exception("endpoint_failed", subject=request.subject, exc_info=error)
            return reply_of_error(Internal("The request failed; the log of the service says why."))

    async def _refuse(self, request: Message) -> None:
        reply = reply_of_error(Unavailable("too many requests are waiting here already"))
        self.figures.count(reply.headers[ERROR_HEADER], 0)
        await self._respond(request, reply)

    async def _respond(self, request: Message, reply: Reply) -> None:
        if not request.reply:
            return
        try:
            await self._connection.publish(request.reply, reply.payload, reply.headers)
        except PostilError as error:
            log.warning("reply_failed", subject=request.subject, because=error.detail)
            # A reply that is too large can be told about; whatever else went wrong would go wrong again.
            if ERROR_CODE_HEADER not in reply.headers:
                await self._respond(request, reply_of_error(error))


class NatsAnswers:
    def __init__(self, connection: Connection, calling: Calling, endpoints: Sequence[Endpoint], clock: Clock) -> None:
        self._connection = connection
        self._doors = [Door(connection, endpoint, calling.name) for endpoint in endpoints]
        self._discovery = Discovery(connection, calling, [door.figures for door in self._doors], clock)
        self._ears: list[Ear] = []

    @classmethod
    async def open(
        cls, connection: Connection, calling: Calling, endpoints: Sequence[Endpoint], clock: Clock
    ) -> "NatsAnswers":
        answers = cls(connection, calling, endpoints, clock)
        connection.opened[answers] = None
        try:
            for door in answers._doors:
                answers._ears.append(await door.open())
            # Discovery last: who finds us there finds the doors open.
            for subject in answers._discovery.subjects():
                answers._ears.append(await connection.hear(subject, answers._discovery.hear))
            await connection.confirm(answers._ears)
        except BaseException:
            await answers.stop()
            raise
        return answers

    async def stop(self) -> None:
        if self not in self._connection.opened:
            return
        del self._connection.opened[self]
        try:
            # Whatever the server has sent us until now nobody else will answer.
            await self._connection.silence(self._ears)
        except Unavailable as error:
            log.debug("stopped_without_broker", because=error.detail)
        for door in self._doors:
            await door.finish()
