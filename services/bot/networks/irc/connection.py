"""A connection to an IRC server: lines in, lines out, with TLS and a bound on what waits in either direction."""

import asyncio
import ssl
from collections.abc import Sequence
from contextlib import suppress
from typing import Protocol

from services.bot.networks.irc.lines import LineBuffer
from shared.errors import Unavailable
from shared.settings import IrcSettings

CONNECT_SECONDS_MAX = 20.0
CLOSE_SECONDS_MAX = 2.0
READ_BYTES = 64 * 1024
# What may wait for a server that does not read.
UNSENT_BYTES_MAX = 256 * 1024


class Connection(Protocol):
    """Whatever goes wrong on it is raised as `Unavailable`."""

    async def read(self) -> Sequence[bytes]:
        """The lines that have arrived, maybe none yet."""

    def write(self, line: str) -> None: ...

    async def drain(self) -> None:
        """Return when there is room for more."""

    async def close(self) -> None: ...


class StreamConnection:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._buffer = LineBuffer()

    @classmethod
    async def open(cls, settings: IrcSettings) -> "StreamConnection":
        where = f"{settings.host}:{settings.port}"
        try:
            context = _tls_context(settings) if settings.tls else None
            async with asyncio.timeout(CONNECT_SECONDS_MAX):
                reader, writer = await asyncio.open_connection(
                    settings.host, settings.port, ssl=context, limit=READ_BYTES
                )
        except TimeoutError as error:
            raise Unavailable(f"{where} did not answer within {CONNECT_SECONDS_MAX:g} s") from error
        # A name that is none is a UnicodeError.
        except (OSError, UnicodeError) as error:
            raise Unavailable(f"no connection to {where}: {error}") from error
        return cls(reader, writer)

    async def read(self) -> Sequence[bytes]:
        try:
            data = await self._reader.read(READ_BYTES)
        except OSError as error:
            raise Unavailable(f"the connection is lost: {error}") from error
        if not data:
            raise Unavailable("the server has closed the connection")
        # Reading what is there already lets nobody else get a turn.
        await asyncio.sleep(0)
        return self._buffer.feed(data)

    def write(self, line: str) -> None:
        if self._writer.is_closing():
            raise Unavailable("the connection is closed")
        if self._is_deaf:
            raise Unavailable("the server does not read what we say")
        self._writer.write(f"{line}\r\n".encode(errors="replace"))

    async def drain(self) -> None:
        try:
            await self._writer.drain()
        except OSError as error:
            raise Unavailable(f"the connection is lost: {error}") from error

    async def close(self) -> None:
        if self._is_deaf:
            # What waits there would be waited for.
            self._writer.transport.abort()
        self._writer.close()
        # Whatever is still wrong with it, it is over.
        with suppress(OSError, TimeoutError):
            async with asyncio.timeout(CLOSE_SECONDS_MAX):
                await self._writer.wait_closed()
        self._writer.transport.abort()

    @property
    def _is_deaf(self) -> bool:
        return self._writer.transport.get_write_buffer_size() > UNSENT_BYTES_MAX


def _tls_context(settings: IrcSettings) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=settings.tls_ca)
    if settings.tls_certificate is not None:
        # Without a password, the library would ask for one at a terminal, and all of us would wait.
        context.load_cert_chain(settings.tls_certificate, password="")
    return context
