"""nats-py's client, as far as we use it: its connection, authentication, TLS, reconnecting, and re-subscribing.

Receiving is ours: a message goes from the parser straight to the synchronous ear of its subscription, without a
queue and a task for each. That saves most of the time a message takes, and it leaves the buffering, and its bounds,
to those who know what they wait for. This reaches into private parts of nats-py, which is why its version is pinned.
"""

import asyncio
from collections.abc import Iterable, Mapping
from typing import cast

import structlog
from nats import errors
from nats.aio.client import Client as NatsPy
from nats.aio.client import Srv
from nats.aio.subscription import Subscription
from nats.aio.transport import TcpTransport
from nats.protocol.parser import PERMISSIONS_ERR
from nats.protocol.parser import Parser as NatsParser

from shared.bus.nats.ear import Hear
from shared.bus.nats.line import LARGE_BYTES, UNSENT_BYTES_MAX, Line
from shared.bus.nats.parser import Message, Parser

log = structlog.get_logger()

RECONNECT_PAUSE_SECONDS = 0.5


class Client(NatsPy):
    def __init__(self) -> None:
        super().__init__()
        self._ears: dict[int, Hear] = {}
        # nats-py asks no more of it than `parse` and `reset`.
        self._ps = cast(NatsParser, self._new_parser())
        self._leaving = False
        self._clogged = False
        # Asking for it costs a system call in Python 3.11.
        self._loop = asyncio.get_running_loop()

    async def hear(self, pattern: str, hear: Hear, *, queue: str = "") -> "OwnEar":
        # The ear is there before the subscription, which may be answered while it is still being sent.
        number = self._sid + 1
        self._ears[number] = hear
        try:
            return OwnEar(self, await self.subscribe(pattern, queue=queue), pattern)
        except BaseException:
            self.forget(number)
            raise

    async def deafen(self, number: int) -> None:
        if self.is_connected:
            await self._send_unsubscribe(number)

    def forget(self, number: int) -> None:
        self._ears.pop(number, None)
        self._remove_sub(number)

    async def say(self, subject: str, payload: bytes, reply: str, headers: Mapping[str, str]) -> None:
        if headers:
            await self.publish(subject, payload, reply, dict(headers))
        else:
            self._send(subject, reply, payload)
        await self._relief()

    async def say_each(self, subjects: Iterable[str], payload: bytes) -> None:
        """The same payload to each of the subjects, which the server gave us itself."""
        tail = b" %d\r\n%b\r\n" % (len(payload), payload)
        self._add(b"".join([b"PUB %b%b" % (subject.encode(), tail) for subject in subjects]))
        self._leave_soon()
        await self._relief()

    def _send(self, subject: str, reply: str, payload: bytes) -> None:
        """It leaves with whatever else is sent in this turn of the event loop."""
        head = f"PUB {subject} {reply} {len(payload)}\r\n" if reply else f"PUB {subject} {len(payload)}\r\n"
        if len(payload) < LARGE_BYTES:
            self._add(b"%b%b\r\n" % (head.encode(), payload))
        else:
            self._add(head.encode())
            self._add(payload)
            self._add(b"\r\n")
        self._leave_soon()

    async def _relief(self) -> None:
        """Wait until the socket has taken most of what is on its way, if that is more than it should be."""
        if self._pending_data_size > UNSENT_BYTES_MAX:
            self._leave()
        if self._clogged and self._transport is not None:
            await self._transport.drain()  # type: ignore[no-untyped-call]  # nats-py does not type it
            self._clogged = False

    def _add(self, piece: bytes) -> None:
        self._pending.append(piece)
        self._pending_data_size += len(piece)

    def _leave_soon(self) -> None:
        if not self._leaving:
            self._leaving = True
            self._loop.call_soon(self._leave)

    def _leave(self) -> None:
        self._leaving = False
        # What is not written now is forgotten with the connection.
        if self._pending and self.is_connected and self._transport:
            pending, self._pending, self._pending_data_size = self._pending, [], 0
            self._transport.writelines(pending)
            self._clogged = isinstance(self._transport, Line) and self._transport.unsent_bytes > UNSENT_BYTES_MAX

    def forget_unsent(self) -> None:
        """What waits to be written; nats-py would send it after a reconnect, when everybody was told that it failed."""
        self._pending.clear()
        self._pending_data_size = 0

    async def ping(self, pong: "asyncio.Future[bool]") -> None:
        """Resolve `pong` once the server has taken everything that was sent before."""
        # nats-py writes a PING past what still waits to be written.
        await self._flush_pending(force_flush=True)
        await self._send_ping(pong)

    async def _flush_pending(self, force_flush: bool = False) -> None:
        # As nats-py's, but for a cancellation: that one swallows it, and whoever was cancelled would go on.
        queue, flusher = self._flush_queue, self._flusher_task
        if not self.is_connected or queue is None or flusher is None or flusher.done():
            await super()._flush_pending(force_flush)
            return
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        await queue.put(written)
        if force_flush and not (await asyncio.wait({written}, timeout=self._flush_timeout))[0]:
            await self._error_cb(errors.FlushTimeoutError())

    def _new_parser(self) -> Parser:
        return Parser(self, self._deliver)

    def _deliver(self, number: int, message: Message) -> None:
        hear = self._ears.get(number)
        if hear is None:
            return
        try:
            hear(message)
        except Exception as error:  # One ear's failure must not end the reading for all the others.
            log.exception("ear_failed", subject=message.subject, exc_info=error)

    async def _process_pong(self) -> None:
        # nats-py stumbles over a PING that nobody waits for any more, and ends the reading of the connection.
        if self._pongs and self._pongs[0].done():
            self._pongs[0] = asyncio.get_running_loop().create_future()
        await super()._process_pong()

    async def _process_err(self, err_msg: str) -> None:
        # nats-py closes for good at most errors; a server that is shutting down sends one.
        if PERMISSIONS_ERR in err_msg:
            await super()._process_err(err_msg)
        else:
            error = errors.Error(f"nats: {err_msg}")
            await self._error_cb(error)
            await self._process_op_err(error)

    async def _connect_to_server(self, s: Srv) -> None:
        # nats-py would leave the socket of a failed attempt open.
        if self._transport:
            self._transport.close()  # type: ignore[no-untyped-call]  # nats-py does not type it
        await super()._connect_to_server(s)

    async def _process_connect_init(self) -> None:
        await super()._process_connect_init()
        # Each time anew: a transport is used again for another connection.
        if isinstance(self._transport, TcpTransport):
            # With a parser of its own: what nats-py reads meanwhile must not end up in a message that is half here.
            Line.over(self._transport, self._new_parser().take)

    async def _attempt_reconnect(self) -> None:
        while not self.is_closed:
            try:
                await super()._attempt_reconnect()
            except Exception as error:  # nats-py foresees some failures, and gives up at others; we never give up.
                await self._error_cb(error)
                await asyncio.sleep(RECONNECT_PAUSE_SECONDS)
            else:
                return


class OwnEar:
    def __init__(self, client: Client, subscription: Subscription, pattern: str) -> None:
        self.pattern = pattern
        self._client = client
        self._number = subscription._id

    async def deafen(self) -> None:
        await self._client.deafen(self._number)

    def forget(self) -> None:
        self._client.forget(self._number)
