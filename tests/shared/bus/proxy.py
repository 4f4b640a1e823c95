"""A line between a client and the broker that can be cut, frozen, or made to swallow what the client says."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress


class Proxy:
    def __init__(self, target: str) -> None:
        host, _, port = target.removeprefix("nats://").partition(":")
        self._target = (host, int(port))
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._served: set[asyncio.Task[None]] = set()
        # What the client says is lost on the way; what the server says is.
        self.swallows_questions = False
        self.swallows_answers = False
        self.swallowed = 0
        # Said in place of what the broker would say.
        self.greeting = b""
        self.greeted = 0
        self._dead = False
        self.port = 0

    @property
    def url(self) -> str:
        return f"nats://127.0.0.1:{self.port}"

    def cut_for_good(self) -> None:
        self._dead = True
        self.cut()

    def cut(self) -> None:
        for writer in self._writers:
            writer.transport.abort()

    def freeze(self) -> None:
        self._flowing.clear()

    def thaw(self) -> None:
        self._flowing.set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        served = asyncio.current_task()
        assert served
        self._served.add(served)
        self._writers.add(writer)
        try:
            with suppress(OSError):
                await self._serve(reader, writer)
        finally:
            self._hang_up(writer)
            self._served.discard(served)

    async def close(self) -> None:
        self.cut_for_good()
        self.thaw()
        while self._served:
            await asyncio.wait(self._served)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.greeting:
            self.greeted += 1
            writer.write(self.greeting)
            await writer.drain()
            return
        far_reader, far_writer = await asyncio.open_connection(*self._target)
        self._writers.add(far_writer)
        try:
            # Who connected while the line was being cut for good is cut off, too.
            if not self._dead:
                await asyncio.gather(self._pump(reader, far_writer, True), self._pump(far_reader, writer, False))
        finally:
            self._hang_up(far_writer)

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, upwards: bool) -> None:
        with suppress(OSError):
            while chunk := await source.read(65_536):
                await self._flowing.wait()
                if self.swallows_questions if upwards else self.swallows_answers:
                    self.swallowed += 1
                    continue
                sink.write(chunk)
                await sink.drain()
        sink.close()

    def _hang_up(self, writer: asyncio.StreamWriter) -> None:
        writer.close()
        self._writers.discard(writer)


@asynccontextmanager
async def proxy_to(target: str) -> AsyncIterator[Proxy]:
    proxy = Proxy(target)
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        server.close()
        await proxy.close()
