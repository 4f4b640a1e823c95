"""The receiving side of NATS's protocol, in place of nats-py's own parser.

Ours takes every message of a buffer in one turn, which is what makes the wire fast, and it can't be brought to its
knees by a subject that the server lets through: nats-py gives the connection up when it meets a form feed in one.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple, Protocol

import orjson
from nats.errors import ProtocolError

from shared.bus.wire import NO_HEADERS

LINE_BYTES_MAX = 1024 * 1024


# The first letter of MSG, and not of HMSG.
_PLAIN = ord("M")


class Message(NamedTuple):
    """A message as it came. `status` is 0 except on what the server itself has to say."""

    subject: str
    reply: str
    headers: Mapping[str, str]
    payload: bytes
    status: int
    description: str
    # As the server counts it against a pull request.
    size: int


class Receiver(Protocol):
    """What nats-py's client does about the rest of the protocol."""

    async def _process_err(self, err_msg: str) -> None: ...
    async def _process_ping(self) -> None: ...
    async def _process_pong(self) -> None: ...
    async def _process_info(self, info: dict[str, object]) -> None: ...


class Parser:
    def __init__(self, receiver: Receiver, deliver: Callable[[int, Message], None]) -> None:
        self._receiver = receiver
        self._deliver = deliver
        self.reset()

    def reset(self) -> None:
        self._chunks: list[bytes] = []
        self._size = 0
        self._needed = 0

    def take(self, data: bytes) -> list[bytes]:
        """Deliver every message that is complete. Returned are the other lines: what they ask for has to be awaited."""
        self._chunks.append(data)
        self._size += len(data)
        # A large message is put together once, not again with each of its chunks.
        if self._size < self._needed:
            return []
        buffer = b"".join(self._chunks) if len(self._chunks) > 1 else data
        self.reset()
        lines: list[bytes] = []
        try:
            position, self._needed = self._take_all(buffer, lines)
        except (ValueError, IndexError) as error:
            raise ProtocolError("nats: malformed line") from error
        if position < len(buffer):
            self._chunks.append(buffer[position:])
            self._size = len(buffer) - position
        return lines

    async def parse(self, data: bytes = b"") -> None:
        for line in self.take(data):
            try:
                await self._take_line(line)
            except orjson.JSONDecodeError as error:
                raise ProtocolError("nats: malformed line") from error

    def _take_all(self, buffer: bytes, lines: list[bytes]) -> tuple[int, int]:
        """Everything that is complete; returns where the rest begins, and how long that must be to be complete."""
        position = 0
        while True:
            line_end = buffer.find(b"\r\n", position)
            if line_end < 0:
                if len(buffer) - position > LINE_BYTES_MAX:
                    raise ProtocolError("nats: a line without an end")
                return position, 0
            line = buffer[position:line_end]
            if line.startswith((b"MSG ", b"HMSG ")):
                begin = line_end + 2
                end = begin + int(line[line.rindex(b" ") + 1 :])
                if len(buffer) < end + 2:
                    return position, end + 2 - position
                self._take_message(line, buffer[begin:end])
                position = end + 2
            else:
                lines.append(line)
                position = line_end + 2

    def _take_message(self, line: bytes, body: bytes) -> None:
        words = line.split(b" ")
        if line[0] == _PLAIN:
            number, subject = int(words[2]), as_text(words[1])
            reply = as_text(words[3]) if len(words) == 5 else ""
            size = len(words[1]) + len(reply) + len(body)
            self._deliver(number, Message(subject, reply, NO_HEADERS, body, 0, "", size))
            return
        reply_bytes = words[3] if len(words) == 6 else b""
        headers_end = int(words[-2])
        status, description, headers = parse_headers(body[:headers_end])
        size = len(words[1]) + len(reply_bytes) + len(body)
        message = Message(
            as_text(words[1]), as_text(reply_bytes), headers, body[headers_end:], status, description, size
        )
        self._deliver(int(words[2]), message)

    async def _take_line(self, line: bytes) -> None:
        word, _, rest = line.partition(b" ")
        match word.upper():
            case b"PING":
                await self._receiver._process_ping()
            case b"PONG":
                await self._receiver._process_pong()
            case b"-ERR":
                await self._receiver._process_err(as_text(rest).lower())
            case b"INFO":
                await self._receiver._process_info(orjson.loads(rest))
            case b"+OK":
                pass
            case _:
                raise ProtocolError("nats: unknown protocol")


def as_text(name: bytes) -> str:
    """A server lets any bytes through in a subject or a header. Those that are no text stay visible, and distinct."""
    return name.decode("utf-8", "backslashreplace")


def parse_headers(block: bytes) -> tuple[int, str, dict[str, str]]:
    """Status, description and headers. Whatever a stranger wrote there, this does not fail."""
    first, *lines = block.split(b"\r\n")
    _, _, remark = first.partition(b" ")
    code, _, description = remark.strip().partition(b" ")
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(b":")
        if colon and name:
            headers[as_text(name.strip())] = as_text(value.strip())
    return int(code) if code.isdigit() else 0, as_text(description.strip()), headers
