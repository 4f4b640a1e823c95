"""What raw.c does, in asyncio, for a machine without a C compiler: NATS's protocol on a socket, and nothing around it.

It does not reconnect, knows no headers, and believes the server.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from typing import Self, cast
from urllib.parse import urlsplit

# Subject, reply subject, payload.
Take = Callable[[str, str, bytes], None]


class RawLine(asyncio.Protocol):
    def __init__(self) -> None:
        self._buffer = b""
        self._unsent: list[bytes] = []
        self._takers: list[Take] = []
        self._pongs: list[asyncio.Future[None]] = []
        self._inbox = f"_INBOX.raw{id(self)}"
        self._inbox_is_open = False
        self._numbers = count()
        self._answers: dict[str, asyncio.Future[bytes]] = {}

    @classmethod
    async def connect(cls, url: str) -> Self:
        where = urlsplit(url)
        assert where.hostname is not None
        assert where.port is not None
        _, line = await asyncio.get_running_loop().create_connection(cls, where.hostname, where.port)
        line._write(b'CONNECT {"verbose":false}\r\n')
        await line._confirm()
        return line

    async def publish(self, subject: str, payload: bytes) -> None:
        self._send(subject, "", payload)

    async def listen(self, subject: str, hear: Callable[[bytes], None]) -> None:
        await self._subscribe(subject, lambda _subject, _reply, payload: hear(payload))

    async def echo(self, subject: str) -> None:
        """Answer every request there with what it says."""
        await self._subscribe(subject, lambda _subject, reply, payload: self._send(reply, "", payload))

    async def ask(self, subject: str, payload: bytes, *, seconds_max: float) -> bytes:
        if not self._inbox_is_open:
            self._inbox_is_open = True
            await self._subscribe(f"{self._inbox}.*", self._take_answer)
        loop = asyncio.get_running_loop()
        # One for each question, so that what arrives there can only be its answer.
        inbox = f"{self._inbox}.{next(self._numbers)}"
        answer: asyncio.Future[bytes] = loop.create_future()
        self._answers[inbox] = answer
        timer = loop.call_later(seconds_max, answer.set_exception, TimeoutError())
        try:
            self._send(subject, inbox, payload)
            return await answer
        finally:
            timer.cancel()
            self._answers.pop(inbox, None)

    async def close(self) -> None:
        self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        buffer, begin = self._buffer + data, 0
        while (line_end := buffer.find(b"\r\n", begin)) >= 0:
            words, after = buffer[begin:line_end].split(b" "), line_end + 2
            if words[0] == b"MSG":
                payload_end = after + int(words[-1])
                if len(buffer) < payload_end + 2:
                    break
                self._take_message(words, buffer[after:payload_end])
                after = payload_end + 2
            elif words[0] == b"PING":
                self._write(b"PONG\r\n")
            elif words[0] == b"PONG":
                self._pongs.pop(0).set_result(None)
            begin = after
        self._buffer = buffer[begin:]

    def _take_message(self, words: list[bytes], payload: bytes) -> None:
        """MSG subject number [reply] size."""
        reply = words[3].decode() if len(words) == 5 else ""
        self._takers[int(words[2])](words[1].decode(), reply, payload)

    def _take_answer(self, inbox: str, _reply: str, payload: bytes) -> None:
        with suppress(KeyError):
            self._answers.pop(inbox).set_result(payload)

    async def _subscribe(self, pattern: str, take: Take) -> None:
        self._write(b"SUB %b %d\r\n" % (pattern.encode(), len(self._takers)))
        self._takers.append(take)
        await self._confirm()

    async def _confirm(self) -> None:
        """Returns when the server has taken in everything that was sent to it."""
        pong: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._pongs.append(pong)
        self._write(b"PING\r\n")
        await pong

    def _send(self, subject: str, reply: str, payload: bytes) -> None:
        head = b"PUB %b %b %d\r\n" % (subject.encode(), reply.encode(), len(payload))
        self._write(b"%b%b\r\n" % (head, payload))

    def _write(self, data: bytes) -> None:
        # All of one turn of the loop in one call, as raw.c does it: uvloop makes one of each write.
        if not self._unsent:
            asyncio.get_running_loop().call_soon(self._flush)
        self._unsent.append(data)

    def _flush(self) -> None:
        self._transport.write(b"".join(self._unsent))
        self._unsent.clear()
