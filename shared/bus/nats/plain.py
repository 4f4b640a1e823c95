"""nats-py as it comes, behind the same few words as our own client: the fallback, should a version of it not bear ours.

Only what nats-py documents is used here. So a message takes its way through a queue and a task of its subscription,
and a subject or header that is no UTF-8 ends the connection, as it does for everybody who uses nats-py.
"""

import asyncio
from collections.abc import Iterable, Mapping

from nats.aio.client import Client as NatsPy
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription

from shared.bus.nats.ear import Hear
from shared.bus.nats.parser import Message

# As the server counts the lines around a message's headers.
HEADERS_FRAME_BYTES = 12
HEADER_FRAME_BYTES = 4
STATUS, DESCRIPTION = "Status", "Description"
PENDING_MESSAGES_MAX = 1_000_000
PENDING_BYTES_MAX = 1024 * 1024 * 1024


class PlainClient(NatsPy):
    def __init__(self) -> None:
        super().__init__()
        self.ears: set[PlainEar] = set()

    async def hear(self, pattern: str, hear: Hear, *, queue: str = "") -> "PlainEar":
        ear = PlainEar(self, hear, pattern)
        ear.subscription = await self.subscribe(
            pattern,
            queue=queue,
            cb=ear.hear,
            pending_msgs_limit=PENDING_MESSAGES_MAX,
            pending_bytes_limit=PENDING_BYTES_MAX,
        )
        self.ears.add(ear)
        return ear

    async def say(self, subject: str, payload: bytes, reply: str, headers: Mapping[str, str]) -> None:
        await self.publish(subject, payload, reply, dict(headers) if headers else None)

    async def say_each(self, subjects: Iterable[str], payload: bytes) -> None:
        for subject in subjects:
            await self.publish(subject, payload)

    async def ping(self, pong: "asyncio.Future[bool]") -> None:
        # nats-py writes a PING past what still waits to be written, subscriptions among it.
        while self.pending_data_size and self.is_connected:  # noqa: ASYNC110  nor when it has written
            await asyncio.sleep(0)
        await self.flush()
        # What came before has only been queued by now; who waits for the pong counts on its having been heard.
        while any(ear.waiting for ear in self.ears):  # noqa: ASYNC110  nobody tells when a queue of nats-py is empty
            await asyncio.sleep(0)
        if not pong.done():
            pong.set_result(True)

    def forget_unsent(self) -> None:
        """nats-py sends it after a reconnect, when everybody was told that it failed. It has no word for that."""


class PlainEar:
    subscription: Subscription

    def __init__(self, client: PlainClient, hear: Hear, pattern: str) -> None:
        self.pattern = pattern
        self._client = client
        self._hear = hear
        self._forgotten = False

    async def hear(self, message: Msg) -> None:
        if not self._forgotten:
            self._hear(_read(message))

    @property
    def waiting(self) -> int:
        return self.subscription.pending_msgs

    async def deafen(self) -> None:
        if self._client.is_connected:
            await self.subscription.drain()  # type: ignore[no-untyped-call]  # nats-py does not type it

    def forget(self) -> None:
        self._forgotten = True
        self._client.ears.discard(self)


def _read(message: Msg) -> Message:
    headers = dict(message.headers or {})
    size = len(message.subject) + len(message.reply) + len(message.data)
    if headers:
        size += HEADERS_FRAME_BYTES + sum(
            len(name) + len(value) + HEADER_FRAME_BYTES for name, value in headers.items()
        )
    status, description = headers.pop(STATUS, ""), headers.pop(DESCRIPTION, "")
    code = int(status) if status.isdigit() else 0
    return Message(message.subject, message.reply, headers, message.data, code, description, size)
