"""What the tests of the NATS wire share: names of their own, and a publisher that keeps to no rules."""

import asyncio
from collections.abc import Awaitable, Callable, Sized
from uuid import uuid4

from shared.bus.streams import Consumer, Stream
from shared.bus.wire import Calling, Delivery, Endpoint, Inlet, Reply, Wire
from shared.contracts.message import ROOT
from shared.errors import Unavailable

MIB = 1024 * 1024


class Things:
    """A stream, a consumer, and subjects that no other test uses."""

    def __init__(self) -> None:
        self.token = uuid4().hex[:12]

    def subject(self, rest: str) -> str:
        return f"{ROOT}.main.{self.token}.{rest}"

    def stream(self, *, keeps: str = "work", bytes_max: int = 64 * MIB, age_seconds_max: int = 0) -> Stream:
        return Stream(
            name=f"T{self.token}",
            subject=f"{ROOT}.*.{self.token}.>",
            keeps="work" if keeps == "work" else "log",
            age_seconds_max=age_seconds_max,
            bytes_max=bytes_max,
            description="For a test.",
        )

    def consumer(self, stream: Stream, *, ack_wait_seconds: float = 30.0) -> Consumer:
        return Consumer("reader", stream, stream.subject, "For a test.", ack_wait_seconds=ack_wait_seconds)

    def calling(self) -> Calling:
        return Calling(f"test-{self.token}", "1.2.3", "For a test.", lambda: {"lag": 7})

    def endpoint(self, answer: Callable[[Delivery], Awaitable[Reply]], *, concurrency_max: int = 4) -> Endpoint:
        return Endpoint("get", f"{ROOT}.*.{self.token}.get", answer, concurrency_max)


class Answer:
    """An endpoint's work that waits until it may go on, and remembers how much of it went on at once."""

    def __init__(self) -> None:
        self.may_go_on = asyncio.Event()
        self.at_work = 0
        self.at_work_most = 0

    async def __call__(self, request: Delivery) -> Reply:
        self.at_work += 1
        self.at_work_most = max(self.at_work, self.at_work_most)
        await self.may_go_on.wait()
        self.at_work -= 1
        return Reply(b"did " + request.payload)


async def take_count(inlet: Inlet, count: int) -> list[Delivery]:
    taken: list[Delivery] = []
    while len(taken) < count:
        taken += await inlet.take(count - len(taken), 64 * MIB)
    return taken


def grown(noted: Sized, size: int) -> Callable[[], bool]:
    return lambda: len(noted) >= size


async def is_ready(wire: Wire) -> bool:
    try:
        await wire.ready()
    except Unavailable:
        return False
    return True


async def say_rawly(url: str, *lines: bytes) -> None:
    """Speak NATS's protocol by hand, and wait until the server has understood it."""
    host, _, port = url.removeprefix("nats://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        await reader.readline()
        writer.write(b'CONNECT {"verbose":false,"headers":true}\r\n' + b"".join(lines) + b"PING\r\n")
        while (line := await reader.readline()) != b"PONG\r\n":
            assert line, "the server has hung up"
    finally:
        writer.close()
        await writer.wait_closed()


def raw_publish(subject: bytes, payload: bytes, headers: bytes | None = None) -> bytes:
    if headers is None:
        return b"PUB %b %d\r\n%b\r\n" % (subject, len(payload), payload)
    return b"HPUB %b %d %d\r\n%b%b\r\n" % (subject, len(headers), len(headers) + len(payload), headers, payload)
