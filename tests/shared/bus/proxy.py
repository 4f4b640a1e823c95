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
        self._tasks: set[asyncio.Task[None]] = set()
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
        with suppress(OSError):
            if self._dead:
                raise ConnectionResetError
            if self.greeting:
                self.greeted += 1
                writer.write(self.greeting)
                await writer.drain()
                raise ConnectionResetError
            far_reader, far_writer = await asyncio.open_connection(*self._target)
            self._writers |= {writer, far_writer}
            for source, sink, upwards in ((reader, far_writer, True), (far_reader, writer, False)):
                task = asyncio.create_task(self._pump(source, sink, upwards))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
            return
        writer.close()

    async def close(self) -> None:
        self.cut()
        self.thaw()
        if self._tasks:
            await asyncio.wait(self._tasks)

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
        self._writers.discard(sink)


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
