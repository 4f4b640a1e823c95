"""What goes through the pipe between the service and a worker: frames, and each frame a few parts of bytes."""

import os
from asyncio import StreamReader
from collections.abc import Sequence
from struct import Struct

_LENGTH = Struct(">I")
_READ_BYTES_MAX = 1024 * 1024


def packed(parts: Sequence[bytes]) -> bytes:
    body = [_LENGTH.pack(len(parts)), *(_LENGTH.pack(len(part)) for part in parts), *parts]
    return b"".join([_LENGTH.pack(sum(map(len, body))), *body])


def _unpacked(body: bytes) -> list[bytes]:
    (count,) = _LENGTH.unpack_from(body)
    at = _LENGTH.size * (count + 1)
    parts: list[bytes] = []
    for number in range(count):
        (length,) = _LENGTH.unpack_from(body, _LENGTH.size * (number + 1))
        parts.append(body[at : at + length])
        at += length
    return parts


async def next_frame(reader: StreamReader) -> list[bytes]:
    """Raises `IncompleteReadError` when the other side is gone."""
    (length,) = _LENGTH.unpack(await reader.readexactly(_LENGTH.size))
    return _unpacked(await reader.readexactly(length))


class BlockingPipe:
    """The worker's side, which has nothing to do while it waits."""

    def __init__(self, reading: int, writing: int) -> None:
        self._reading = reading
        self._writing = writing

    def read(self) -> list[bytes] | None:
        """None when the service is gone."""
        head = self._exactly(_LENGTH.size)
        body = self._exactly(_LENGTH.unpack(head)[0]) if head else None
        return _unpacked(body) if body else None

    def write(self, parts: Sequence[bytes]) -> None:
        left = memoryview(packed(parts))
        while left:
            left = left[os.write(self._writing, left) :]

    def _exactly(self, count: int) -> bytes | None:
        read = bytearray()
        while len(read) < count:
            more = os.read(self._reading, min(count - len(read), _READ_BYTES_MAX))
            if not more:
                return None
            read += more
        return bytes(read)
