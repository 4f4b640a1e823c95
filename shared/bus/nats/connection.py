"""One connection to NATS: it comes back by itself, and whoever waits for an answer on it is told when it is lost."""

import asyncio
import re
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, cast

import structlog

from shared.bus.nats.client import Client
from shared.bus.nats.ear import Ear, Hear
from shared.bus.nats.failures import RAISED_BY_NATS, translated
from shared.bus.nats.mailbox import Mailbox
from shared.bus.nats.options import NatsOptions
from shared.bus.nats.parser import Message
from shared.bus.nats.plain import PlainClient
from shared.bus.wire import NO_HEADERS, Headers, Stoppable
from shared.errors import Invalid, NobodyThere, TooLarge, Unavailable

log = structlog.get_logger()

NO_RESPONDERS = 503
SETTLE_SECONDS_MAX = 5.0
CLOSE_SECONDS_MAX = 5.0
CANCEL_AGAIN_SECONDS = 0.1
RECONNECT_SECONDS = 0.1
PENDING_BYTES_MAX = 8 * 1024 * 1024
# A longer line would end the connection; the reply's subject and some numbers stand in it, too.
SUBJECT_BYTES_MAX = 2_048
DENIED = re.compile(r'permissions violation for subscription to "([^"]*)"')


class Connection:
    def __init__(self, options: NatsOptions) -> None:
        self.client: Client | PlainClient = PlainClient() if options.plain else Client()
        # What works on this connection and has to be stopped before it is closed.
        self.opened: dict[Stoppable, None] = {}
        # Called when the connection was lost and has come back, with every subscription in force again.
        self.returned: dict[object, Callable[[], None]] = {}
        self._options = options
        self._closing = False
        self._last_complaint = ""
        self._refusal = ""
        self._mailbox = Mailbox()
        # What the server has refused to let us listen to, in the small letters in which nats-py tells it.
        self._denied: set[str] = set()
        self._pongs: set[asyncio.Future[bool]] = set()

    @classmethod
    async def open(cls, options: NatsOptions, *, name: str, seconds_max: float) -> "Connection":
        connection = cls(options)
        arguments = options.arguments()
        try:
            await _within(seconds_max, connection._connect(arguments, name))
        except RAISED_BY_NATS as error:
            reason = connection._refusal or connection._last_complaint or str(error) or "it does not answer"
            await connection._abandon()
            raise Unavailable(f"no connection to the broker at {options.shown}: {reason}") from error
        except BaseException:
            await connection._abandon()
            raise
        return connection

    async def _connect(self, arguments: Mapping[str, Any], name: str) -> None:
        await self.client.connect(
            **arguments,
            name=name,
            max_reconnect_attempts=-1,
            # Declared as whole seconds there, and used as any number.
            reconnect_time_wait=cast(int, RECONNECT_SECONDS),
            connect_timeout=2,
            ping_interval=10,
            max_outstanding_pings=2,
            pending_size=PENDING_BYTES_MAX,
            flush_timeout=SETTLE_SECONDS_MAX,
            drain_timeout=int(CLOSE_SECONDS_MAX),
            error_cb=self._complain,
            disconnected_cb=self._on_lost,
            reconnected_cb=self._on_returned,
        )
        self._last_complaint = ""
        pattern = self._mailbox.move_in(self.client.new_inbox())
        await self.confirm([await self.hear(pattern, self._mailbox.hear)])

    async def _abandon(self) -> None:
        self._closing = True
        await self.client.close()

    async def publish(self, subject: str, payload: bytes, headers: Headers = NO_HEADERS, reply: str = "") -> None:
        client = self.client
        if not client.is_connected:
            raise _no_connection()
        self._check_size(subject, payload, headers)
        try:
            await client.say(subject, payload, reply, headers)
        except RAISED_BY_NATS as error:
            raise translated(error, f"publishing to {subject}") from error

    async def publish_each(self, subjects: Iterable[str], payload: bytes) -> None:
        if not self.client.is_connected:
            raise _no_connection()
        try:
            await self.client.say_each(subjects, payload)
        except RAISED_BY_NATS as error:
            raise translated(error, "publishing") from error

    async def request(self, subject: str, payload: bytes, headers: Headers, seconds_max: float) -> Message:
        reply, answer = self._mailbox.expect_one(subject, seconds_max)
        try:
            await self.publish(subject, payload, headers, reply)
            message = await answer
        finally:
            self._mailbox.forget(reply)
        if isinstance(message, Unavailable):
            raise message
        if message.status == NO_RESPONDERS and not message.payload:
            raise NobodyThere(f"nobody answers {subject}")
        return message

    def abandon(self, concerns: Callable[[str], bool], reason: str) -> None:
        self._mailbox.fail(reason, concerns)

    async def gather(
        self, subject: str, payload: bytes, is_last: Callable[[Message], bool], *, seconds_max: float, silence: float
    ) -> list[Message]:
        """Every answer up to the last one, or until there was none for as long as `silence`."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds_max
        gathered: list[Message] = []
        news = asyncio.Event()

        def hear(message: Message) -> None:
            gathered.append(message)
            news.set()

        reply = self._mailbox.expect_many(hear)
        try:
            async with asyncio.timeout_at(deadline) as bound:
                await self.publish(subject, payload, reply=reply)
                while not (gathered and is_last(gathered[-1])):
                    await news.wait()
                    news.clear()
                    bound.reschedule(min(deadline, loop.time() + silence))
        except TimeoutError:
            pass
        finally:
            self._mailbox.forget(reply)
        return gathered

    async def hear(self, pattern: str, hear: Hear, *, queue: str = "") -> Ear:
        """Listen; whether that is in force at the server, `confirm` tells."""
        self._denied.discard(pattern.lower())
        try:
            return await self.client.hear(pattern, hear, queue=queue)
        except RAISED_BY_NATS as error:
            raise translated(error, f"listening to {pattern}") from error

    async def confirm(self, ears: Iterable[Ear]) -> None:
        """Return when the server has let them listen; raise `Unavailable` if it does not want to."""
        await self.settle()
        for ear in ears:
            if ear.pattern.lower() in self._denied:
                raise Unavailable(f"the broker does not allow us to listen to {ear.pattern}")

    async def silence(self, ears: Sequence[Ear]) -> None:
        """End subscriptions. What the server has sent for them by then has been heard when this returns."""
        try:
            if ears:
                for ear in ears:
                    await ear.deafen()
                await self.settle()
        finally:
            for ear in ears:
                ear.forget()

    async def settle(self) -> None:
        """Return when the server has taken in everything that was sent to it until now."""
        if not self.client.is_connected:
            raise _no_connection()
        pong: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._pongs.add(pong)
        try:
            async with asyncio.timeout(SETTLE_SECONDS_MAX):
                await self.client.ping(pong)
                answered = await pong
        except RAISED_BY_NATS as error:
            raise translated(error, "waiting for the broker") from error
        finally:
            self._pongs.discard(pong)
        if not answered:
            raise Unavailable("the connection to the broker was lost")

    async def close(self) -> None:
        self._closing = True
        await self._stop_opened()
        with suppress(*RAISED_BY_NATS):
            await _within(CLOSE_SECONDS_MAX, self.client.drain())
        # What could not be sent by now never will be; the standard loop's transport stumbles over it when it is closed.
        self.client.forget_unsent()
        with suppress(*RAISED_BY_NATS):
            await _within(CLOSE_SECONDS_MAX, self.client.close())

    async def _stop_opened(self) -> None:
        stops = [asyncio.create_task(each.stop()) for each in self.opened]
        if not stops:
            return
        _, unfinished = await asyncio.wait(stops, timeout=CLOSE_SECONDS_MAX)
        if unfinished:
            log.warning("closed_hard", because=f"work was not finished within {CLOSE_SECONDS_MAX:g} s")
            for stop in unfinished:
                stop.cancel()
            await asyncio.wait(unfinished)

    def _check_size(self, subject: str, payload: bytes, headers: Headers) -> None:
        size = len(payload)
        if headers:
            # nats-py looks at the payload alone, and the server ends the connection over the sum.
            size += 16 + sum(len(name) + len(value.encode()) + 4 for name, value in headers.items())
        if size > self.client.max_payload:
            raise TooLarge(f"the message has {size} bytes; the broker takes {self.client.max_payload} at the most")
        if len(subject) > SUBJECT_BYTES_MAX or (not subject.isascii() and len(subject.encode()) > SUBJECT_BYTES_MAX):
            raise Invalid(f"a subject may have {SUBJECT_BYTES_MAX} bytes at the most; this one has {len(subject)}")

    def _fail_waiting(self, reason: str) -> None:
        self._mailbox.fail(reason)
        for pong in self._pongs:
            if not pong.done():
                pong.set_result(False)

    async def _complain(self, error: Exception) -> None:
        complaint = str(error).removeprefix("nats: ").strip("'") or type(error).__name__
        # It says so once, and then just hangs up.
        if "authorization" in complaint.lower():
            self._refusal = complaint
        if denied := DENIED.search(complaint):
            self._denied.add(denied[1])
        # A server that is away is complained about ten times a second.
        if complaint != self._last_complaint and not self._closing:
            log.warning("broker_trouble", because=complaint, broker=self._options.shown)
        self._last_complaint = complaint

    async def _on_lost(self) -> None:
        self.client.forget_unsent()
        self._fail_waiting(f"the connection to the broker was {'closed' if self._closing else 'lost'}")
        if not self._closing:
            log.warning("broker_lost", broker=self._options.shown)

    async def _on_returned(self) -> None:
        self._last_complaint = ""
        log.info("broker_back", broker=self._options.shown)
        for call in tuple(self.returned.values()):
            try:
                call()
            except Exception as error:  # Or nats-py would take the connection for a failed one.
                log.exception("returned_failed", exc_info=error)


def _no_connection() -> Unavailable:
    return Unavailable("there is no connection to the broker just now")


async def _within(seconds_max: float, work: Coroutine[Any, Any, None]) -> None:
    """As `asyncio.timeout`, for work that may swallow a cancellation: in Python 3.11 `asyncio.wait_for` does, by which
    nats-py connects, and then it would go on for ever."""
    working = asyncio.create_task(work)
    try:
        in_time = bool((await asyncio.wait({working}, timeout=seconds_max))[0])
    finally:
        while not working.done():
            working.cancel()
            await asyncio.wait({working}, timeout=CANCEL_AGAIN_SECONDS)
    if not in_time:
        raise TimeoutError
    working.result()
