"""One outstanding request for messages of a consumer, in an inbox of its own, so that its rest is always known."""

import asyncio
from collections.abc import Callable

import orjson

from shared.bus.nats.connection import Connection
from shared.bus.nats.ear import Ear, Hear
from shared.bus.nats.parser import Message
from shared.bus.nats.streams import NANOSECONDS
from shared.bus.streams import Consumer

EXPIRES_SECONDS = 30
HEARTBEAT_SECONDS = 1
SILENCE_SECONDS_MAX = 3.0

HEARTBEAT = 100
EXPIRED = 408
# What ends a request in the ordinary course of things, in the server's words.
ORDINARY_ENDS = ("batch completed", "exceeds maxbytes")


class Lane:
    ear: Ear

    def __init__(
        self,
        connection: Connection,
        consumer: Consumer,
        hear: Hear,
        on_idle: Callable[[str], None],
    ) -> None:
        self._connection = connection
        self._subject = f"$JS.API.CONSUMER.MSG.NEXT.{consumer.stream.name}.{consumer.name}"
        self._hear_message = hear
        self._on_idle = on_idle
        self._inbox = connection.client.new_inbox()
        self._pulls = 0
        self._reply = ""
        self._heard_at = 0.0
        self._loop = asyncio.get_running_loop()
        self._brought = 0
        # What the request that is under way may still bring.
        self.count_left = 0
        self.bytes_left = 0

    @classmethod
    async def open(
        cls,
        connection: Connection,
        consumer: Consumer,
        hear: Hear,
        on_idle: Callable[[str], None],
    ) -> "Lane":
        lane = cls(connection, consumer, hear, on_idle)
        lane.ear = await connection.hear(f"{lane._inbox}.*", lane._hear)
        return lane

    async def pull(self, count: int, bytes_max: int) -> None:
        self.count_left = count
        self.bytes_left = bytes_max
        self._brought = 0
        self._heard_at = self._loop.time()
        self._pulls += 1
        self._reply = f"{self._inbox}.{self._pulls}"
        question = {
            "batch": count,
            "max_bytes": bytes_max,
            "expires": EXPIRES_SECONDS * NANOSECONDS,
            "idle_heartbeat": HEARTBEAT_SECONDS * NANOSECONDS,
        }
        await self._connection.publish(self._subject, orjson.dumps(question), reply=self._reply)

    def is_silent(self) -> bool:
        return self.count_left > 0 and self._loop.time() - self._heard_at > SILENCE_SECONDS_MAX

    def _hear(self, message: Message) -> None:
        self._heard_at = self._loop.time()
        # What comes out of the stream has its own subject. Its status says nothing: any publisher can write one there.
        if message.subject.startswith(self._inbox):
            self._hear_server(message)
            return
        self.count_left -= 1
        self.bytes_left -= message.size
        self._brought += 1
        self._hear_message(message)
        if self.count_left <= 0:
            self._end("")

    def _hear_server(self, message: Message) -> None:
        # The last word on a request that is used up comes when the next one may be under way.
        if message.status != HEARTBEAT and message.subject == self._reply and self.count_left:
            self._end(self._trouble(message))

    def _end(self, trouble: str) -> None:
        self.count_left = 0
        self.bytes_left = 0
        self._on_idle(trouble)

    def _trouble(self, message: Message) -> str:
        ordinary = message.status == EXPIRED or (
            self._brought and any(end in message.description.lower() for end in ORDINARY_ENDS)
        )
        return "" if ordinary else f"{message.status} {message.description}".strip()
