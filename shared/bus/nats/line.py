"""The socket under nats-py's client: messages go straight from it to the parser, and what is sent leaves together.

nats-py reads by a task that waits for its reader, and writes by a task that waits for a queue. Between the two stand
several copies of every byte and two turns of the event loop. Both tasks stay, for what is not a message.
"""

import asyncio
from collections.abc import Callable, Iterable
from typing import cast

from nats.aio.transport import TcpTransport
from nats.errors import ProtocolError

# What is no protocol, handed on so that nats-py meets it where it knows what to do about it.
NONSENSE = b"?\r\n"
# From here on a piece is written by itself, because copying it would cost more than one more write.
LARGE_BYTES = 32 * 1024
# So much may wait for the socket before a sender has to.
UNSENT_BYTES_MAX = 1024 * 1024

Take = Callable[[bytes], list[bytes]]


class Line(TcpTransport):
    _take: Take
    _reader: asyncio.StreamReader
    _socket: asyncio.WriteTransport

    @classmethod
    def over(cls, transport: TcpTransport, take: Take) -> "Line":
        """Take over a transport whose handshake is done."""
        if transport._io_reader is None or transport._io_writer is None:
            raise ConnectionError("the connection was closed while it was being made")
        transport.__class__ = cls
        line = cast(Line, transport)
        line._take, line._reader, line._socket = take, transport._io_reader, transport._io_writer.transport
        protocol = line._socket.get_protocol()
        # The rest of the protocol, back-pressure and the end of the line among it, stays asyncio's own.
        protocol.data_received = line._hear  # type: ignore[attr-defined]  # it is a stream's
        # Loops remember the method that they call.
        line._socket.set_protocol(protocol)
        # What came with the end of the handshake.
        early: bytearray = line._reader._buffer  # type: ignore[attr-defined]  # asyncio has no public way to take it
        if early:
            taken = bytes(early)
            early.clear()
            line._hear(taken)
        return line

    @property
    def unsent_bytes(self) -> int:
        return self._socket.get_write_buffer_size()

    def writelines(self, payload: Iterable[bytes]) -> None:
        """Small pieces as one. Not by the socket's own `writelines`: of many, the standard loop of Python 3.12 does not
        notice that the line is full."""
        small: list[bytes] = []
        for piece in payload:
            if len(piece) < LARGE_BYTES:
                small.append(piece)
                continue
            if small:
                self._socket.write(b"".join(small))
                small.clear()
            self._socket.write(piece)
        if small:
            self._socket.write(b"".join(small))

    def _hear(self, data: bytes) -> None:
        try:
            lines = self._take(data)
        except ProtocolError:
            self._reader.feed_data(NONSENSE)
            return
        if lines:
            self._reader.feed_data(b"\r\n".join(lines) + b"\r\n")
